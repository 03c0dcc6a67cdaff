#include "data_command/closing_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::data_command {
namespace {

constexpr auto kLine = "{:<20} {:>10} {:>10} {:>10} {:>10}  {}\n";

// The parts of a key are joined with characters that no terminal shows.
std::string as_shown(std::string key) {
  std::ranges::replace_if(key, [](unsigned char c) { return c < 0x20; }, '/');
  return key;
}

std::string difference_in(const Line& line) {
  const bool may_be_shown = line.keys == data_copy::Keys::ids;
  return fmt::format(
      "{}: {} differ or are missing, {} are too much; the first is {}\n", line.collection,
      line.compared.written, line.compared.removed,
      may_be_shown ? as_shown(line.compared.first_difference) : "not shown, it holds personal data");
}

}  // namespace

bool are_equal(const std::vector<Line>& lines) {
  return std::ranges::all_of(lines, [](const Line& line) { return line.compared.is_equal(); });
}

std::string as_table(const std::vector<Line>& lines, std::chrono::milliseconds took,
                     std::uint64_t peak_memory_kib) {
  std::string text =
      fmt::format(kLine, "COLLECTION", "RECORDS", "WRITTEN", "REMOVED", "DIFFERING", "SHA-256 OF THE SOURCE");
  for (const Line& line : lines)
    text +=
        fmt::format(kLine, line.collection, line.compared.records, line.copied.written, line.copied.removed,
                    line.compared.written + line.compared.removed, line.compared.digest);
  text += "\n";
  for (const Line& line : lines) {
    if (!line.compared.is_equal()) text += difference_in(line);
  }
  text +=
      fmt::format("{}; {:.1f} s, peak memory {:.1f} MiB\n",
                  are_equal(lines) ? "Both sides hold the same" : "The sides differ",
                  static_cast<double>(took.count()) / 1'000, static_cast<double>(peak_memory_kib) / 1'024);
  return text;
}

}  // namespace gatehouse::data_command
