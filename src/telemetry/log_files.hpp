// Log lines on disk: "<instance>.<generation>.ndjson" in one directory, at most so many files of so many
// bytes for each instance. A file keeps its name for life, so that whoever reads along never takes one for
// another: the generation is the time in milliseconds at which it was begun, and always greater than the one
// before.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::telemetry {

struct LogFileLimits {
  std::size_t file_bytes_max = 8U << 20U;
  std::size_t files_max = 8;  // of one instance; the oldest goes when one more is begun
};

struct LogFile {
  std::string instance;
  std::uint64_t generation = 0;
  std::filesystem::path path;
};

// By instance, then generation; empty if the directory cannot be read. Other files are passed over.
[[nodiscard]] std::vector<LogFile> log_files_in(const std::filesystem::path& directory);
[[nodiscard]] std::vector<LogFile> log_files_of(const std::filesystem::path& directory,
                                                std::string_view instance);

// The writing end; one per instance at a time. Not thread-safe.
class RotatingFile {
 public:
  // Goes on in the newest file, without the torn line that a killed writer may have left; or begins one
  // (0600). `unavailable`/"cannot_write".
  static Result<RotatingFile> open(std::filesystem::path directory, std::string instance, LogFileLimits);
  RotatingFile(RotatingFile&&) noexcept;
  RotatingFile(const RotatingFile&) = delete;
  ~RotatingFile();

  // Appends lines, each with its line feed: whole, or not at all. How many were not (full disk). Nothing is
  // synced: a log line may be lost with the machine, not with the process.
  [[nodiscard]] std::uint64_t write(std::string_view lines);

 private:
  RotatingFile(std::filesystem::path directory, std::string instance, LogFileLimits limits)
      : directory_(std::move(directory)), instance_(std::move(instance)), limits_(limits) {}
  [[nodiscard]] Result<void> go_on(const LogFile& file);
  [[nodiscard]] Result<void> begin_file();
  void remove_oldest() const;
  [[nodiscard]] std::uint64_t append(std::string_view lines);
  [[nodiscard]] bool cut();

  std::filesystem::path directory_;
  std::string instance_;
  LogFileLimits limits_;
  std::uint64_t generation_ = 0;
  int descriptor_ = -1;
  std::size_t size_ = 0;  // up to the end of the last whole line
  bool is_torn_ = false;  // more than that is in the file
};

}  // namespace gatehouse::telemetry
