// The reference architecture's six configuration calls, unchanged, as a Kong user sends them; then what they
// ask for is in force: client certificate, token, role, rate, metrics.
#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "storage/redis/test_server.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using std::chrono::milliseconds;
using Redis = storage::redis::TestServer;

// As curl --data does it: name=value joined with '&', nothing encoded.
http::Reply curl(demo::UserAgent& agent, std::string path, std::initializer_list<std::string_view> data,
                 unsigned status = 201) {
  http::Request request = demo::post_form(std::move(path), {});
  for (const std::string_view pair : data) {
    if (!request.content.empty()) request.content += '&';
    request.content += pair;
  }
  const auto reply = agent.send(request);
  EXPECT_TRUE(reply) << request.target;
  if (!reply) return {};
  EXPECT_EQ(reply->status, status) << request.target << ": " << reply->content;
  return *reply;
}

class ReferenceCalls : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("redis-server"))
      GTEST_SKIP() << "SKIPPED: no redis-server (Debian package redis-server): redis_host cannot be tried";
    redis = std::make_unique<Redis>();
    platform = std::make_unique<RunningPlatform>();
    register_redis();
    admin = platform->admin();
    // Before the gateway wants a certificate of everybody.
    alice = platform->sign_in("alice").value().access;
    robot = Secret(platform->robot_token().value());
    configure();
    client = platform->through_https("demo");
  }

  void register_redis() {
    const json::object body{
        {"ID", "redis-host"}, {"Name", "redis-host"}, {"Address", "127.0.0.1"}, {"Port", redis->port()}};
    http::Request request = demo::post_json("/v1/agent/service/register", body);
    request.method = "PUT";
    ASSERT_TRUE(platform->direct("registry-1", "up")->ask(request, 200));
  }

  void configure() {
    const auto pem = supervisor::read_file(platform->layout().ca_file()).value();
    const auto uploaded = admin->ask(demo::post_form("/ca_certificates", {{"cert", pem}}), 201);
    ASSERT_TRUE(uploaded) << uploaded.error().detail;
    const std::string ca = demo::text_at(*uploaded, "/id").value();
    curl(*admin, "/consumers", {"username=demo"});

    const auto service =
        curl(*admin, "/services", {"name=payment-service", "url=https://payment-service:3000"});
    EXPECT_EQ(demo::text_at(service, "/host"), "payment-service");
    EXPECT_EQ(demo::number_at(service, "/port"), 3000);
    const auto route =
        curl(*admin, "/services/payment-service/routes", {"paths[]=/payments", "methods[]=POST"});
    route_id = demo::text_at(route, "/id").value();
    EXPECT_EQ(demo::text_at(route, "/paths/0"), "/payments");
    EXPECT_EQ(demo::text_at(route, "/methods/0"), "POST");
    curl(*admin, "/services/payment-service/plugins", {"name=jwt"});
    const auto limiting = curl(*admin, "/services/payment-service/plugins",
                               {"name=rate-limiting", "config.second=5", "config.hour=1000",
                                "config.policy=redis", "config.redis_host=redis-host"});
    EXPECT_EQ(demo::text_at(limiting, "/config/redis/host"), "redis-host");
    EXPECT_EQ(demo::text_at(limiting, "/config/redis_host"), "redis-host");
    const auto mtls = curl(*admin, "/plugins", {"name=mtls-auth", "config.ca_certificates=" + ca});
    EXPECT_EQ(demo::text_at(mtls, "/config/ca_certificates/0"), ca);
    curl(*admin, "/plugins", {"name=prometheus"});
  }

  http::Reply pay(demo::UserAgent& agent, std::string_view token) {
    const json::object body{{"amount", 1999},
                            {"currency", "EUR"},
                            {"payment_method", "pm_card_visa"},
                            {"capture", "automatic"},
                            {"reference", "ord_reference"}};
    const auto reply =
        agent.send(demo::post_json("/payments", body, token, "reference-" + core::random_token(16)));
    EXPECT_TRUE(reply) << reply.error().reason << " " << reply.error().detail;
    return reply ? *reply : http::Reply{};
  }
  // Kong counts by the second of the clock: six requests must fall into one.
  static void wait_for_a_new_second() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    pause(std::chrono::duration_cast<milliseconds>(std::chrono::ceil<std::chrono::seconds>(now) - now) +
          milliseconds{20});
  }

  std::unique_ptr<Redis> redis;
  std::unique_ptr<RunningPlatform> platform;
  std::unique_ptr<demo::UserAgent> admin;
  std::unique_ptr<demo::UserAgent> client;
  std::string route_id;  // what a route without a name is called in metrics
  Secret alice;
  Secret robot;
};

TEST_F(ReferenceCalls, ProtectThePaymentsRole) {
  const auto without_token = pay(*client, {});
  EXPECT_EQ(without_token.status, 401U) << without_token.content;
  EXPECT_EQ(demo::text_at(without_token, "/message"), "Unauthorized") << without_token.content;

  const auto with_role = pay(*client, robot.reveal());
  EXPECT_EQ(with_role.status, 201U) << with_role.content << platform->complaints();
  EXPECT_EQ(demo::text_at(with_role, "/status"), "captured") << with_role.content;
  EXPECT_EQ(with_role.headers.get("X-RateLimit-Limit-Second"), "5");
  EXPECT_EQ(with_role.headers.get("X-RateLimit-Limit-Hour"), "1000");

  const auto without_role = pay(*client, alice.reveal());
  EXPECT_EQ(without_role.status, 403U) << without_role.content;
  EXPECT_EQ(without_role.content, R"({"error":"Insufficient permissions"})");

  const auto forged = pay(*client, std::string(robot.reveal()) + "x");
  EXPECT_EQ(forged.status, 401U) << forged.content;
}

TEST_F(ReferenceCalls, RefuseWhoShowsNoCertificate) {
  const auto over_tls = pay(*platform->through_https(), robot.reveal());
  EXPECT_EQ(over_tls.status, 401U) << over_tls.content;
  EXPECT_EQ(demo::text_at(over_tls, "/message"), "No required TLS certificate was sent");
  const auto in_clear = pay(*platform->through_http(), robot.reveal());
  EXPECT_EQ(in_clear.status, 401U) << in_clear.content;
  // A certificate of the platform whose name is no consumer.
  const auto unknown = pay(*platform->through_https("prometheus"), robot.reveal());
  EXPECT_EQ(unknown.status, 401U) << unknown.content;
}

TEST_F(ReferenceCalls, TheSixthRequestInOneSecondIsTooMany) {
  wait_for_a_new_second();
  for (int i = 1; i <= 5; ++i) {
    const auto reply = pay(*client, robot.reveal());
    EXPECT_EQ(reply.status, 201U) << "request " << i << ": " << reply.content;
    EXPECT_EQ(reply.headers.get("RateLimit-Remaining"), std::to_string(5 - i)) << "request " << i;
  }
  const auto sixth = pay(*client, robot.reveal());
  EXPECT_EQ(sixth.status, 429U) << sixth.content;
  EXPECT_EQ(demo::text_at(sixth, "/message"), "API rate limit exceeded") << sixth.content;
  EXPECT_EQ(sixth.headers.get("RateLimit-Limit"), "5");
  EXPECT_EQ(sixth.headers.get("RateLimit-Remaining"), "0");
  EXPECT_EQ(sixth.headers.get("RateLimit-Reset"), "1");
  EXPECT_EQ(sixth.headers.get("Retry-After"), "1");
  EXPECT_EQ(sixth.headers.get("X-RateLimit-Remaining-Second"), "0");
  EXPECT_TRUE(sixth.headers.contains("X-RateLimit-Remaining-Hour"));
  wait_for_a_new_second();
  EXPECT_EQ(pay(*client, robot.reveal()).status, 201U) << "the next second is a new one";
}

TEST_F(ReferenceCalls, WithoutRedisRequestsPassAsFaultTolerantSays) {
  redis->kill();
  wait_for_a_new_second();
  for (int i = 1; i <= 8; ++i) {
    const auto reply = pay(*client, robot.reveal());
    EXPECT_EQ(reply.status, 201U) << "request " << i << ": " << reply.content;
  }
  redis->restart();
  EXPECT_TRUE(eventually(std::chrono::seconds{10}, [this] {
    wait_for_a_new_second();
    unsigned last = 0;
    for (int i = 1; i <= 6; ++i) last = pay(*client, robot.reveal()).status;
    return last == 429U;
  })) << "Redis is back and counts again";
}

// The sum of a counter's series whose labels hold all of `labels`.
double sum_of(std::string_view exposition, std::string_view name, const std::vector<std::string>& labels) {
  double sum = 0;
  for (const std::string_view line : core::split(exposition, '\n')) {
    if (!line.starts_with(name) || line[name.size()] != '{') continue;
    const bool has_all = std::ranges::all_of(
        labels, [line](const std::string& label) { return line.find(label) != std::string_view::npos; });
    if (has_all) sum += std::stod(std::string(line.substr(line.rfind(' ') + 1)));
  }
  return sum;
}

TEST_F(ReferenceCalls, MetricsCountThem) {
  (void)pay(*client, {});
  wait_for_a_new_second();
  for (int i = 0; i < 6; ++i) (void)pay(*client, robot.reveal());
  const auto ours = platform->direct("gateway-1", "prometheus")->ask(demo::get("/metrics"), 200);
  ASSERT_TRUE(ours) << ours.error().detail;
  const std::string name = "http_server_request_duration_seconds_count";
  const auto count = [&](const std::string& code) {
    return sum_of(ours->content, name,
                  {"http_response_status_code=\"" + code + "\"", "http_route=\"" + route_id + "\""});
  };
  EXPECT_EQ(count("201"), 5) << ours->content;
  EXPECT_EQ(count("401"), 1);
  EXPECT_EQ(count("429"), 1);
  const auto as_kong = admin->ask(demo::get("/metrics"), 200);
  ASSERT_TRUE(as_kong) << as_kong.error().detail;
  EXPECT_GE(sum_of(as_kong->content, "kong_nginx_requests_total", {}), 7) << as_kong->content;
}

}  // namespace
}  // namespace gatehouse::tests
