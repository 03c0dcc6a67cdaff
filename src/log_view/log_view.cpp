#include "log_view/log_view.hpp"

#include <algorithm>
#include <cstdio>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/fields.hpp"
#include "log_view/merge.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::log_view {

namespace {

constexpr int kLookAgainMillis = 200;

int complain(int code, std::string_view words) {
  fmt::print(stderr, "gatehouse logs: {}\n", words);
  return code;
}

struct Filter {
  int rank_min = -1;
  std::string trace;
  std::string oldest;  // RFC 3339, as in the lines; empty: all
  std::uint64_t oldest_millis = 0;

  [[nodiscard]] bool wants(const Line& line) const {
    if (rank_min >= 0 && rank_of(line.level) < rank_min) return false;
    if (!trace.empty() && line.trace != trace) return false;
    return line.time >= oldest;
  }
};

// "10m", as durations are written everywhere.
Result<Filter> filter_of(const Options& options) {
  Filter filter{.trace = options.trace};
  if (!options.level.empty()) filter.rank_min = rank_of(options.level);
  if (options.since.empty()) return filter;
  const json::object given{{"--since", options.since}};
  Fields fields{given};
  const auto age = fields.optional_duration("--since", std::chrono::milliseconds{0});
  if (auto complete = fields.finish(); !complete) return fail(complete);
  const auto since = core::SystemClock().now() - age;
  filter.oldest = core::rfc3339(since);
  filter.oldest_millis = static_cast<std::uint64_t>(std::max<std::int64_t>(core::unix_millis(since), 0));
  return filter;
}

// "orders" is every "orders-<n>"; "orders-1" is that one.
bool is_of_role(std::string_view instance, std::string_view role) {
  if (role.empty() || instance == role) return true;
  return instance.starts_with(role) && instance.substr(role.size()).starts_with('-') &&
         instance.find_first_not_of("0123456789", role.size() + 1) == std::string_view::npos;
}

bool has_files_of(const std::filesystem::path& logs, std::string_view role) {
  for (const telemetry::LogFile& file : telemetry::log_files_in(logs)) {
    if (is_of_role(file.instance, role)) return true;
  }
  return false;
}

// The id of a request, which its answer carried, leads to its trace; any other is a trace's already.
std::string trace_of(const std::filesystem::path& logs, const std::string& id) {
  std::string trace = id;
  if (id.empty()) return trace;
  Merge gateways(logs, [](std::string_view instance) { return is_of_role(instance, "gateway"); }, 0);
  (void)gateways.drain([&](const Line& line) {
    if (line.request != id) return true;
    trace = line.trace;
    return false;
  });
  return trace;
}

// False: nobody reads any more.
bool print(const Line& line, Format format, std::string_view day, Colour colour) {
  const std::string text = format == Format::json ? line.text : as_text(line, day, colour);
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fputc('\n', stdout) != EOF;
}

}  // namespace

int run(const Options& options) {
  auto filter = filter_of(options);
  if (!filter) return complain(2, filter.error().detail);
  const auto logs = supervisor::Layout{options.data}.logs_dir();
  std::error_code error;
  if (!std::filesystem::is_directory(logs, error))
    return complain(
        1, fmt::format("{} is no directory: is --data the platform's data directory?", logs.string()));
  if (::access(logs.c_str(), R_OK | X_OK) != 0)
    return complain(1, fmt::format("{} cannot be read: only its owner may", logs.string()));
  if (options.follow == Follow::no && !has_files_of(logs, options.role))
    return complain(1, options.role.empty()
                           ? fmt::format("no log files in {}", logs.string())
                           : fmt::format("no log files of \"{}\" in {}", options.role, logs.string()));

  filter->trace = trace_of(logs, filter->trace);
  const Colour colour = ::isatty(STDOUT_FILENO) == 1 ? Colour::yes : Colour::no;
  const auto wants = [&](std::string_view instance) { return is_of_role(instance, options.role); };
  Merge merge(logs, wants, filter->oldest_millis);
  const auto show = [&](const Line& line) {
    const std::string day = core::rfc3339(core::SystemClock().now()).substr(0, 10);
    return !filter->wants(line) || print(line, options.format, day, colour);
  };
  for (;;) {
    const bool goes_on = merge.drain(show) && std::fflush(stdout) == 0;
    if (!goes_on) return 1;
    if (options.follow == Follow::no) return 0;
    (void)::poll(nullptr, 0, kLookAgainMillis);
  }
}

}  // namespace gatehouse::log_view
