#include "log_shipper/collector.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::log_shipper {

Collector::Collector(std::filesystem::path logs, std::string data_stream, BatchLimits limits, Checkpoint from)
    : logs_(std::move(logs)), data_stream_(std::move(data_stream)), limits_(limits), from_(std::move(from)) {}

void Collector::find_instances() {
  for (const telemetry::LogFile& file : telemetry::log_files_in(logs_)) {
    if (sources_.contains(file.instance)) continue;
    const auto known = from_.find(file.instance);
    const Mark mark = known == from_.end() ? Mark{} : known->second;
    sources_.emplace(file.instance, Source{{logs_, file.instance, mark.position}, mark});
  }
}

// A run that goes on must go on with the next number, a new one with the first. What an earlier run wrote
// last cannot be known.
void Collector::note_gap(Source& source, const telemetry::LineId& id, Batch& batch) const {
  const bool goes_on = id.run == source.mark.run;
  const std::uint64_t expected = goes_on ? source.mark.sequence + 1 : 1;
  if (id.sequence > expected) batch.missing[source.reader.instance()] += id.sequence - expected;
  source.mark.run = id.run;
  source.mark.sequence = goes_on ? std::max(source.mark.sequence, id.sequence) : id.sequence;
}

void Collector::take(Source& source, std::string_view line, Batch& batch) {
  Item item{.id = {}, .line = std::string(line)};
  if (const auto id = telemetry::line_id_of(line)) {
    note_gap(source, *id, batch);
    item.id = id->text;
  } else {  // not from our writer: where it ends names it as well
    const auto end = source.reader.position();
    item.id = fmt::format("{}.{}-{}", source.reader.instance(), end.generation, end.offset);
  }
  source.mark.position = source.reader.position();
  batch.after[source.reader.instance()] = source.mark;
  const bool is_sendable = core::parse_json_object(line).has_value();
  (is_sendable ? batch.items : batch.unreadable).push_back(std::move(item));
}

Batch Collector::collect() {
  find_instances();
  Batch batch;
  std::size_t bytes = 0;
  std::vector<Source*> order;
  for (auto& [instance, source] : sources_) order.push_back(&source);
  const auto first = std::ranges::find_if(
      order, [this](const Source* source) { return source->reader.instance() >= first_; });
  std::ranges::rotate(order, first);
  // Nobody may take it all: each has its share, and the first ones also what the others leave.
  const std::size_t share = limits_.bytes_max / std::max<std::size_t>(order.size(), 1);
  for (const std::size_t bound : {share, limits_.bytes_max}) {
    for (Source* source : order) {
      std::size_t of_source = 0;
      while (of_source < bound && bytes < limits_.bytes_max) {
        if (batch.items.size() + batch.unreadable.size() >= limits_.lines_max) break;
        const auto line = source->reader.next();
        if (!line) break;
        take(*source, *line, batch);
        const std::size_t added = line->size() + data_stream_.size() + 100;
        of_source += added;
        bytes += added;
      }
    }
  }
  batch.is_full =
      bytes >= limits_.bytes_max || batch.items.size() + batch.unreadable.size() >= limits_.lines_max;
  if (order.size() > 1) first_ = order[1]->reader.instance();
  return batch;
}

std::uint64_t Collector::bytes_behind() const {
  std::uint64_t behind = 0;
  for (const auto& [instance, source] : sources_) behind += source.reader.bytes_behind();
  return behind;
}

}  // namespace gatehouse::log_shipper
