#include "supervisor/fleet.hpp"

#include <algorithm>
#include <ranges>
#include <signal.h>
#include <sys/wait.h>

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace gatehouse::supervisor {

namespace log = telemetry::log;
using std::chrono::milliseconds;

std::string_view name_of(State state) {
  switch (state) {
    case State::starting:
      return "starting";
    case State::ready:
      return "ready";
    case State::waiting:
      return "waiting";
    case State::stopping:
      return "stopping";
    case State::stopped:
      return "stopped";
  }
  return "stopped";
}

namespace {

core::SteadyTime now() {
  return core::SystemClock().steady_now();
}

milliseconds since(core::SteadyTime then) {
  return std::chrono::duration_cast<milliseconds>(now() - then);
}

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("ended with code {}", WEXITSTATUS(status));
}

}  // namespace

Fleet::Fleet(const Platform& platform, BackOff back_off) : layout_{platform.data}, back_off_(back_off) {
  for (Instance& instance : instances_of(platform)) {
    Member member;
    member.instance = std::move(instance);
    members_.push_back(std::move(member));
  }
}

Result<void> Fleet::launch(Member& member) {
  const auto config = layout_.instance_dir(member.instance.name) / "config.json";
  auto child = Child::start({{member.instance.role, "--config", config.string()},
                             layout_.output_file(member.instance.name),
                             member.instance.variables});
  if (!child) return fail(child);
  member.child.emplace(std::move(*child));
  member.state = State::starting;
  member.started = now();
  return {};
}

Result<void> Fleet::start() {
  for (Member& member : members_) {
    if (auto launched = launch(member); !launched) return launched;
  }
  return {};
}

bool Fleet::hear(Member& member) {
  const auto words = member.child->hear();
  if (!words) return false;
  if (*words == "ready") {
    member.state = State::ready;
    member.was_ready = true;
    member.start_took = since(member.started);
    member.last_words.clear();
    return true;
  }
  member.last_words = *words;
  return false;
}

bool Fleet::reap(Member& member) {
  const auto status = member.child->reap();
  if (!status) return false;
  (void)hear(member);  // its last words may still be in the pipe
  member.child.reset();
  if (member.state == State::stopping) {
    member.state = State::stopped;
    return true;
  }
  if (member.last_words.empty()) member.last_words = describe_end(*status);
  const bool lived_well = since(member.started) >= back_off_.good_after;
  member.delay =
      lived_well || member.delay.count() == 0 ? back_off_.first : std::min(member.delay * 2, back_off_.last);
  member.next_start = now() + member.delay;
  member.state = State::waiting;
  ++member.restarts;
  if (!member.was_ready) return true;  // the start is given up, and says why itself
  log::warn("role-ended", "a role ended and will be started again",
            {log::field("instance", member.instance.name), log::field("error.message", member.last_words),
             log::field("delay_ms", member.delay.count())});
  return true;
}

bool Fleet::tend() {
  bool changed = false;
  for (Member& member : members_) {
    if (member.child && member.state == State::starting) changed = hear(member) || changed;
    if (member.child) changed = reap(member) || changed;
    if (member.state != State::waiting || now() < member.next_start) continue;
    if (!member.was_ready) continue;  // never worked: failed() tells, and the start is given up
    if (auto launched = launch(member); !launched) {
      member.last_words = launched.error().detail;
      member.next_start = now() + back_off_.last;
    }
    changed = true;
  }
  return changed;
}

void Fleet::stop(milliseconds patience) {
  std::vector<std::string> roles;
  for (const Member& member : members_) {
    if (roles.empty() || roles.back() != member.instance.role) roles.push_back(member.instance.role);
  }
  for (const std::string& role : std::views::reverse(roles)) {
    const auto deadline = now() + patience;
    bool is_forced = false;
    for (Member& member : members_) {
      if (member.instance.role != role) continue;
      if (!member.child) member.state = State::stopped;
      if (!member.child) continue;
      member.state = State::stopping;
      member.child->signal(SIGTERM);
    }
    const auto is_running = [&role](const Member& member) {
      return member.instance.role == role && member.child;
    };
    while (std::ranges::any_of(members_, is_running)) {
      (void)tend();
      if (!is_forced && now() > deadline) {
        is_forced = true;
        for (Member& member : members_) {
          if (is_running(member)) member.child->signal(SIGKILL);
        }
        log::warn("role-killed", "a role did not stop in time", {log::field("role", role)});
      }
      timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
      ::nanosleep(&pause, nullptr);
    }
  }
}

std::vector<int> Fleet::descriptors() const {
  std::vector<int> open;
  for (const Member& member : members_) {
    if (member.child && member.child->ready_descriptor() >= 0)
      open.push_back(member.child->ready_descriptor());
  }
  return open;
}

milliseconds Fleet::idle_for() const {
  milliseconds idle{1'000};
  for (const Member& member : members_) {
    if (member.state != State::waiting) continue;
    const auto left = std::chrono::duration_cast<milliseconds>(member.next_start - now());
    idle = std::clamp(left, milliseconds{0}, idle);
  }
  return idle;
}

bool Fleet::is_ready() const {
  return std::ranges::all_of(members_, [](const Member& member) { return member.state == State::ready; });
}

const Member* Fleet::failed() const {
  const auto found = std::ranges::find_if(
      members_, [](const Member& member) { return member.state == State::waiting && !member.was_ready; });
  return found == members_.end() ? nullptr : &*found;
}

}  // namespace gatehouse::supervisor
