#include "log_view/merge.hpp"

#include <algorithm>

namespace gatehouse::log_view {

// An instance begins with its last file that was begun before the time asked for.
void Merge::find_sources() {
  std::map<std::string, telemetry::LogPosition> found;
  for (const telemetry::LogFile& file : telemetry::log_files_in(logs_)) {
    if (!wants_(file.instance)) continue;
    auto& from = found[file.instance];
    if (from.generation == 0 || file.generation <= since_millis_) from.generation = file.generation;
  }
  for (const auto& [instance, from] : found) {
    if (!sources_.contains(instance))
      sources_.emplace(instance, Source{{logs_, instance, from}, std::nullopt});
  }
}

// What is no log line is passed over: it has no place in time.
void Merge::advance(Source& source) const {
  source.next.reset();
  while (!source.next) {
    const auto text = source.reader.next();
    if (!text) return;
    source.next = parse_line(*text, source.reader.instance());
  }
}

bool Merge::drain(const std::function<bool(const Line&)>& show) {
  find_sources();
  for (auto& [instance, source] : sources_) advance(source);
  for (;;) {
    Source* oldest = nullptr;
    for (auto& [instance, source] : sources_) {
      if (source.next && (oldest == nullptr || source.next->time < oldest->next->time)) oldest = &source;
    }
    if (oldest == nullptr) return true;
    if (!show(*oldest->next)) return false;
    advance(*oldest);
  }
}

}  // namespace gatehouse::log_view
