// The last step of a log line: a bounded buffer in memory and a thread that writes it to a descriptor.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace gatehouse::telemetry {

class LineWriter {
 public:
  // Makes the line that tells how many lines were dropped for lack of room.
  using DroppedLine = std::function<std::string(std::uint64_t count)>;
  enum class Urgency { normal, urgent };  // urgent: written at once instead of within kPeriod

  LineWriter(int descriptor, std::size_t buffered_bytes_max, DroppedLine dropped_line);
  ~LineWriter();  // writes what is left, joins
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Adds `line` and a line feed, or drops it. Never waits for the descriptor.
  void append(std::string_view line, Urgency urgency);
  // Waits until all that was appended before is written, at most kFlushWait.
  void flush();

  static constexpr std::chrono::milliseconds kPeriod{250};
  static constexpr std::chrono::seconds kFlushWait{2};
  static constexpr std::size_t kWriteAt = 64U << 10U;  // bytes that are worth a system call

 private:
  void run();
  void add_dropped_line();
  void write_all(std::string_view bytes) const;

  const int descriptor_;
  const std::size_t buffered_bytes_max_;
  const DroppedLine dropped_line_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable written_;
  std::string buffer_;
  std::uint64_t dropped_ = 0;
  std::uint64_t appended_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;
  bool wake_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace gatehouse::telemetry
