// What running instances say of their keys, read where Prometheus reads it: which versions of a ring they
// have loaded, and how many rows name which version.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

// One table as one instance has counted it.
struct TableFigures {
  std::uint32_t counted_version = 0;  // 0: not counted yet
  std::uint64_t remaining = 0;
  std::map<std::uint32_t, std::uint64_t> rows;  // by version
};

// One ring of one instance.
struct RingFigures {
  std::uint32_t current = 0;
  std::uint32_t newest = 0;
  std::map<std::string, TableFigures> tables;
};

using KeyFigures = std::map<std::string, RingFigures>;  // by ring

// Everything else in the text is passed over.
[[nodiscard]] KeyFigures key_figures_of(std::string_view exposition);

struct InstanceFigures {
  std::string instance;
  KeyFigures rings;
};

// Asks every instance of the role over mTLS, as the supervisor. Those that do not listen are left out; one
// that listens and does not answer is an error: `bad_upstream`, `timeout`.
[[nodiscard]] Result<std::vector<InstanceFigures>> ask_instances(const Platform& platform,
                                                                 std::string_view role);

// Over all instances and tables: the most that anybody saw.
struct RingSummary {
  std::map<std::uint32_t, std::uint64_t> rows;
  std::uint64_t remaining = 0;
  bool is_counted = false;  // every table, by every instance, for `current`
};
[[nodiscard]] RingSummary summary_of(const std::vector<InstanceFigures>& instances, const std::string& ring,
                                     std::uint32_t current);

}  // namespace gatehouse::supervisor
