// Two processes, each with its connection and its two levels, against a real Redis: what one changes the
// other forgets.
#include "cache/redis_tracking.hpp"

#include <gtest/gtest.h>

#include "cache/redis_cache.hpp"
#include "cache/two_level_cache.hpp"
#include "core/test_times.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/client.hpp"
#include "storage/redis/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;
using storage::redis::Client;

constexpr std::string_view kPrefix = "gatehouse:test:";

struct Process {
  Process(boost::asio::io_context& io, std::uint16_t port)
      : client(io.get_executor(), settings(port)),
        tracking(client, std::string(kPrefix)),
        far(client, clock, {.prefix = std::string(kPrefix), .time_max = 2s}),
        near(clock),
        both(near, far, tracking) {
    client.start();
    EXPECT_TRUE(runtime::run_to_end(io, client.wait_until_connected(Deadline::after(10s))));
  }
  static storage::redis::Settings settings(std::uint16_t port) {
    storage::redis::Settings settings;
    settings.port = port;
    settings.reconnect = {.base = 5ms, .cap = 20ms};
    return settings;
  }
  core::SystemClock clock;
  Client client;
  RedisTracking tracking;
  RedisCache far;
  MemoryCache near;
  TwoLevelCache both;
};

class RedisTrackingTest : public testing::Test {
 protected:
  void SetUp() override { log::configure({.level = log::Level::error}); }
  ~RedisTrackingTest() override {
    for (Process* process : {&writer_, &reader_}) {
      EXPECT_TRUE(runtime::run_to_end(io_, process->client.stop(Deadline::after(5s))));
    }
  }
  template <class Condition>
  bool run_until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) io_.run_one_for(50ms);
    return condition();
  }
  std::string seen(Process& process) {
    const auto found = runtime::run_to_end(io_, process.both.get("k"));
    if (!found) return std::string(found.error().reason);
    return *found ? (*found)->value.value_or("absent") : "none";
  }
  bool put(Process& process, std::string value, std::int64_t version) {
    Entry entry{.value = std::move(value), .version = version, .ttl = 60s};
    return runtime::run_to_end(io_, process.both.put("k", std::move(entry))).value();
  }
  void erase(Process& process, std::int64_t version) {
    ASSERT_TRUE(runtime::run_to_end(io_, process.both.erase("k", version)));
  }
  // The reader has "one" in its own memory.
  void give_the_reader_a_copy() {
    ASSERT_TRUE(put(writer_, "one", 1));
    // Word of the write itself may come after the first read, and take its copy along.
    ASSERT_TRUE(run_until([&] { return seen(reader_) == "one" && reader_.near.find("k").has_value(); }));
  }

  boost::asio::io_context io_{1};
  storage::redis::TestServer server_;
  Process writer_{io_, server_.port()};
  Process reader_{io_, server_.port()};
};

TEST_F(RedisTrackingTest, AChangeInOneProcessEmptiesTheCopyOfAnotherWithin100Milliseconds) {
  std::int64_t version = 1;
  core::TestTimes times;
  for (int round = 0; round < 50; ++round) {
    ASSERT_TRUE(put(writer_, "old", version));
    ASSERT_TRUE(run_until([&] { return seen(reader_) == "old" && reader_.near.find("k").has_value(); }));
    const auto changed_at = std::chrono::steady_clock::now();
    erase(writer_, ++version);
    ASSERT_TRUE(run_until([&] { return !reader_.near.find("k"); }));
    times.add_since(changed_at);
    EXPECT_EQ(seen(reader_), "none");
    EXPECT_FALSE(put(reader_, "old", version - 1)) << "from a slow reader";
  }
  EXPECT_LT(times.median(), 100ms);
}

TEST_F(RedisTrackingTest, ANewValueIsSeenWithoutAnErase) {
  give_the_reader_a_copy();
  ASSERT_TRUE(put(writer_, "two", 2));
  EXPECT_TRUE(run_until([&] { return seen(reader_) == "two"; }));
}

TEST_F(RedisTrackingTest, AFlushEmptiesEveryCopy) {
  give_the_reader_a_copy();
  ASSERT_TRUE(runtime::run_to_end(io_, writer_.client.command({"FLUSHALL"})));
  EXPECT_TRUE(run_until([&] { return reader_.near.size() == 0; }));
  EXPECT_EQ(seen(reader_), "none");
}

TEST_F(RedisTrackingTest, KeysOfOthersAreNotHeardOf) {
  give_the_reader_a_copy();
  ASSERT_TRUE(runtime::run_to_end(io_, writer_.client.command({"SET", "another:k", "x"})));
  ASSERT_TRUE(runtime::run_to_end(io_, reader_.client.command({"PING"})));
  EXPECT_TRUE(reader_.near.find("k"));
}

TEST_F(RedisTrackingTest, ALostConnectionEmptiesTheCopiesAndNoneIsMadeUntilItIsBack) {
  give_the_reader_a_copy();
  server_.kill();
  ASSERT_TRUE(run_until([&] { return !reader_.client.is_connected(); }));
  EXPECT_EQ(reader_.near.size(), 0U);
  EXPECT_FALSE(reader_.tracking.is_listening());
  EXPECT_EQ(seen(reader_), "redis_not_connected");
  server_.restart();
  for (Process* process : {&writer_, &reader_}) {
    ASSERT_TRUE(runtime::run_to_end(io_, process->client.wait_until_connected(Deadline::after(10s))));
  }
  EXPECT_EQ(seen(reader_), "none");
  give_the_reader_a_copy();
}

TEST_F(RedisTrackingTest, AnEraseThatDidNotGetThereIsRememberedAndMadeUpFor) {
  give_the_reader_a_copy();
  ASSERT_TRUE(runtime::run_to_end(io_, reader_.client.command({"CONFIG", "SET", "maxmemory", "1"})));
  EXPECT_FALSE(runtime::run_to_end(io_, writer_.both.erase("k", 2)));  // OOM
  EXPECT_EQ(seen(writer_), "none") << "of its own change";
  EXPECT_EQ(seen(reader_), "one") << "who could not be told";
  ASSERT_TRUE(runtime::run_to_end(io_, reader_.client.command({"CONFIG", "SET", "maxmemory", "0"})));
  EXPECT_EQ(seen(writer_), "none");
  EXPECT_TRUE(run_until([&] { return seen(reader_) == "none"; }));
}

Awaitable<> read(Cache& cache, std::string& value) {
  const auto found = co_await cache.get("k");
  value = found && *found ? (*found)->value.value_or("absent") : "none";
}

// The answer to a read and word of a change arrive in one packet: the one who waits for the answer runs last.
TEST_F(RedisTrackingTest, AnAnswerThatIsOutdatedOnArrivalIsNotCopied) {
  ASSERT_TRUE(put(writer_, "one", 1));
  for (int round = 0; round < 20; ++round) {
    std::string value;
    TaskGroup tasks(io_.get_executor());
    server_.pause();
    tasks.spawn("read", read(reader_.both, value));
    runtime::run_to_end(io_, runtime::sleep_for(1ms));
    Entry two{.value = std::to_string(round), .version = 2 + round, .ttl = 60s};
    server_.resume();
    ASSERT_TRUE(runtime::run_to_end(io_, writer_.both.put("k", std::move(two))).value());
    ASSERT_TRUE(run_until([&] { return !value.empty(); }));
    ASSERT_TRUE(runtime::run_to_end(io_, reader_.client.command({"PING"})));
    EXPECT_EQ(seen(reader_), std::to_string(round));
  }
}

TEST_F(RedisTrackingTest, AnIllRedisIsLeftAloneForAWhile) {
  RedisCache quick(reader_.client, reader_.clock, {.time_max = 5ms});
  server_.pause();
  std::string_view last;
  for (int i = 0; i < 20; ++i) last = runtime::run_to_end(io_, quick.get("k")).error().reason;
  EXPECT_EQ(last, "circuit_open");
  server_.resume();
}

}  // namespace
}  // namespace gatehouse::cache
