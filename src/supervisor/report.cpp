#include "supervisor/report.hpp"

#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/color.h>
#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {

namespace {

std::string url_of(const Platform& platform, const Instance& instance) {
  if (instance.role == "gateway") return fmt::format("https://localhost:{}", platform.gateway_https);
  return fmt::format("https://localhost:{}", instance.port);
}

struct Row {
  std::string instance;
  std::string url;
  std::string state;
  std::int64_t pid = 0;
  std::int64_t start_ms = 0;
  std::int64_t restarts = 0;
};

// Memory in bytes and CPU time in seconds of a process; zeros if it is gone. A page that several processes
// share counts for each by its part (Pss), so that the sum over the roles is what the platform takes.
struct Usage {
  std::uint64_t memory = 0;
  double cpu_seconds = 0;
};

std::uint64_t memory_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    std::uint64_t kib = 0;
    if (word == "Pss:" && file >> kib) return kib * 1024;
  }
  return 0;
}

Usage usage_of(std::int64_t pid) {
  Usage usage{.memory = memory_of(pid)};
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string text;
  std::getline(stat, text);
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos) return usage;
  const auto fields = core::split(std::string_view(text).substr(after_name + 2), ' ');
  if (fields.size() < 13) return usage;
  const auto ticks = core::parse_int<std::uint64_t>(fields[11]).value_or(0) +
                     core::parse_int<std::uint64_t>(fields[12]).value_or(0);
  usage.cpu_seconds = static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return usage;
}

// The lock is held for as long as the supervisor lives, however it ends.
bool is_running(const Layout& layout) {
  const int lock = ::open(layout.lock_file().c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return false;
  const bool is_free = ::flock(lock, LOCK_EX | LOCK_NB) == 0;
  ::close(lock);
  return !is_free;
}

Result<json::object> read_status(const Layout& layout) {
  const auto text = read_file(layout.status_file());
  if (!text) return fail(text);
  return core::parse_json_object(*text);
}

std::vector<Row> rows_of(const json::object& status) {
  std::vector<Row> rows;
  for (const json::value& entry : status.at("roles").as_array()) {
    rows.push_back({std::string(entry.at("instance").as_string()), std::string(entry.at("url").as_string()),
                    std::string(entry.at("state").as_string()), entry.at("pid").as_int64(),
                    entry.at("start_ms").as_int64(), entry.at("restarts").as_int64()});
  }
  return rows;
}

std::string table_of(const std::vector<Row>& rows) {
  std::string table = fmt::format("{:<16} {:<26} {:<9} {:>8} {:>9} {:>9} {:>9}\n", "ROLE", "URL", "STATE",
                                  "START", "RESTARTS", "MEMORY", "CPU");
  std::uint64_t memory = 0;
  for (const Row& row : rows) {
    const Usage usage = usage_of(row.pid);
    memory += usage.memory;
    table += fmt::format("{:<16} {:<26} {:<9} {:>5} ms {:>9} {:>5.1f} MiB {:>7.2f} s\n", row.instance,
                         row.url, row.state, row.start_ms, row.restarts,
                         static_cast<double>(usage.memory) / (1 << 20), usage.cpu_seconds);
  }
  return table + fmt::format("{:<72} {:>5.1f} MiB\n", "", static_cast<double>(memory) / (1 << 20));
}

int show_once(const Layout& layout, StatusFormat format) {
  if (!is_running(layout)) {
    if (format == StatusFormat::json) {
      fmt::print("{}\n", R"({"state":"stopped","roles":[]})");
    } else {
      fmt::print("The platform in {} is not running.\n", layout.data.string());
    }
    return 3;
  }
  const auto status = read_status(layout);
  if (!status) {
    fmt::print(stderr, "gatehouse status: {}: {}\n", layout.status_file().string(), status.error().reason);
    return 1;
  }
  const bool is_ready = status->at("state").as_string() == "ready";
  if (format == StatusFormat::json) {
    fmt::print("{}\n", json::serialize(*status));
  } else {
    fmt::print("{}", table_of(rows_of(*status)));
  }
  return is_ready ? 0 : 1;
}

}  // namespace

Result<void> write_status(const Platform& platform, const Fleet& fleet, std::string_view state) {
  json::array roles;
  for (const Member& member : fleet.members()) {
    roles.push_back(json::object{{"instance", member.instance.name},
                                 {"role", member.instance.role},
                                 {"url", url_of(platform, member.instance)},
                                 {"port", member.instance.port},
                                 {"state", name_of(member.state)},
                                 {"pid", member.child ? member.child->pid() : 0},
                                 {"start_ms", member.start_took.count()},
                                 {"restarts", member.restarts},
                                 {"last_words", member.last_words}});
  }
  const json::object status{{"pid", ::getpid()}, {"state", state}, {"roles", std::move(roles)}};
  return write_durably(Layout{platform.data}.status_file(), json::serialize(status) + "\n", kReadableByAll);
}

std::string ready_table(const Platform& platform, const Fleet& fleet, const std::vector<Account>& accounts) {
  std::string text = fmt::format("\n{:<16} {:<26} {:<8} {:>9}\n", "ROLE", "URL", "STATE", "START");
  for (const Member& member : fleet.members()) {
    text += fmt::format("{:<16} {:<26} {:<8} {:>6} ms\n", member.instance.name,
                        url_of(platform, member.instance), name_of(member.state), member.start_took.count());
  }
  const Layout layout{platform.data};
  text += fmt::format("\nGateway         http://localhost:{}  https://localhost:{}\n", platform.gateway_http,
                      platform.gateway_https);
  text += fmt::format("Admin API       http://localhost:{}\n", platform.gateway_admin);
  text += fmt::format("CA certificate  {}\n", layout.ca_file().string());
  if (accounts.empty()) {
    text += fmt::format("Demo accounts   {}\n", layout.credentials_file().string());
    return text;
  }
  text += fmt::format("\nDemo accounts (shown once, kept in {})\n", layout.credentials_file().string());
  for (const Account& account : accounts) {
    text += fmt::format("  {:<10} {:<20} {}\n", account.username, account.password, account.roles);
  }
  return text;
}

int status(const std::filesystem::path& data, StatusFormat format) {
  const Layout layout{data};
  const bool is_live = format == StatusFormat::automatic && ::isatty(STDOUT_FILENO) == 1;
  if (!is_live) return show_once(layout, format);
  for (;;) {
    fmt::print("\x1b[H\x1b[2J");  // home, clear: a table that stays in place
    const int code = show_once(layout, StatusFormat::plain);
    if (code == 3) return code;
    fmt::print("\nCtrl-C ends this view; the platform goes on.\n");
    std::fflush(stdout);
    ::sleep(1);
  }
}

int down(const std::filesystem::path& data) {
  const Layout layout{data};
  if (!is_running(layout)) {
    fmt::print("The platform in {} is not running.\n", data.string());
    return 0;
  }
  const auto status = read_status(layout);
  if (!status) {
    fmt::print(stderr, "gatehouse down: {}: {}\n", layout.status_file().string(), status.error().reason);
    return 1;
  }
  ::kill(static_cast<pid_t>(status->at("pid").as_int64()), SIGTERM);
  for (int waited_ms = 0; waited_ms < 90'000; waited_ms += 20) {
    if (!is_running(layout)) {
      fmt::print("The platform in {} has stopped.\n", data.string());
      return 0;
    }
    ::usleep(20'000);
  }
  fmt::print(stderr, "gatehouse down: the supervisor (process {}) has not stopped within 90 s\n",
             status->at("pid").as_int64());
  return 1;
}

}  // namespace gatehouse::supervisor
