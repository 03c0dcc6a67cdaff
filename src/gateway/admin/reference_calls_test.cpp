// The six calls by which a reference architecture configures Kong, with the exact answers that Kong gives.
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "crypto/x509.hpp"
#include "gateway/admin/test_bench.hpp"

namespace gatehouse::gateway::admin {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;  // ManualClock's start

// The answer with the generated id taken out (and checked).
json::value without_id(const Reply& reply) {
  json::value body = reply.body;
  EXPECT_TRUE(core::is_uuid(reply.id()));
  body.get_object().erase("id");
  return body;
}

json::value golden(std::string text, const std::map<std::string, std::string>& ids = {}) {
  for (const auto& [name, id] : ids) {
    const std::string placeholder = "<" + name + ">";
    for (std::size_t at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder)) {
      text.replace(at, placeholder.size(), id);
    }
  }
  json::value value = json::parse(text);
  value.get_object()["created_at"] = kNow;
  value.get_object()["updated_at"] = kNow;
  return value;
}

class ReferenceCalls : public ::testing::Test {
 protected:
  ReferenceCalls() {
    service = bench.form("POST", "/services", "name=payment-service&url=https://payment-service:3000");
    route = bench.form("POST", "/services/payment-service/routes", "paths[]=/payments&methods[]=POST");
  }
  TestBench bench;
  Reply service;
  Reply route;
};

TEST_F(ReferenceCalls, AServiceFromAUrl) {
  EXPECT_EQ(service.status, 201U);
  EXPECT_EQ(without_id(service),
            golden(R"({"name":"payment-service","protocol":"https","host":"payment-service",
      "port":3000,"path":null,"retries":5,"connect_timeout":60000,"write_timeout":60000,"read_timeout":60000,
      "enabled":true,"client_certificate":null,"tls_verify":null,"tls_verify_depth":null,"ca_certificates":null,
      "tags":null})"));
}

TEST_F(ReferenceCalls, ARouteWithArrays) {
  EXPECT_EQ(route.status, 201U);
  EXPECT_EQ(without_id(route),
            golden(R"({"name":null,"service":{"id":"<service>"},"protocols":["http","https"],
      "methods":["POST"],"hosts":null,"paths":["/payments"],"headers":null,"snis":null,"sources":null,
      "destinations":null,"https_redirect_status_code":426,"regex_priority":0,"strip_path":true,"path_handling":"v0",
      "preserve_host":false,"request_buffering":true,"response_buffering":true,"tags":null})",
                   {{"service", service.id()}}));
}

TEST_F(ReferenceCalls, TheJwtPlugin) {
  const Reply plugin = bench.form("POST", "/services/payment-service/plugins", "name=jwt");
  EXPECT_EQ(plugin.status, 201U) << json::serialize(plugin.body);
  EXPECT_EQ(without_id(plugin),
            golden(R"({"name":"jwt","instance_name":null,"service":{"id":"<service>"},"route":null,
      "consumer":null,"config":{"uri_param_names":["jwt"],"cookie_names":[],"key_claim_name":"iss",
      "secret_is_base64":false,"claims_to_verify":null,"anonymous":null,"run_on_preflight":true,"maximum_expiration":0,
      "header_names":["authorization"],"realm":null},"enabled":true,"protocols":["grpc","grpcs","http","https"],
      "tags":null})",
                   {{"service", service.id()}}));
}

TEST_F(ReferenceCalls, RateLimitingOnRedisWithItsOldFlatName) {
  const Reply plugin = bench.form("POST", "/services/payment-service/plugins",
                                  "name=rate-limiting&config.second=5&config.hour=1000&config.policy=redis"
                                  "&config.redis_host=redis-host");
  EXPECT_EQ(plugin.status, 201U) << json::serialize(plugin.body);
  EXPECT_EQ(plugin.body.at("config"),
            json::parse(R"({"second":5,"minute":null,"hour":1000,"day":null,"month":null,
      "year":null,"limit_by":"consumer","header_name":null,"path":null,"policy":"redis","fault_tolerant":true,
      "redis":{"host":"redis-host","port":6379,"timeout":2000,"username":null,"password":null,"database":0,"ssl":false,
      "ssl_verify":false,"server_name":null},"hide_client_headers":false,"error_code":429,
      "error_message":"API rate limit exceeded","sync_rate":-1,"redis_host":"redis-host","redis_port":6379,
      "redis_password":null,"redis_username":null,"redis_ssl":false,"redis_ssl_verify":false,"redis_server_name":null,
      "redis_timeout":2000,"redis_database":0})"));
}

TEST_F(ReferenceCalls, MutualTlsWithOneCaId) {
  const auto ca = crypto::issue_root("Example CA", std::chrono::hours{1}, core::SystemClock().now()).value();
  const json::object body{{"cert", ca.certificate_pem}};
  const Reply stored = bench.json("POST", "/ca_certificates", json::serialize(body));
  ASSERT_EQ(stored.status, 201U) << json::serialize(stored.body);
  const Reply plugin = bench.form("POST", "/plugins", "name=mtls-auth&config.ca_certificates=" + stored.id());
  EXPECT_EQ(plugin.status, 201U) << json::serialize(plugin.body);
  EXPECT_EQ(plugin.body.at("config").at("ca_certificates"),
            json::value(json::array{json::string(stored.id())}));

  const Reply in_use = bench.remove("/ca_certificates/" + stored.id());
  EXPECT_EQ(in_use.status, 400U);
  EXPECT_EQ(in_use.message(),
            "ca certificate " + stored.id() + " is still referenced by plugins (id = " + plugin.id() + ")");
}

TEST_F(ReferenceCalls, PrometheusForEverything) {
  const Reply plugin = bench.form("POST", "/plugins", "name=prometheus");
  EXPECT_EQ(plugin.status, 201U) << json::serialize(plugin.body);
  EXPECT_TRUE(plugin.body.at("service").is_null());
  EXPECT_EQ(plugin.body.at("config"), json::parse(R"({"per_consumer":false,"status_code_metrics":false,
      "ai_metrics":false,"latency_metrics":false,"bandwidth_metrics":false,"upstream_health_metrics":false,
      "wasm_metrics":false})"));
}

TEST_F(ReferenceCalls, AreInForceWhenTheyAreAnswered) {
  const auto in_force = bench.listener.in_force;
  EXPECT_NE(in_force->of("routes").find(route.id()), nullptr);
  EXPECT_EQ(in_force->of("routes").referring("service", service.id()).size(), 1U);
}

TEST_F(ReferenceCalls, WorkBesideThePlatformsOwnEntities) {
  TestBench seeded;
  ASSERT_TRUE(store::seed_platform(seeded.store, seeded.clock.now()));
  const char* calls[][2] = {
      {"/services", "name=payment-service&url=https://payment-service:3000"},
      {"/services/payment-service/routes", "paths[]=/payments&methods[]=POST"},
      {"/services/payment-service/plugins", "name=jwt"},
      {"/services/payment-service/plugins", "name=rate-limiting&config.second=5"},
      {"/plugins", "name=prometheus"},
      {"/plugins", "name=correlation-id"},
      {"/plugins", "name=request-size-limiting"},
      {"/plugins", "name=rate-limiting&config.minute=5"},
      {"/plugins", "name=jwt"},
  };
  for (const auto& [path, body] : calls)
    EXPECT_EQ(seeded.form("POST", path, body).status, 201U) << path << " " << body;
}

}  // namespace
}  // namespace gatehouse::gateway::admin
