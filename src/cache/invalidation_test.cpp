#include "cache/invalidation.hpp"

#include <gtest/gtest.h>

#include "cache/redis_cache.hpp"
#include "cache/redis_invalidation.hpp"
#include "cache/two_level_cache.hpp"
#include "runtime/worker.hpp"
#include "storage/redis_test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;

TEST(LocalInvalidation, ReachesEveryWorkerOnItsOwnThread) {
  InvalidationHub hub;
  boost::asio::io_context one{1};
  boost::asio::io_context two{1};
  LocalInvalidation at_one(hub, one.get_executor());
  auto at_two = std::make_unique<LocalInvalidation>(hub, two.get_executor());
  std::vector<std::string> heard;
  at_one.subscribe([&](const Change& change) { heard.push_back("one " + change.key); });
  at_two->subscribe([&](const Change& change) { heard.push_back("two " + change.key); });
  ASSERT_TRUE(runtime::run_to_end(one, at_one.publish("k", 3)));
  one.run();
  EXPECT_EQ(heard, std::vector<std::string>{"one k"});
  two.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"one k", "two k"}));
  ASSERT_TRUE(runtime::run_to_end(one, at_one.publish("l", 3)));
  at_two.reset();  // a worker that went meanwhile hears nothing
  two.restart();
  two.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"one k", "two k", "one l"}));
}

// One process: its connection and its two levels.
struct Process {
  explicit Process(boost::asio::io_context& io, std::uint16_t port)
      : client(io.get_executor(), settings(port)),
        invalidation(client),
        far(client, clock, {.time_max = 2s}),
        near(clock),
        both(near, far, invalidation) {
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
  storage::redis::Client client;
  RedisInvalidation invalidation;
  RedisCache far;
  MemoryCache near;
  TwoLevelCache both;
};

class RedisInvalidationTest : public testing::Test {
 protected:
  void SetUp() override { log::configure({.level = log::Level::error}); }
  template <class Condition>
  bool run_until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) io_.run_one_for(50ms);
    return condition();
  }
  std::string seen(Process& process) {
    const auto found = runtime::run_to_end(io_, process.both.get("k"));
    return found && *found ? (*found)->value.value_or("absent") : "none";
  }
  bool put(Process& process, std::string value, std::int64_t version) {
    Entry entry{.value = std::move(value), .version = version, .ttl = 60s};
    return runtime::run_to_end(io_, process.both.put("k", std::move(entry))).value();
  }
  void stop(Process& process) {
    EXPECT_TRUE(runtime::run_to_end(io_, process.client.stop(Deadline::after(5s))));
  }

  boost::asio::io_context io_{1};
  storage::redis::TestServer server_;
};

TEST_F(RedisInvalidationTest, AChangeInOneProcessEmptiesTheNearCacheOfAnother) {
  Process writer(io_, server_.port());
  Process reader(io_, server_.port());
  ASSERT_TRUE(put(reader, "one", 1));
  EXPECT_TRUE(reader.near.find("k"));
  ASSERT_TRUE(runtime::run_to_end(io_, writer.both.erase("k", 2)));
  ASSERT_TRUE(runtime::run_to_end(io_, writer.invalidation.publish("k", 2)));
  EXPECT_TRUE(run_until([&] { return !reader.near.find("k"); }));
  EXPECT_EQ(seen(reader), "none");
  EXPECT_FALSE(put(reader, "one", 1));
  ASSERT_TRUE(put(writer, "two", 2));
  EXPECT_EQ(seen(reader), "two");
  stop(writer);
  stop(reader);
}

TEST_F(RedisInvalidationTest, ALostConnectionEmptiesTheNearCacheAndAllGoesOnWhenItIsBack) {
  Process process(io_, server_.port());
  ASSERT_TRUE(put(process, "one", 1));
  server_.kill();
  ASSERT_TRUE(run_until([&] { return !process.client.is_connected(); }));
  EXPECT_EQ(process.near.size(), 0U);
  const auto down = runtime::run_to_end(io_, process.both.get("k"));
  EXPECT_EQ(down.error().reason, "redis_not_connected");
  server_.restart();
  ASSERT_TRUE(runtime::run_to_end(io_, process.client.wait_until_connected(Deadline::after(10s))));
  EXPECT_EQ(seen(process), "none");
  ASSERT_TRUE(put(process, "two", 2));
  EXPECT_EQ(seen(process), "two");
  stop(process);
}

TEST_F(RedisInvalidationTest, AnIllRedisIsLeftAloneForAWhile) {
  Process process(io_, server_.port());
  RedisCache quick(process.client, process.clock, {.time_max = 5ms});
  server_.pause();
  std::string_view last;
  for (int i = 0; i < 20; ++i) last = runtime::run_to_end(io_, quick.get("k")).error().reason;
  EXPECT_EQ(last, "circuit_open");
  server_.resume();
  stop(process);
}

}  // namespace
}  // namespace gatehouse::cache
