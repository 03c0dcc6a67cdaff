// Rate limits that several gateways share, against a real redis-server.
#include "gateway/redis_counters.hpp"

#include <gtest/gtest.h>

#include "core/test_times.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/test_cluster.hpp"
#include "storage/test_peers/certificates.hpp"

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;

const core::SystemTime kNow = core::from_unix_seconds(1'800'000'000);
const RateLimits kFivePerMinute{0, 5, 1000};

// One gateway's view of the counts.
struct Gateway {
  explicit Gateway(boost::asio::io_context& io, RedisCounters::KnownServers known = {})
      : http(io.get_executor(), {}),
        discovery(io.get_executor(), http, {.registry = {.host = "127.0.0.1", .port = 1}}),
        counters(io.get_executor(), discovery, std::move(known)) {}
  http::Client http;
  discovery::Client discovery;
  RedisCounters counters;
};

class RedisCountersTest : public testing::Test {
 protected:
  ~RedisCountersTest() override {
    stop(first_);
    stop(second_);
  }
  void stop(Gateway& gateway) {
    runtime::run_to_end(io_, gateway.counters.stop(Deadline::after(1s)));
    runtime::run_to_end(io_, gateway.discovery.stop(Deadline::after(1s)));
  }
  Result<RateCounts> take(Gateway& gateway, core::SystemTime now, std::string client = "alice") {
    RedisServer server{.host = "127.0.0.1", .port = redis_.port(), .timeout = 1000ms, .database = 1};
    return take_at(gateway, server, now, std::move(client));
  }
  Result<RateCounts> take_at(Gateway& gateway, RedisServer server, core::SystemTime now = kNow,
                             std::string client = "alice") {
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
  core::TestTimes times;
  for (int i = 0; i < 9; ++i) {
    const auto before = std::chrono::steady_clock::now();
    EXPECT_FALSE(take(first_, kNow));
    times.add_since(before);
  }
  EXPECT_LT(times.median(), 200ms);
  redis_.restart();
  EXPECT_TRUE(take(second_, kNow));
}

TEST_F(RedisCountersTest, AUserAndAPasswordAreThoseOfThePluginAndAChangedOneIsTaken) {
  const storage::redis::TestServer guarded({"--user", "rates", "on", ">open", "resetchannels", "~ratelimit:*",
                                            "-@all", "+ping", "+evalsha", "+script|load", "+get", "+incr",
                                            "+expire"});
  RedisServer server{.host = "127.0.0.1", .port = guarded.port(), .timeout = 300ms};
  server.username = "rates";
  server.password = Secret("wrong");
  EXPECT_FALSE(take_at(first_, server));
  server.password = Secret("open");
  EXPECT_EQ(take_at(first_, server).value()[1], 0U);
  EXPECT_EQ(take_at(first_, server).value()[1], 1U);
}

TEST_F(RedisCountersTest, WhatTheCertificateMustBeIsAsSslVerifySays) {
  const storage::test_peers::Certificates certificates(redis_.directory(), core::SystemClock().now());
  const storage::redis::TestServer secured(
      {"--tls-cert-file", certificates.server.certificate.string(), "--tls-key-file",
       certificates.server.key.string(), "--tls-ca-cert-file", certificates.ca.string(), "--tls-auth-clients",
       "no"},
      storage::redis::TestServer::Transport::tls);
  RedisServer server{.host = "127.0.0.1", .port = secured.port(), .timeout = 1000ms};
  server.ssl = true;
  EXPECT_TRUE(take_at(first_, server));
  server.ssl_verify = true;
  EXPECT_FALSE(take_at(first_, server)) << "an authority that the system does not know";
}

TEST_F(RedisCountersTest, AHostOfTheSettingsMayBeAServerThatAsksForACertificate) {
  const storage::test_peers::Certificates certificates(redis_.directory(), core::SystemClock().now());
  const storage::redis::TestServer secured(
      {"--tls-cert-file", certificates.server.certificate.string(), "--tls-key-file",
       certificates.server.key.string(), "--tls-ca-cert-file", certificates.ca.string()},
      storage::redis::TestServer::Transport::tls);
  storage::redis::Options options;
  options.hosts = {{"127.0.0.1", secured.port()}};
  options.tls = net::TlsFiles{certificates.client.certificate.string(), certificates.client.key.string(),
                              certificates.ca.string()};
  Gateway gateway(io_, {{"redis-host", options}});
  RedisServer server{.host = "redis-host", .timeout = 2000ms};
  EXPECT_TRUE(take_at(gateway, server));
  stop(gateway);
}

TEST_F(RedisCountersTest, AHostOfTheSettingsMayBeACluster) {
  storage::redis::TestCluster cluster;
  storage::redis::Options options;
  options.mode = storage::redis::Mode::cluster;
  options.hosts = {cluster.address(2)};
  Gateway gateway(io_, {{"redis-host", options}});
  RedisServer server{.host = "redis-host", .timeout = 2000ms};
  for (int client = 0; client < 30; ++client) {  // all over the slots, minute and hour in one script
    const auto used = take_at(gateway, server, kNow, "client" + std::to_string(client));
    ASSERT_TRUE(used) << used.error().detail;
  }
  EXPECT_EQ(take_at(gateway, server, kNow, "client7").value()[1], 1U);
  stop(gateway);
}

TEST(RateKey, IsSpelledAsKongDoesWithAHashTag) {
  EXPECT_EQ(rate_key("r:s", "alice", 1'800'000'000, 0), "ratelimit:{r:s:alice}:1800000000000:second");
}

}  // namespace
}  // namespace gatehouse::gateway
