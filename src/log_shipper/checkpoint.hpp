// How far the log of each instance was taken over, on disk: written after the receiver has answered, so that
// a shipper that is killed sends lines again rather than never.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/result.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::log_shipper {

struct Mark {
  telemetry::LogPosition position;
  std::string run;  // of the last line that had an id; with its sequence: what should come next
  std::uint64_t sequence = 0;
  bool operator==(const Mark&) const = default;
};

using Checkpoint = std::map<std::string, Mark, std::less<>>;  // by instance

// Empty if there is no file. A damaged one is an error, `invalid`/"bad_checkpoint": whoever removes it has
// all lines sent again, which is harmless where _id is honoured.
[[nodiscard]] Result<Checkpoint> read_checkpoint(const std::filesystem::path& file);
[[nodiscard]] Result<void> write_checkpoint(const std::filesystem::path& file, const Checkpoint& checkpoint);

}  // namespace gatehouse::log_shipper
