// `gatehouse logs`: the log files of all instances as one stream in order of time, for people or programs.
#pragma once

#include <filesystem>
#include <string>

namespace gatehouse::log_view {

enum class Follow { no, yes };
enum class Format { text, json };

struct Options {
  std::filesystem::path data = "data";
  std::string role;   // "orders", or one instance: "orders-1"; empty: all
  std::string trace;  // trace.id
  std::string level;  // this and above
  std::string since;  // "10m"
  Follow follow = Follow::no;
  Format format = Format::text;
};

// The exit code: 0; 1 if there is nothing to read or nobody to write to, 2 for an option that cannot be
// understood. What went wrong is one line on standard error.
int run(const Options& options);

}  // namespace gatehouse::log_view
