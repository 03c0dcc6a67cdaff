#include "resilience/circuit_breaker.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "resilience/bulkhead.hpp"

namespace gatehouse::resilience {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

class CircuitBreakerTest : public testing::Test {
 protected:
  CircuitBreaker::Permit allowed() {
    auto permit = breaker_.allow(now_);
    EXPECT_TRUE(permit);
    return std::move(*permit);
  }
  void succeed(int times, std::chrono::milliseconds took = 0ms) {
    for (int i = 0; i < times; ++i) allowed().succeeded(now_ + took);
  }
  void fail_calls(int times) {
    for (int i = 0; i < times; ++i) allowed().failed(now_);
  }
  void open() {
    fail_calls(10);
    ASSERT_EQ(breaker_.state(), State::open);
  }

  core::SteadyTime now_{1'000'000s};
  CircuitBreaker breaker_{{}, [] { return 0.5; }};  // no jitter
};

TEST_F(CircuitBreakerTest, OpensAtHalfFailuresOfTenCalls) {
  succeed(5);
  fail_calls(4);
  EXPECT_EQ(breaker_.state(), State::closed);
  fail_calls(1);
  EXPECT_EQ(breaker_.state(), State::open);
  EXPECT_EQ(breaker_.times_opened(), 1U);
  const auto refused = breaker_.allow(now_);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(refused.error().reason, "circuit_open");
  EXPECT_TRUE(refused.error().safe_to_retry);
  EXPECT_EQ(breaker_.retry_after(now_), 5000ms);
  EXPECT_EQ(breaker_.retry_after(now_ + 4999ms), 1ms);
}

TEST_F(CircuitBreakerTest, StaysClosedBelowTheRatioAndBelowTheMinimum) {
  fail_calls(9);
  EXPECT_EQ(breaker_.state(), State::closed);
  now_ += 10s;
  succeed(20);
  fail_calls(19);
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(CircuitBreakerTest, WhatIsOlderThanTheWindowDoesNotCount) {
  fail_calls(9);
  now_ += 10s;
  fail_calls(9);
  EXPECT_EQ(breaker_.state(), State::closed);
  now_ += 9s;
  fail_calls(1);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(CircuitBreakerTest, OpensWhenEightyPercentAreSlow) {
  succeed(2);
  succeed(7, 3s);
  EXPECT_EQ(breaker_.state(), State::closed);
  succeed(1, 2999ms);
  EXPECT_EQ(breaker_.state(), State::closed);
  succeed(5, 3s);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(CircuitBreakerTest, ThreeProbesOfThreeCloseIt) {
  open();
  now_ += 5s;
  {
    auto first = allowed();
    auto second = allowed();
    auto third = allowed();
    EXPECT_FALSE(breaker_.allow(now_));
    first.succeeded(now_);
    second.succeeded(now_);
    EXPECT_EQ(breaker_.state(), State::half_open);
    EXPECT_FALSE(breaker_.allow(now_));
    third.succeeded(now_);
  }
  EXPECT_EQ(breaker_.state(), State::closed);
  fail_calls(9);  // it starts with an empty window
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(CircuitBreakerTest, AFailedProbeOpensItForTwiceAsLongUpToAMinute) {
  open();
  for (const auto seconds : {5s, 10s, 20s, 40s, 60s, 60s}) {
    EXPECT_EQ(breaker_.retry_after(now_), seconds);
    now_ += seconds;
    fail_calls(1);
    EXPECT_EQ(breaker_.state(), State::open);
  }
  now_ += 60s;
  succeed(3);
  EXPECT_EQ(breaker_.state(), State::closed);
  fail_calls(10);
  EXPECT_EQ(breaker_.retry_after(now_), 5s);  // forgotten after it was closed
}

TEST_F(CircuitBreakerTest, ASlowProbeHasFailed) {
  open();
  now_ += 5s;
  succeed(1, 3s);
  EXPECT_EQ(breaker_.state(), State::open);
}

TEST_F(CircuitBreakerTest, ADroppedPermitCountsForNothingAndFreesItsPlace) {
  for (int i = 0; i < 100; ++i) static_cast<void>(allowed());
  EXPECT_EQ(breaker_.state(), State::closed);
  open();
  now_ += 5s;
  for (int i = 0; i < 100; ++i) static_cast<void>(allowed());
  EXPECT_EQ(breaker_.state(), State::half_open);
  succeed(3);
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(CircuitBreakerTest, ProbesThatHangHaveFailedAfterTheirWait) {
  open();
  now_ += 5s;
  std::vector<CircuitBreaker::Permit> hanging;
  for (int i = 0; i < 3; ++i) hanging.push_back(allowed());
  now_ += 9999ms;
  EXPECT_FALSE(breaker_.allow(now_));
  EXPECT_EQ(breaker_.state(), State::half_open);
  now_ += 1ms;
  EXPECT_FALSE(breaker_.allow(now_));
  EXPECT_EQ(breaker_.state(), State::open);
  now_ += 10s;
  for (auto& late : hanging) late.failed(now_);  // answers to an earlier state
  succeed(3);
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(CircuitBreakerTest, LittleTrafficDoesNotKeepItHalfOpen) {
  open();
  now_ += 5s;
  succeed(2);
  now_ += 1h;
  succeed(1);
  EXPECT_EQ(breaker_.state(), State::closed);
}

TEST_F(CircuitBreakerTest, LateAnswersOfTheClosedStateDoNotDecideTheProbing) {
  auto late = allowed();
  open();
  now_ += 5s;
  auto probe = allowed();
  late.failed(now_);
  EXPECT_EQ(breaker_.state(), State::half_open);
  probe.succeeded(now_);
  EXPECT_EQ(breaker_.state(), State::half_open);
}

TEST_F(CircuitBreakerTest, APermitMayOutliveItsBreaker) {
  auto short_lived = std::make_unique<CircuitBreaker>();
  auto permit = short_lived->allow(now_);
  short_lived.reset();
  permit->failed(now_);
  SUCCEED() << "a permit that touched its breaker would have crashed under a sanitizer";
}

TEST(CircuitBreaker, TheOpenTimeVariesByAFifth) {
  for (const auto& [drawn, expected] : {std::pair{0.0, 4000ms}, std::pair{0.999999, 6000ms}}) {
    CircuitBreaker breaker({}, [value = drawn] { return value; });
    const core::SteadyTime now{1s};
    for (int i = 0; i < 10; ++i) breaker.allow(now)->failed(now);
    EXPECT_NEAR(static_cast<double>(breaker.retry_after(now).count()), static_cast<double>(expected.count()),
                1);
  }
}

// A breaker under random calls, with what it must never do.
class Storm {
 public:
  explicit Storm(std::uint64_t seed) : random_(seed) {}

  void step() {
    now_ += std::chrono::milliseconds{random_() % 2000};
    if (random_() % 2 == 0) {
      call();
    } else if (!running_.empty()) {
      end_one();
    }
  }
  // How many calls a peer that is well again gets in 200 s.
  int recover() {
    running_.clear();
    int calls = 0;
    for (int second = 0; second < 200; ++second) {
      now_ += 1s;
      if (auto permit = breaker_.allow(now_)) {
        permit->succeeded(now_);
        ++calls;
      }
    }
    return calls;
  }
  [[nodiscard]] State state() const { return breaker_.state(); }

 private:
  struct Running {
    CircuitBreaker::Permit permit;
    std::uint64_t probe_of;  // how often the breaker had opened then; 0: no probe
  };

  void call() {
    auto permit = breaker_.allow(now_);
    if (!permit) return;
    const bool is_probe = breaker_.state() == State::half_open;
    running_.push_back({std::move(*permit), is_probe ? breaker_.times_opened() : 0});
    const auto probes = std::ranges::count(running_, breaker_.times_opened(), &Running::probe_of);
    if (is_probe) EXPECT_LE(probes, 3);
  }
  void end_one() {
    auto permit = std::move(running_.back().permit);
    running_.pop_back();
    const auto fate = random_() % 4;  // 1: dropped
    if (fate == 0) permit.succeeded(now_);
    if (fate >= 2) permit.failed(now_);
  }

  std::mt19937_64 random_;
  CircuitBreaker breaker_;
  core::SteadyTime now_{1'000s};
  std::vector<Running> running_;
};

TEST(CircuitBreaker, IsNeverStuckForAnySeed) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Storm storm(seed);
    for (int i = 0; i < 400; ++i) storm.step();
    ASSERT_GT(storm.recover(), 100) << "seed " << seed;
    ASSERT_EQ(storm.state(), State::closed) << "seed " << seed;
  }
}

TEST(Bulkhead, RefusesWhatDoesNotFitAndFreesPlaces) {
  Bulkhead bulkhead({.calls_max = 2});
  auto first = bulkhead.enter();
  {
    auto second = bulkhead.enter();
    EXPECT_TRUE(second);
    const auto third = bulkhead.enter();
    EXPECT_EQ(third.error().reason, "bulkhead_full");
    EXPECT_TRUE(third.error().safe_to_retry);
  }
  EXPECT_EQ(bulkhead.in_use(), 1U);
  EXPECT_TRUE(bulkhead.enter());
}

}  // namespace
}  // namespace gatehouse::resilience
