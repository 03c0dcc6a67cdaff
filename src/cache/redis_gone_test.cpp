// Without Redis every read is slower and none is wrong: a store that counts, read through the caches of two
// instances while Redis is killed, paused, flushed and started again.
#include <gtest/gtest.h>

#include "cache/cache_stack.hpp"
#include "cache/read_through.hpp"
#include "core/test_times.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;

// One record under one version, as a database has it.
struct Store {
  Awaitable<Result<Loaded>> load() {
    ++loads;
    at_once_max = std::max(at_once_max, ++at_once);
    const Loaded read{std::to_string(version), version};
    static_cast<void>(co_await runtime::sleep_for(1ms));
    --at_once;
    co_return read;
  }
  std::int64_t version = 1;
  int loads = 0;
  int at_once = 0;
  int at_once_max = 0;
};

struct Instance {
  Instance(boost::asio::io_context& io, const core::Clock& clock, std::uint16_t port)
      : stack(CacheStack::open(io.get_executor(), clock, settings(port)).value()),
        reads("test", stack->cache(), stack->invalidation(), clock, metrics, {.loads_max = 8}) {}
  static CacheStackSettings settings(std::uint16_t port) {
    storage::redis::Options options;
    options.hosts = {{"127.0.0.1", port}};
    return {.redis = options, .prefix = "gatehouse:test:"};
  }
  Metrics metrics;
  std::unique_ptr<CacheStack> stack;
  ReadThrough reads;
};

class RedisGone : public testing::Test {
 protected:
  RedisGone() { log::configure({.level = log::Level::error}); }
  ~RedisGone() override {
    server_.resume();
    for (Instance* instance : {&here_, &there_}) run(instance->stack->stop());
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  void wait_until_connected() {
    for (Instance* instance : {&here_, &there_}) {
      ASSERT_TRUE(run(instance->stack->redis()->wait_until_connected(Deadline::after(10s))));
    }
  }
  Result<Loaded> read(Instance& instance, std::string key = "k") {
    auto load = [this] { return store_.load(); };
    return run(instance.reads.get_or_load(std::move(key), 30s, std::move(load), Deadline::after(5s)));
  }
  std::int64_t version(Instance& instance) { return read(instance).value().version; }
  Result<void> change(Instance& instance) { return run(instance.reads.changed("k", ++store_.version)); }
  template <class Condition>
  bool run_until(Condition condition) {
    const Deadline give_up = Deadline::after(10s);
    while (!condition() && !give_up.is_over()) io_.run_one_for(20ms);
    return condition();
  }

  boost::asio::io_context io_{1};
  core::SystemClock clock_;
  storage::redis::TestServer server_;
  Store store_;
  Instance here_{io_, clock_, server_.port()};
  Instance there_{io_, clock_, server_.port()};
};

TEST_F(RedisGone, KilledMeansThatEveryReadIsALoadOfTheTruth) {
  wait_until_connected();
  EXPECT_EQ(version(there_), 1);
  server_.kill();
  ASSERT_TRUE(run_until(
      [&] { return !here_.stack->redis()->is_connected() && !there_.stack->redis()->is_connected(); }));
  for (int round = 0; round < 5; ++round) {
    EXPECT_FALSE(change(here_));
    const int loads = store_.loads;
    EXPECT_EQ(version(there_), store_.version);
    EXPECT_EQ(version(here_), store_.version);
    EXPECT_EQ(store_.loads, loads + 2);
  }
  server_.restart();
  wait_until_connected();
  // The breaker lets Redis rest for some seconds: what is read meanwhile is loaded.
  EXPECT_TRUE(change(here_));
  EXPECT_EQ(version(there_), store_.version);
}

TEST_F(RedisGone, PausedMeansThatReadsAreLoadsWithinTheTimeOfACall) {
  wait_until_connected();
  EXPECT_EQ(version(there_), 1);
  ASSERT_TRUE(run_until([&] { return version(there_) == 1; }));
  server_.pause();
  std::chrono::nanoseconds longest{0};
  for (int round = 0; round < 12; ++round) {
    const auto began = clock_.steady_now();
    EXPECT_TRUE(read(there_, "key" + std::to_string(round)));
    longest = std::max<std::chrono::nanoseconds>(longest, clock_.steady_now() - began);
  }
  EXPECT_LT(longest, 4s);  // two calls of 100 ms, and a slow machine
  core::TestTimes times;
  for (int round = 0; round < 9; ++round) {
    const auto began = clock_.steady_now();
    EXPECT_TRUE(read(there_, "another" + std::to_string(round)));
    times.add_since(began);
  }
  EXPECT_LT(times.median(), 90ms) << "the breaker is open by now";
}

TEST_F(RedisGone, FlushedMeansThatEveryInstanceLoadsOnce) {
  wait_until_connected();
  EXPECT_EQ(version(here_), 1);
  EXPECT_EQ(version(there_), 1);
  ++store_.version;  // behind everybody's back
  ASSERT_TRUE(run(here_.stack->redis()->command({"FLUSHALL"})));
  EXPECT_TRUE(run_until([&] { return version(there_) == 2 && version(here_) == 2; }));
  EXPECT_LE(store_.loads, 3);
}

TEST_F(RedisGone, TheStoreIsNotOverrunWhenAllComeToIt) {
  server_.kill();
  ASSERT_TRUE(run_until([&] { return !here_.stack->redis()->is_connected(); }));
  TaskGroup readers(io_.get_executor());
  int answered = 0;
  int refused = 0;
  const auto ask = [](Instance& instance, Store& store, int number, int& good, int& full) -> Awaitable<> {
    auto load = [&store] { return store.load(); };
    std::string key = "key" + std::to_string(number % 50);
    const auto loaded =
        co_await instance.reads.get_or_load(std::move(key), 30s, std::move(load), Deadline::after(5s));
    ++(loaded ? good : full);
  };
  for (int i = 0; i < 200; ++i) readers.spawn("read", ask(here_, store_, i, answered, refused));
  ASSERT_TRUE(run_until([&] { return answered + refused == 200; }));
  EXPECT_EQ(store_.at_once_max, 8);
  EXPECT_GT(refused, 0);  // 503 with Retry-After
  EXPECT_GT(answered, 0);
}

TEST_F(RedisGone, EveryKeyInRedisHasItsEnd) {
  wait_until_connected();
  EXPECT_TRUE(read(here_, "one"));
  EXPECT_TRUE(change(here_));
  const auto keys = run(here_.stack->redis()->command({"KEYS", "*"})).value();
  EXPECT_EQ(keys.elements.size(), 2U);
  for (const auto& key : keys.elements) {
    const auto left = run(here_.stack->redis()->command({"PTTL", key.text}))->integer;
    EXPECT_GT(left, 0) << key.text;
    EXPECT_LE(left, 60'000) << key.text;
  }
}

}  // namespace
}  // namespace gatehouse::cache
