#include "tests/harness/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <grp.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "core/text.hpp"

namespace gatehouse::tests {

namespace {

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// In the child: only what is allowed between fork and exec.
[[noreturn]] void become(char* const* words, int output, std::optional<uid_t> user) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(output, 1);
  ::dup2(output, 2);
  if (user && (::setgroups(0, nullptr) != 0 || ::setgid(*user) != 0 || ::setuid(*user) != 0)) ::_exit(126);
  ::execvp(words[0], words);
  ::_exit(127);
}

}  // namespace

Process::Process(const Command& command) : output_(::memfd_create("output", MFD_CLOEXEC)) {
  std::vector<std::string> words = command.words;
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::fcntl(output_, F_SETFL, O_APPEND);
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), output_, command.user);
  if (pid_ < 0) throw std::runtime_error("fork: " + std::string(std::strerror(errno)));
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), output_(std::exchange(other.output_, -1)) {}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (output_ >= 0) ::close(output_);
}

void Process::kill(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

std::string Process::output() const {
  std::string text(static_cast<std::size_t>(std::max<off_t>(::lseek(output_, 0, SEEK_END), 0)), '\0');
  const auto got = ::pread(output_, text.data(), text.size(), 0);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return text;
}

Outcome Process::wait(std::chrono::milliseconds limit) {
  Outcome outcome;
  int status = 0;
  const bool has_ended = eventually(limit, [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; });
  if (!has_ended) {
    outcome.is_timeout = true;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
  }
  pid_ = -1;
  outcome.code = exit_code_of(status);
  outcome.output = output();
  return outcome;
}

Outcome run(const Command& command, std::chrono::milliseconds limit) {
  return Process(command).wait(limit);
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  for (const std::string_view directory : core::split(path == nullptr ? "" : path, ':')) {
    auto candidate = std::filesystem::path(directory) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "gatehouse-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void pause(std::chrono::milliseconds time) {
  std::this_thread::sleep_for(time);
}

}  // namespace gatehouse::tests
