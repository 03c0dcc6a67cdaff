// The last step of a log line but one: it gets its id, and waits in a bounded buffer in memory for the thread
// that writes it to a descriptor or a file.
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
  // Takes lines, each with its line feed; how many of them were lost.
  using Write = std::function<std::uint64_t(std::string_view lines)>;
  enum class Urgency { normal, urgent };  // urgent: written at once instead of within kPeriod

  LineWriter(Write write, std::size_t buffered_bytes_max, DroppedLine dropped_line);
  ~LineWriter();  // writes what is left, joins
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Adds `line`, a JSON object, with its id as one more member (see LineId), or drops it. Never waits for the
  // disk or a reader.
  void append(std::string_view line, Urgency urgency);
  // Waits until all that was appended before is written, at most kFlushWait.
  void flush();

  static constexpr std::chrono::milliseconds kPeriod{250};
  static constexpr std::chrono::seconds kFlushWait{2};
  static constexpr std::size_t kWriteAt = 64U << 10U;  // bytes that are worth a system call

 private:
  void run();
  void add(std::string& to, std::string_view line);
  [[nodiscard]] std::string told_line(std::uint64_t count);

  const Write write_;
  const std::string id_opening_;  // `,"log.record.uid":"<run>-`
  const std::size_t buffered_bytes_max_;
  const DroppedLine dropped_line_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable written_;
  std::string buffer_;
  std::uint64_t sequence_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t appended_bytes_ = 0;
  std::uint64_t written_bytes_ = 0;
  bool wake_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all the others
};

// Of all writers of this process, since its start.
[[nodiscard]] std::uint64_t dropped_lines();

// Writes to a descriptor and waits for it; nothing is ever lost, unless nobody reads it any more.
[[nodiscard]] LineWriter::Write to_descriptor(int descriptor);

}  // namespace gatehouse::telemetry
