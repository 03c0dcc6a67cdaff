// What every cache promises, asked of each: in memory, in Redis, and the two levels together.
#include <random>

#include <gtest/gtest.h>

#include "cache/memory_cache.hpp"
#include "cache/redis_cache.hpp"
#include "cache/redis_tracking.hpp"
#include "cache/two_level_cache.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/client.hpp"
#include "storage/redis/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;

struct MemoryBench {
  Cache& cache() { return memory; }
  void let_pass(Millis time) { clock.advance(time); }

  boost::asio::io_context io{1};
  core::ManualClock clock;
  MemoryCache memory{clock};
};

// Redis keeps its own time: here time passes by waiting.
struct RedisBench {
  RedisBench() {
    log::configure({.level = log::Level::error});
    client.start();
    const auto connected = runtime::run_to_end(io, client.wait_until_connected(Deadline::after(10s)));
    EXPECT_TRUE(connected);
  }
  ~RedisBench() { EXPECT_TRUE(runtime::run_to_end(io, client.stop(Deadline::after(5s)))); }
  static storage::redis::Settings settings(std::uint16_t port) {
    storage::redis::Settings settings;
    settings.port = port;
    return settings;
  }
  Cache& cache() { return redis; }
  void let_pass(Millis time) { EXPECT_TRUE(runtime::run_to_end(io, runtime::sleep_for(time))); }

  boost::asio::io_context io{1};
  core::SystemClock clock;
  storage::redis::TestServer server;
  storage::redis::Client client{io.get_executor(), settings(server.port())};
  RedisTracking tracking{client, RedisCacheLimits{}.prefix};
  RedisCache redis{client, clock, {.time_max = 2s, .breaker = {.slow_call = 2s}}};
};

struct TwoLevelBench : RedisBench {
  Cache& cache() { return both; }

  MemoryCache near{clock};
  TwoLevelCache both{near, redis, tracking};
};

template <class Bench>
class CacheContract : public testing::Test {
 protected:
  Result<std::optional<Entry>> get(std::string key) {
    return runtime::run_to_end(bench_.io, bench_.cache().get(std::move(key)));
  }
  bool put(std::string key, std::optional<std::string> value, std::int64_t version, Millis ttl = 60s) {
    Entry entry{.value = std::move(value), .version = version, .ttl = ttl, .load_took = 7ms};
    return runtime::run_to_end(bench_.io, bench_.cache().put(std::move(key), std::move(entry))).value();
  }
  void erase(std::string key, std::int64_t version) {
    EXPECT_TRUE(runtime::run_to_end(bench_.io, bench_.cache().erase(std::move(key), version)));
  }
  // "value@version", "absent@version" or "none".
  std::string seen(std::string key) {
    const auto found = get(std::move(key));
    if (!found) return std::string(found.error().reason);
    if (!*found) return "none";
    return (*found)->value.value_or("absent") + "@" + std::to_string((*found)->version);
  }

  Bench bench_;
};

using Benches = testing::Types<MemoryBench, RedisBench, TwoLevelBench>;
TYPED_TEST_SUITE(CacheContract, Benches);

TYPED_TEST(CacheContract, WhatWasPutIsFoundWithItsVersionAndTheTimeLeft) {
  EXPECT_EQ(this->seen("k"), "none");
  EXPECT_TRUE(this->put("k", "one", 1, 20s));
  EXPECT_EQ(this->seen("k"), "one@1");
  const auto found = this->get("k").value().value();
  EXPECT_LE(found.ttl, 20s);
  EXPECT_GT(found.ttl, 15s);
  EXPECT_EQ(found.load_took, 7ms);
}

TYPED_TEST(CacheContract, ValuesAreAnyBytes) {
  std::string every;
  for (int c = 0; c < 256; ++c) every += static_cast<char>(c);
  for (const std::string& value :
       {std::string(), every, std::string(1'000'000, 'x'), std::string("12 34 v x")}) {
    EXPECT_TRUE(this->put("k", value, 1));
    EXPECT_EQ(this->get("k").value()->value, value);
  }
  EXPECT_TRUE(this->put(every, "key of any bytes", 1));
  EXPECT_EQ(this->seen(every), "key of any bytes@1");
}

TYPED_TEST(CacheContract, AnOlderVersionNeverReplacesANewerOne) {
  EXPECT_TRUE(this->put("k", "two", 2));
  EXPECT_FALSE(this->put("k", "one", 1));
  EXPECT_EQ(this->seen("k"), "two@2");
  EXPECT_TRUE(this->put("k", "two again", 2));
  EXPECT_TRUE(this->put("k", "ten", 10));
  EXPECT_EQ(this->seen("k"), "ten@10");
  EXPECT_TRUE(this->put("micros", "a", 1'700'000'000'123'456));
  EXPECT_FALSE(this->put("micros", "b", 1'700'000'000'123'455));
}

TYPED_TEST(CacheContract, AnErasedVersionIsNotPutBackByASlowReader) {
  EXPECT_TRUE(this->put("k", "one", 1));
  this->erase("k", 2);
  EXPECT_EQ(this->seen("k"), "none");
  EXPECT_FALSE(this->put("k", "one, from a slow reader", 1));
  EXPECT_EQ(this->seen("k"), "none");
  EXPECT_TRUE(this->put("k", "two", 2));
  EXPECT_EQ(this->seen("k"), "two@2");
}

TYPED_TEST(CacheContract, AnEraseBeforeTheFirstPutCountsToo) {
  this->erase("k", 5);
  EXPECT_FALSE(this->put("k", "four", 4));
  EXPECT_FALSE(this->put("k", std::nullopt, 0));
  EXPECT_TRUE(this->put("k", "five", 5));
}

TYPED_TEST(CacheContract, ALateEraseLeavesWhatIsNewAlready) {
  EXPECT_TRUE(this->put("k", "three", 3));
  this->erase("k", 2);
  this->erase("k", 3);
  EXPECT_EQ(this->seen("k"), "three@3");
}

TYPED_TEST(CacheContract, ThatARecordDoesNotExistIsKnownToo) {
  EXPECT_TRUE(this->put("k", std::nullopt, 0));
  EXPECT_EQ(this->seen("k"), "absent@0");
  EXPECT_TRUE(this->put("k", "born", 1));
  EXPECT_EQ(this->seen("k"), "born@1");
}

TYPED_TEST(CacheContract, AnEntryEndsWithItsTime) {
  EXPECT_TRUE(this->put("k", "short", 9, 40ms));
  EXPECT_TRUE(this->put("long", "long", 1, 60s));
  this->bench_.let_pass(60ms);
  EXPECT_EQ(this->seen("k"), "none");
  EXPECT_EQ(this->seen("long"), "long@1");
  EXPECT_TRUE(this->put("k", "an older one may come now", 1));
  EXPECT_TRUE(this->put("no time", "x", 1, 0ms));
  EXPECT_EQ(this->seen("no time"), "none");
}

template <class Random>
Awaitable<> put_at_random(Cache& cache, std::int64_t version, Random& random, int& running) {
  Entry entry{.value = std::to_string(version), .version = version, .ttl = 60s};
  const Millis pause{random() % 5};
  static_cast<void>(co_await runtime::sleep_for(pause));
  if (version % 7 == 0) {
    static_cast<void>(co_await cache.erase("k", version));
  } else {
    static_cast<void>(co_await cache.put("k", std::move(entry)));
  }
  --running;
}

TYPED_TEST(CacheContract, AfterAnyRaceTheNewestVersionIsTheOneThatIsThere) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    TaskGroup writers(this->bench_.io.get_executor());
    int running = 0;
    const std::int64_t base = seed * 1000;
    std::vector<std::int64_t> versions;
    for (std::int64_t v = 1; v <= 100; ++v) versions.push_back(base + v);
    std::ranges::shuffle(versions, random);
    for (const std::int64_t version : versions) {
      ++running;
      writers.spawn("put", put_at_random(this->bench_.cache(), version, random, running));
    }
    this->bench_.io.restart();
    while (running > 0) this->bench_.io.run_one();
    const std::int64_t newest = base + 100;
    const std::string expected =
        newest % 7 == 0 ? "none" : std::to_string(newest) + "@" + std::to_string(newest);
    EXPECT_EQ(this->seen("k"), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gatehouse::cache
