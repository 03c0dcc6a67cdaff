// Reads along in the log files of all instances and makes batches of what is new. Files: on the blocking
// pool.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "log_shipper/bulk.hpp"
#include "log_shipper/checkpoint.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::log_shipper {

struct BatchLimits {
  std::size_t bytes_max = 1U << 20U;  // of the body; one longer line is a batch of its own
  std::size_t lines_max = 5'000;
};

struct Batch {
  std::vector<Item> items;
  std::vector<Item> unreadable;                  // no JSON object: nothing that could be sent
  std::map<std::string, std::uint64_t> missing;  // lines by instance that were rotated away, or never written
  Checkpoint after;                              // of the instances that it has lines of
  bool is_full = false;                          // there is more
};

class Collector {
 public:
  Collector(std::filesystem::path logs, std::string data_stream, BatchLimits limits, Checkpoint from);

  // What is new since the last call, from all instances in turn.
  [[nodiscard]] Batch collect();
  // Bytes that no batch has had yet.
  [[nodiscard]] std::uint64_t bytes_behind() const;

 private:
  struct Source {
    telemetry::LogReader reader;
    Mark mark;
  };

  void find_instances();
  void take(Source& source, std::string_view line, Batch& batch);
  void note_gap(Source& source, const telemetry::LineId& id, Batch& batch) const;

  std::filesystem::path logs_;
  std::string data_stream_;
  BatchLimits limits_;
  Checkpoint from_;
  std::map<std::string, Source> sources_;
  std::string first_;  // the instance that comes first in the next batch
};

}  // namespace gatehouse::log_shipper
