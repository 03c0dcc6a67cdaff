#include "supervisor/child.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace gatehouse::supervisor {

namespace {

constexpr off_t kOutputBytesMax = 1 << 20;

// After fork: only async-signal-safe calls, then exec.
[[noreturn]] void become(const std::vector<char*>& arguments, const std::vector<char*>& environment,
                         int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);  // the parent died before the line above
  ::setpgid(0, 0);  // Ctrl-C on the terminal reaches the supervisor alone, which stops in order
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  ::execve("/proc/self/exe", arguments.data(), environment.data());
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

}  // namespace

Result<Child> Child::start(const ChildCommand& command) {
  const int output = ::open(command.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0) {
    return fail(ErrorKind::unavailable, "cannot_write",
                fmt::format("{}: {}", command.output_file.string(), std::strerror(errno)));
  }
  // Last words only; a role that is started again and again must not fill the disk with them.
  struct stat status{};
  if (::fstat(output, &status) == 0 && status.st_size > kOutputBytesMax) (void)::ftruncate(output, 0);
  int pipe[2];
  if (::pipe2(pipe, O_NONBLOCK) != 0) {
    ::close(output);
    return fail(ErrorKind::unavailable, "no_descriptors", std::strerror(errno));
  }
  ::fcntl(pipe[0], F_SETFD, FD_CLOEXEC);

  std::vector<std::string> arguments{"gatehouse"};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment{fmt::format("GATEHOUSE_READY_FD={}", pipe[1])};
  std::vector<std::string> names{"PATH",         "HOME",         "TZ",           "LANG",
                                 "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"};
  names.insert(names.end(), command.variables.begin(), command.variables.end());
  for (const std::string& name : names) {
    if (const char* value = std::getenv(name.c_str()))
      environment.push_back(fmt::format("{}={}", name, value));
  }
  const auto argument_list = pointers(arguments);
  const auto environment_list = pointers(environment);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(argument_list, environment_list, output, parent);
  ::close(pipe[1]);
  ::close(output);
  if (pid < 0) {
    ::close(pipe[0]);
    return fail(ErrorKind::unavailable, "cannot_fork", std::strerror(errno));
  }
  return Child(pid, pipe[0]);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      ready_(std::exchange(other.ready_, -1)),
      heard_(std::move(other.heard_)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(ready_, other.ready_);
  std::swap(heard_, other.heard_);
  return *this;
}

Child::~Child() {
  close_ready();
}

void Child::close_ready() {
  if (ready_ >= 0) ::close(std::exchange(ready_, -1));
}

std::optional<std::string> Child::hear() {
  if (ready_ < 0) return std::nullopt;
  char buffer[1024];
  for (;;) {
    const ssize_t got = ::read(ready_, buffer, sizeof buffer);
    if (got < 0) return std::nullopt;  // nothing yet
    if (got == 0) {
      close_ready();
      return heard_.empty() ? std::nullopt : std::optional(std::exchange(heard_, {}));
    }
    heard_.append(buffer, static_cast<std::size_t>(got));
    const auto end = heard_.find('\n');
    if (end == std::string::npos) continue;
    heard_.resize(end);
    close_ready();
    return std::exchange(heard_, {});
  }
}

void Child::signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

std::optional<int> Child::reap() {
  int status = 0;
  if (pid_ <= 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  return status;
}

}  // namespace gatehouse::supervisor
