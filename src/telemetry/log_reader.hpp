// The reading end of the log files of one instance: whole lines in order, across rotation, also of a file
// that was removed while it was read.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/log_files.hpp"

namespace gatehouse::telemetry {

// Before the first byte that was not read. 0, 0 is before everything.
struct LogPosition {
  std::uint64_t generation = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const LogPosition&) const = default;
};

// What names a line for ever, however often it is read or sent: "<run>-<sequence>". The run is one life of a
// process; its sequence begins at 1 and has no gaps, so that a gap is a line that was lost.
struct LineId {
  std::string_view text;
  std::string_view run;
  std::uint64_t sequence = 0;
};

// From the end of a line, where LineWriter puts it.
[[nodiscard]] std::optional<LineId> line_id_of(std::string_view line);
inline constexpr std::string_view kLineIdKey = "log.record.uid";  // as OpenTelemetry calls it

class LogReader {
 public:
  LogReader(std::filesystem::path directory, std::string instance, LogPosition from = {});
  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) = delete;
  ~LogReader();

  // The next line without its line feed, valid until the next call; nothing if there is none yet. What is
  // longer than kLineBytesMax comes in pieces.
  [[nodiscard]] std::optional<std::string_view> next();
  // Behind the last line that next() gave.
  [[nodiscard]] LogPosition position() const { return position_; }
  [[nodiscard]] const std::string& instance() const { return instance_; }
  // Bytes that are there and were not given yet.
  [[nodiscard]] std::uint64_t bytes_behind() const;

  static constexpr std::size_t kLineBytesMax = 1U << 20U;

 private:
  bool open_next();
  bool fill();
  [[nodiscard]] std::optional<std::string_view> take_line();

  std::filesystem::path directory_;
  std::string instance_;
  LogPosition position_;
  int descriptor_ = -1;
  std::string buffer_;     // from the file at position_.offset on
  std::size_t taken_ = 0;  // of the buffer
};

}  // namespace gatehouse::telemetry
