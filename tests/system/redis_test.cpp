// The guided purchase with the caches of auth and orders in a Redis over TLS: with it, and without it.
#include <gtest/gtest.h>

#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/options.hpp"
#include "storage/redis/test_server.hpp"
#include "storage/test_peers/certificates.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using namespace std::chrono_literals;

class RedisSystem : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!find_program("redis-server")) GTEST_SKIP() << "redis-server (Debian: redis-server) is missing";
  }

  PlatformOptions options() {
    const json::object tls{{"ca", certificates_.ca.string()},
                           {"certificate", certificates_.client.certificate.string()},
                           {"key", certificates_.client.key.string()}};
    const json::object redis{{"host", "127.0.0.1"}, {"port", server_.port()}, {"tls", tls}};
    return {.instances = {{"auth", 2}, {"orders", 2}},
            .settings = {{"auth", {{"person_cache", {{"redis", redis}}}}},
                         {"orders", {{"product_cache", {{"redis", redis}}}}}}};
  }
  std::vector<std::string> arguments() {
    return {"--tls-cert-file",    certificates_.server.certificate.string(),
            "--tls-key-file",     certificates_.server.key.string(),
            "--tls-ca-cert-file", certificates_.ca.string()};
  }
  // The answer of Redis to an operator.
  storage::redis::Reply ask(std::initializer_list<std::string_view> words) {
    storage::redis::Options reach;
    reach.hosts = {{"127.0.0.1", server_.port()}};
    reach.tls = net::TlsFiles{certificates_.client.certificate.string(), certificates_.client.key.string(),
                              certificates_.ca.string()};
    boost::asio::io_context io{1};
    const auto redis = storage::redis::open(io.get_executor(), reach, "operator").value();
    redis->start();
    (void)runtime::run_to_end(io, redis->wait_until_connected(Deadline::after(5s)));
    auto reply = runtime::run_to_end(io, redis->command(words));
    (void)runtime::run_to_end(io, redis->stop(Deadline::after(5s)));
    return reply ? std::move(*reply) : storage::redis::Reply{};
  }
  bool is_everybody_there() {
    const Deadline give_up = Deadline::after(20s);
    while (!give_up.is_over()) {
      const std::string clients = ask({"CLIENT", "LIST"}).text;
      const bool are_all = std::ranges::all_of(kInstances, [&](std::string_view name) {
        return clients.find("name=" + std::string(name) + " ") != std::string::npos;
      });
      if (are_all) return true;
      runtime::run_to_end(runtime::sleep_for(50ms));
    }
    return false;
  }
  static void buy(const RunningPlatform& platform, std::string_view when) {
    const Outcome outcome = platform.gatehouse({"demo"}, 60s);
    EXPECT_EQ(outcome.code, 0) << when << "\n" << outcome.output << platform.complaints();
  }

  static constexpr std::array<std::string_view, 4> kInstances{"auth-1", "auth-2", "orders-1", "orders-2"};
  TemporaryDirectory files_;
  storage::test_peers::Certificates certificates_{files_.path(), core::SystemClock().now()};
  storage::redis::TestServer server_{arguments(), storage::redis::TestServer::Transport::tls};
};

TEST_F(RedisSystem, APurchaseGoesAsItShouldWithRedisAndWithout) {
  server_.kill();
  const RunningPlatform platform(options());
  buy(platform, "Redis is not there at the start");
  server_.restart();
  ASSERT_TRUE(is_everybody_there()) << platform.complaints();
  buy(platform, "Redis has come");
  EXPECT_GT(ask({"DBSIZE"}).integer, 0);
  ask({"FLUSHALL"});
  buy(platform, "Redis was flushed");
  server_.pause();
  buy(platform, "Redis does not answer");
  server_.resume();
  server_.kill();
  buy(platform, "Redis is gone");
}

}  // namespace
}  // namespace gatehouse::tests
