// The running instances: who is starting, ready, waiting for its next try, or stopping. One thread, one poll
// loop.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "supervisor/child.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

enum class State { starting, ready, waiting, stopping, stopped };
[[nodiscard]] std::string_view name_of(State);

struct Member {
  Instance instance;
  State state = State::stopped;
  std::optional<Child> child;
  core::SteadyTime started{};
  core::SteadyTime next_start{};
  std::chrono::milliseconds start_took{0};
  std::chrono::milliseconds delay{0};
  std::size_t restarts = 0;
  bool was_ready = false;
  std::string last_words;  // why it did not start
};

class Fleet {
 public:
  Fleet(const Platform& platform, BackOff back_off);

  // Starts every instance. An instance that fails before it was ever ready ends the start: `unavailable` with
  // its last words.
  Result<void> start();
  // Reaps, hears, restarts. True if something changed.
  bool tend();
  // Role by role against the start order; SIGKILL for what does not end in time.
  void stop(std::chrono::milliseconds patience);

  // Descriptors that make tend() worth calling, and how long it may wait without.
  [[nodiscard]] std::vector<int> descriptors() const;
  [[nodiscard]] std::chrono::milliseconds idle_for() const;

  [[nodiscard]] bool is_ready() const;
  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  // The first instance that could not start at all, if there is one.
  [[nodiscard]] const Member* failed() const;

 private:
  Result<void> launch(Member& member);
  bool hear(Member& member);
  bool reap(Member& member);

  Layout layout_;
  BackOff back_off_;
  std::vector<Member> members_;
};

}  // namespace gatehouse::supervisor
