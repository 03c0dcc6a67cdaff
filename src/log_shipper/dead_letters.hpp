// What the receiver will never take, kept for people: {"why": …, "status": …, "id": …, "line": …} a line, in
// rotated files with a bound.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.hpp"
#include "log_shipper/bulk.hpp"
#include "telemetry/log_files.hpp"

namespace gatehouse::log_shipper {

class DeadLetters {
 public:
  // "dead-letters.<generation>.ndjson" in the directory: 4 files of 4 MiB.
  static Result<DeadLetters> open(const std::filesystem::path& directory);

  // Blocks for the disk. False if it was full: then the line is gone.
  [[nodiscard]] bool keep(const Item& item, unsigned status, std::string_view why);

 private:
  explicit DeadLetters(telemetry::RotatingFile file) : file_(std::move(file)) {}
  telemetry::RotatingFile file_;
};

}  // namespace gatehouse::log_shipper
