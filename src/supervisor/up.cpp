#include "supervisor/up.hpp"

#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "net/listener.hpp"
#include "supervisor/complaint.hpp"
#include "supervisor/data_lock.hpp"
#include "supervisor/fleet.hpp"
#include "supervisor/prepare.hpp"
#include "supervisor/report.hpp"
#include "supervisor/status_file.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::supervisor {

namespace log = telemetry::log;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kStartPatience{30'000};
constexpr milliseconds kStopPatience{15'000};
constexpr milliseconds kRenewalInterval{60'000};

core::SteadyTime steady_now() {
  return core::SystemClock().steady_now();
}

// All ports before the first role: a taken one is told before anything was started.
Result<void> check_ports(const Platform& platform) {
  for (const UsedPort& used : ports_of(platform)) {
    const auto free = net::port_is_free(platform.address, used.port);
    if (free) continue;
    return fail(ErrorKind::unavailable, "port_taken",
                fmt::format("{} cannot listen on {} (choose other ports in {})", used.who,
                            free.error().detail, platform.file.string()));
  }
  return {};
}

// SIGTERM and SIGINT to stop, SIGCHLD to look after the children: all as readable events.
int signal_descriptor() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&wanted, number);
  ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool asks_to_stop(int signals) {
  signalfd_siginfo info;
  bool stop = false;
  while (::read(signals, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) stop = true;
  }
  return stop;
}

class Supervisor {
 public:
  Supervisor(Platform platform, std::vector<Account> accounts)
      : platform_(std::move(platform)),
        accounts_(std::move(accounts)),
        fleet_(platform_, platform_.restart),
        signals_(signal_descriptor()) {}
  ~Supervisor() { ::close(signals_); }

  // Starts and waits until all are ready. False: told to stop, or something could not start (complained
  // about).
  Result<bool> start() {
    if (auto started = fleet_.start(); !started) return fail(started);
    const auto deadline = steady_now() + kStartPatience;
    std::size_t told = 0;
    while (!fleet_.is_ready()) {
      if (wait()) return false;
      if (fleet_.tend()) told = tell_progress(told);
      if (const Member* failed = fleet_.failed()) {
        return fail(ErrorKind::unavailable, "role_failed",
                    fmt::format("{} could not start: {}", failed->instance.name, words_of(*failed)));
      }
      if (steady_now() > deadline)
        return fail(ErrorKind::timeout, "start_timeout", "not all roles became ready within 30 s");
    }
    tell_status("ready");
    return true;
  }

  void run_until_stopped() {
    auto renew_at = steady_now() + kRenewalInterval;
    while (!wait()) {
      if (fleet_.tend()) tell_status(fleet_.is_ready() ? "ready" : "degraded");
      if (steady_now() < renew_at) continue;
      renew_at = steady_now() + kRenewalInterval;
      const auto renewed = renew_leaves(platform_, core::SystemClock().now());
      if (!renewed)
        log::error("certificate-renewal", "certificates could not be renewed", {log::field(renewed.error())});
    }
  }

  void stop() {
    tell_status("stopping");
    fleet_.stop(kStopPatience);
    tell_status("stopped");
  }

  [[nodiscard]] std::string table() const { return ready_table(platform_, fleet_, accounts_); }

 private:
  // True when told to stop.
  bool wait() {
    std::vector<pollfd> events{{.fd = signals_, .events = POLLIN, .revents = 0}};
    for (const int descriptor : fleet_.descriptors())
      events.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
    (void)::poll(events.data(), events.size(), static_cast<int>(fleet_.idle_for().count()));
    return asks_to_stop(signals_);
  }

  // A full disk must not stop what runs.
  void tell_status(std::string_view state) const {
    (void)write_status(Layout{platform_.data}, status_of(platform_, fleet_, state));
  }

  std::size_t tell_progress(std::size_t told) const {
    std::size_t ready = 0;
    for (const Member& member : fleet_.members()) ready += member.state == State::ready ? 1 : 0;
    if (ready == told) return told;
    fmt::print("{} of {} roles are ready\n", ready, fleet_.members().size());
    std::fflush(stdout);
    return ready;
  }

  std::string words_of(const Member& member) const {
    const std::string_view words = member.last_words;
    if (words.starts_with("error ")) return std::string(words.substr(6));
    return fmt::format("{} (see {})", words,
                       Layout{platform_.data}.output_file(member.instance.name).string());
  }

  Platform platform_;
  std::vector<Account> accounts_;
  Fleet fleet_;
  int signals_;
};

// In the background the terminal is let go once the platform is ready; until then it shows the progress.
void let_terminal_go(const Layout& layout, int ready_pipe) {
  const std::string output_file = layout.output_file("up").string();
  const int output_descriptor = ::open(output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  std::fflush(stdout);
  ::dup2(null, 0);
  if (output_descriptor >= 0) {
    ::dup2(output_descriptor, 1);
    ::dup2(output_descriptor, 2);
  }
  const char done = 0;
  [[maybe_unused]] const auto written = ::write(ready_pipe, &done, 1);
  ::close(ready_pipe);
}

Result<void> start_log(const Layout& layout, telemetry::LogFileLimits limits) {
  auto file = telemetry::RotatingFile::open(layout.logs_dir(), "up", limits);
  if (!file) return fail(file);
  log::Settings settings{.service = "gatehouse-up", .instance = "up", .level = log::Level::warn};
  settings.file = std::make_shared<telemetry::RotatingFile>(std::move(*file));
  log::configure(std::move(settings));
  return {};
}

// `ready_pipe` is -1 in the foreground.
int supervise(const UpOptions& options, int ready_pipe) {
  log::configure("gatehouse-up", "up", log::Level::warn);
  const Layout layout{std::filesystem::absolute(options.data).lexically_normal()};
  const auto lock = DataLock::take(layout);
  if (!lock) return complain("up", lock.error());
  auto platform = Platform::load(layout.data);
  if (!platform) return complain("up", platform.error());
  if (auto free = check_ports(*platform); !free) return complain("up", free.error());
  auto accounts = prepare(*platform, core::SystemClock().now());
  if (!accounts) return complain("up", accounts.error());
  if (auto started = start_log(layout, platform->logs); !started) return complain("up", started.error());

  Supervisor supervisor(std::move(*platform), std::move(*accounts));
  const auto started = supervisor.start();
  int code = 0;
  if (started && *started) {
    fmt::print("{}", supervisor.table());
    if (ready_pipe >= 0) {
      let_terminal_go(layout, ready_pipe);
    } else {
      fmt::print("\nCtrl-C stops everything in order.\n");
      std::fflush(stdout);
    }
    supervisor.run_until_stopped();
  } else if (!started) {
    code = complain("up", started.error());
  }
  if (ready_pipe < 0 && code == 0) fmt::print("\nstopping …\n");
  supervisor.stop();
  log::flush();
  return code;
}

}  // namespace

int up(const UpOptions& options) {
  if (options.presence == Presence::foreground) return supervise(options, -1);
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return 1;
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    ::setsid();
    const int code = supervise(options, pipe[1]);
    std::fflush(nullptr);
    std::_Exit(code);
  }
  ::close(pipe[1]);
  char done = 0;
  const bool is_ready = ::read(pipe[0], &done, 1) == 1;
  ::close(pipe[0]);
  if (is_ready) return 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace gatehouse::supervisor
