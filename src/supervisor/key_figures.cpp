#include "supervisor/key_figures.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/text.hpp"
#include "supervisor/ask.hpp"

namespace gatehouse::supervisor {

namespace {

// `name="value"` within the braces of a sample; our labels hold no quotes.
std::string label_of(std::string_view labels, std::string_view name) {
  const std::string opening = fmt::format("{}=\"", name);
  const auto at = labels.find(opening);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = labels.substr(at + opening.size());
  return std::string(rest.substr(0, rest.find('"')));
}

// A gauge's value is written as a decimal number, perhaps with an exponent.
std::uint64_t value_of(std::string_view text) {
  return static_cast<std::uint64_t>(std::max(0.0, std::strtod(std::string(text).c_str(), nullptr)));
}

void take(KeyFigures& figures, std::string_view name, std::string_view labels, std::uint64_t value) {
  RingFigures& ring = figures[label_of(labels, "ring")];
  const auto version = static_cast<std::uint32_t>(value);
  if (name == "key_ring_current_version") ring.current = version;
  if (name == "key_ring_newest_version") ring.newest = version;
  if (!name.starts_with("key_rotation_")) return;
  TableFigures& table = ring.tables[label_of(labels, "table")];
  if (name == "key_rotation_counted_version") table.counted_version = version;
  if (name == "key_rotation_rows_remaining") table.remaining = value;
  if (name == "key_rotation_rows") {
    table.rows[core::parse_int<std::uint32_t>(label_of(labels, "version")).value_or(0)] = value;
  }
}

}  // namespace

KeyFigures key_figures_of(std::string_view exposition) {
  KeyFigures figures;
  for (const std::string_view line : core::split(exposition, '\n')) {
    if (!line.starts_with("key_")) continue;
    const auto open = line.find('{');
    const auto close = line.find("} ");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) continue;
    take(figures, line.substr(0, open), line.substr(open + 1, close - open - 1),
         value_of(line.substr(close + 2)));
  }
  return figures;
}

Result<std::vector<InstanceFigures>> ask_instances(const Platform& platform, std::string_view role) {
  std::vector<InstanceFigures> all;
  for (const Instance& instance : instances_of(platform)) {
    if (instance.role != role) continue;
    const auto reply = ask(platform, instance, "/metrics");
    if (!reply && reply.error().reason == "connect_failed") continue;
    if (!reply) {
      return fail(reply.error().kind, reply.error().reason,
                  fmt::format("{}: {}", instance.name, reply.error().detail));
    }
    if (reply->status != 200) {
      return fail(ErrorKind::bad_upstream, "unexpected_answer",
                  fmt::format("{}: /metrics answers {}", instance.name, reply->status));
    }
    all.push_back({instance.name, key_figures_of(reply->content)});
  }
  return all;
}

RingSummary summary_of(const std::vector<InstanceFigures>& instances, const std::string& ring,
                       std::uint32_t current) {
  RingSummary summary;
  summary.is_counted = !instances.empty();
  std::map<std::string, TableFigures> tables;
  for (const InstanceFigures& instance : instances) {
    const auto found = instance.rings.find(ring);
    if (found == instance.rings.end() || found->second.tables.empty() || found->second.current != current) {
      summary.is_counted = false;
      continue;
    }
    for (const auto& [name, figures] : found->second.tables) {
      summary.is_counted = summary.is_counted && figures.counted_version == current;
      TableFigures& table = tables[name];
      table.remaining = std::max(table.remaining, figures.remaining);
      for (const auto& [version, count] : figures.rows) {
        table.rows[version] = std::max(table.rows[version], count);
      }
    }
  }
  for (const auto& [name, table] : tables) {
    summary.remaining += table.remaining;
    for (const auto& [version, count] : table.rows) summary.rows[version] += count;
  }
  return summary;
}

}  // namespace gatehouse::supervisor
