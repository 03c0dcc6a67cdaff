// The lines of several instances as one stream in order of time.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "log_view/line.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::log_view {

class Merge {
 public:
  // `wants` chooses the instances by name. Files that were closed before `since_millis` (Unix time; their
  // generations tell) are not read: a line that is older may still be shown, a younger one is not missed.
  Merge(std::filesystem::path logs, std::function<bool(std::string_view instance)> wants,
        std::uint64_t since_millis = 0)
      : logs_(std::move(logs)), wants_(std::move(wants)), since_millis_(since_millis) {}

  // Everything that is there and was not shown yet, the oldest first. Within an instance the order of its
  // file stays. False: `show` did not want more.
  bool drain(const std::function<bool(const Line&)>& show);

 private:
  struct Source {
    telemetry::LogReader reader;
    std::optional<Line> next;
  };
  void find_sources();
  void advance(Source& source) const;

  std::filesystem::path logs_;
  std::function<bool(std::string_view)> wants_;
  std::uint64_t since_millis_;
  std::map<std::string, Source> sources_;
};

}  // namespace gatehouse::log_view
