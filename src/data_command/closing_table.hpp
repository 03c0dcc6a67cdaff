// What a copy tells when it has ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "data_copy/synchronise.hpp"

namespace gatehouse::data_command {

struct Line {
  std::string collection;
  data_copy::Keys keys = data_copy::Keys::ids;
  data_copy::Tally copied;    // empty when only comparing
  data_copy::Tally compared;  // afterwards, both sides whole
};

[[nodiscard]] bool are_equal(const std::vector<Line>& lines);

// One line per collection, then the first differences, time and memory.
[[nodiscard]] std::string as_table(const std::vector<Line>& lines, std::chrono::milliseconds took,
                                   std::uint64_t peak_memory_kib);

}  // namespace gatehouse::data_command
