// Rate limits that several gateways share, against a real redis-server.
#include "gateway/redis_counters.hpp"

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "storage/redis_test_server.hpp"

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;

const core::SystemTime kNow = core::from_unix_seconds(1'800'000'000);
const RateLimits kFivePerMinute{0, 5, 1000};

// One gateway's view of the counts.
struct Gateway {
  explicit Gateway(boost::asio::io_context& io)
      : http(io.get_executor(), {}),
        discovery(io.get_executor(), http, {.registry = {.host = "127.0.0.1", .port = 1}}),
        counters(io.get_executor(), discovery) {}
  http::Client http;
  discovery::Client discovery;
  RedisCounters counters;
};

class RedisCountersTest : public testing::Test {
 protected:
  ~RedisCountersTest() override {
    for (auto* gateway : {&first_, &second_}) {
      runtime::run_to_end(io_, gateway->counters.stop(Deadline::after(1s)));
      runtime::run_to_end(io_, gateway->discovery.stop(Deadline::after(1s)));
    }
  }
  Result<RateCounts> take(Gateway& gateway, core::SystemTime now, std::string client = "alice") {
    RedisServer server{.host = "127.0.0.1", .port = redis_.port(), .timeout = 1000ms, .database = 1};
    return runtime::run_to_end(
        io_, gateway.counters.take(server, "route:service", std::move(client), kFivePerMinute, now));
  }

  storage::redis::TestServer redis_;
  boost::asio::io_context io_;
  Gateway first_{io_};
  Gateway second_{io_};
};

TEST_F(RedisCountersTest, TwoGatewaysShareOneLimitExactly) {
  int passed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto used = take(i % 2 == 0 ? first_ : second_, kNow);
    ASSERT_TRUE(used) << used.error().reason;
    passed += (*used)[1] < 5 ? 1 : 0;
  }
  EXPECT_EQ(passed, 5);
  EXPECT_EQ((*take(first_, kNow))[2], 5U) << "a refused request uses nothing up";
  EXPECT_EQ((*take(first_, kNow, "bob"))[1], 0U);
  EXPECT_EQ((*take(first_, kNow + 60s))[1], 0U);
}

TEST_F(RedisCountersTest, FailsAtOnceWithoutRedisAndRecoversWithIt) {
  ASSERT_TRUE(take(first_, kNow));
  redis_.kill();
  bool has_failed = false;
  for (int i = 0; i < 50 && !has_failed; ++i) has_failed = !take(first_, kNow);
  EXPECT_TRUE(has_failed);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_FALSE(take(first_, kNow));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 200ms);
  redis_.restart();
  EXPECT_TRUE(take(second_, kNow));
}

TEST(RateKey, IsSpelledAsKongDoes) {
  EXPECT_EQ(rate_key("r:s", "alice", 1'800'000'000, 0), "ratelimit:r:s:alice:1800000000000:second");
}

}  // namespace
}  // namespace gatehouse::gateway
