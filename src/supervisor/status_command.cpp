#include "supervisor/status_command.hpp"

#include <chrono>
#include <cstdio>
#include <map>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "supervisor/data_lock.hpp"
#include "supervisor/process_usage.hpp"
#include "supervisor/status_file.hpp"

namespace gatehouse::supervisor {

namespace {

constexpr int kNotReady = 1;
constexpr int kNotRunning = 3;
constexpr std::chrono::milliseconds kRefresh{1'000};

int complain_of_file(const Layout& layout, const Error& error) {
  fmt::print(stderr, "gatehouse status: {}: {}\n", layout.status_file().string(), error.reason);
  return kNotReady;
}

std::string not_running(const Layout& layout) {
  return fmt::format("The platform in {} is not running.\n", layout.data.string());
}

// CPU time since the last look, by process: in percent of one core.
class CpuShares {
 public:
  // Nothing at the first look.
  std::string of(std::int64_t pid, double cpu_seconds) {
    const auto now = core::SystemClock().steady_now();
    const auto found = last_.find(pid);
    std::string share;
    if (found != last_.end()) {
      const std::chrono::duration<double> between = now - found->second.at;
      share = fmt::format("{:.0f} %", 100 * (cpu_seconds - found->second.cpu_seconds) / between.count());
    }
    last_[pid] = {now, cpu_seconds};
    return share;
  }

 private:
  struct Look {
    core::SteadyTime at;
    double cpu_seconds = 0;
  };
  std::map<std::int64_t, Look> last_;
};

std::string table_of(const PlatformStatus& status, CpuShares* shares) {
  std::string table =
      fmt::format("{:<16} {:<26} {:<9} {:>8} {:>9} {:>10} {:>10} {:>6}\n", "ROLE", "URL", "STATE", "START",
                  "RESTARTS", "MEMORY", "CPU", shares == nullptr ? "" : "NOW");
  std::uint64_t memory = 0;
  for (const RoleStatus& role : status.roles) {
    const ProcessUsage usage = usage_of(role.pid);
    memory += usage.memory;
    table += fmt::format("{:<16} {:<26} {:<9} {:>5} ms {:>9} {:>6.1f} MiB {:>8.2f} s {:>6}\n", role.instance,
                         role.url, role.state, role.start_ms, role.restarts,
                         static_cast<double>(usage.memory) / (1 << 20), usage.cpu_seconds,
                         shares == nullptr ? "" : shares->of(role.pid, usage.cpu_seconds));
    if (!role.last_words.empty()) table += fmt::format("  last words: {}\n", role.last_words);
  }
  return table + fmt::format("{:<72} {:>6.1f} MiB\n", "", static_cast<double>(memory) / (1 << 20));
}

int show_once(const Layout& layout, StatusFormat format) {
  if (!DataLock::is_held(layout)) {
    const PlatformStatus stopped{.state = "stopped"};
    fmt::print("{}",
               format == StatusFormat::json ? json::serialize(as_json(stopped)) + "\n" : not_running(layout));
    return kNotRunning;
  }
  const auto status = read_status(layout);
  if (!status) return complain_of_file(layout, status.error());
  fmt::print("{}", format == StatusFormat::json ? json::serialize(as_json(*status)) + "\n"
                                                : table_of(*status, nullptr));
  return status->state == "ready" ? 0 : kNotReady;
}

// The terminal's other screen, as editors use it: what stood on it before comes back, however the view ends.
class FullScreen {
 public:
  FullScreen() { fmt::print("\x1b[?1049h\x1b[?25l"); }
  FullScreen(const FullScreen&) = delete;
  ~FullScreen() {
    fmt::print("\x1b[?25h\x1b[?1049l");
    std::fflush(stdout);
  }

  // Each line is written over the one before it, so nothing flickers.
  static void show(std::string_view text) {
    std::string frame = "\x1b[H";
    for (const char c : text) {
      if (c == '\n') frame += "\x1b[K";
      frame += c;
    }
    fmt::print("{}\x1b[J", frame);
    std::fflush(stdout);
  }
};

// True once the user has had enough.
bool waits_for_end(int signals, std::chrono::milliseconds how_long) {
  pollfd event{.fd = signals, .events = POLLIN, .revents = 0};
  return ::poll(&event, 1, static_cast<int>(how_long.count())) > 0;
}

int show_live(const Layout& layout) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wanted, number);
  ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
  const int signals = ::signalfd(-1, &wanted, SFD_CLOEXEC);
  CpuShares shares;
  int code = kNotRunning;
  {
    const FullScreen screen;
    do {
      if (!DataLock::is_held(layout)) {
        code = kNotRunning;
        break;
      }
      const auto status = read_status(layout);
      if (!status) {
        code = kNotReady;
        break;
      }
      code = status->state == "ready" ? 0 : kNotReady;
      screen.show(fmt::format("Gatehouse in {}: {}\n\n{}\nCtrl-C ends this view; the platform goes on.\n",
                              layout.data.string(), status->state, table_of(*status, &shares)));
    } while (!waits_for_end(signals, kRefresh));
  }
  ::close(signals);
  if (code == kNotRunning) fmt::print("{}", not_running(layout));
  return code;
}

}  // namespace

int status(const std::filesystem::path& data, StatusFormat format) {
  const Layout layout{data};
  const bool is_live = format == StatusFormat::automatic && ::isatty(STDOUT_FILENO) == 1;
  return is_live && DataLock::is_held(layout) ? show_live(layout) : show_once(layout, format);
}

int down(const std::filesystem::path& data) {
  const Layout layout{data};
  if (!DataLock::is_held(layout)) {
    fmt::print("The platform in {} is not running.\n", data.string());
    return 0;
  }
  const auto status = read_status(layout);
  if (!status) {
    fmt::print(stderr, "gatehouse down: {}: {}\n", layout.status_file().string(), status.error().reason);
    return 1;
  }
  ::kill(static_cast<pid_t>(status->pid), SIGTERM);
  for (int waited_ms = 0; waited_ms < 90'000; waited_ms += 20) {
    if (!DataLock::is_held(layout)) {
      fmt::print("The platform in {} has stopped.\n", data.string());
      return 0;
    }
    ::usleep(20'000);
  }
  fmt::print(stderr, "gatehouse down: the supervisor (process {}) has not stopped within 90 s\n",
             status->pid);
  return 1;
}

}  // namespace gatehouse::supervisor
