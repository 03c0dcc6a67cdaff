#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "service/config.hpp"
#include "service/health.hpp"
#include "service/testing.hpp"

namespace gatehouse::service {
namespace {

using Answer = Awaitable<Result<http::Response>>;

Policy policy() {
  return {
      .roles = identity::RoleTable({{"customer", {"orders:read:own"}},
                                    {"support", {"orders:read:any", "orders:erase:any"}},
                                    {"service:payments", {"orders:read:any"}}}),
      .routes = {
          {.method = "GET",
           .path = "/orders/{id}",
           .callers = {"gateway", "payments"},
           .permission = "orders:read",
           .speak_for_themselves = {"payments"}},
          {.method = "DELETE", .path = "/orders/{id}", .callers = {"gateway"}, .permission = "orders:erase"},
          {.method = "POST",
           .path = "/payments",
           .callers = {"gateway"},
           .permission = "orders:read",
           .refusal = Refusal::plain_json},
          {.method = "GET", .path = "/public", .callers = {"gateway"}}}};
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    router.route("GET", "/orders/{id}", [](Call& call) -> Answer {
      co_return http::json_response(200, json::object{{"id", call.param("id")},
                                                      {"subject", call.access.principal.subject},
                                                      {"owner", call.access.owner().value_or("any")}});
    });
    router.route("DELETE", "/orders/{id}", [](Call&) -> Answer { co_return http::Response(200); });
    router.route("POST", "/payments", [](Call& call) -> Answer {
      const auto body = co_await call.json_body(64);
      if (!body) co_return fail(body);
      co_return http::json_response(200, *body);
    });
    router.route("GET", "/public",
                 [](Call&) -> Answer { co_return fail(ErrorKind::internal, "broken", "a secret"); });
    router.seal();
  }
  testing::TestReply send(testing::TestRequest request) {
    return testing::send(io, router, std::move(request));
  }

  boost::asio::io_context io;
  telemetry::Metrics metrics;
  Router router{policy(), testing::fake_bearer(), metrics};
};

TEST_F(RouterTest, AdmitsByCallerThenTokenThenPermission) {
  struct Case {
    const char* caller;
    const char* bearer;
    unsigned status;
  };
  for (const Case& c :
       {Case{"gateway", "alice:customer", 200}, Case{"gateway", "sam:support", 200},
        Case{"gateway", "eve:stranger", 403}, Case{"gateway", "", 401}, Case{"gateway", "nonsense", 401},
        Case{"payments", "", 200}, Case{"orders", "alice:customer", 403}, Case{"", "alice:customer", 403}}) {
    EXPECT_EQ(send({.target = "/orders/1", .caller = c.caller, .bearer = c.bearer}).status, c.status)
        << c.caller << " " << c.bearer;
  }
  EXPECT_EQ(send({.target = "/orders/1", .bearer = "alice:customer"}).json().at("owner"), "alice");
  EXPECT_EQ(send({.target = "/orders/1", .bearer = "sam:support"}).json().at("owner"), "any");
  EXPECT_EQ(send({.target = "/orders/1", .caller = "payments"}).json().at("subject"), "service:payments");
}

TEST_F(RouterTest, RefusesInTheWordsThatTheRouteAsksFor) {
  const auto text = [&](const char* bearer) {
    return send({.method = "POST", .target = "/payments", .bearer = bearer, .content = "{}"});
  };
  EXPECT_EQ(text("").status, 401U);
  EXPECT_EQ(text("").content, R"({"error":"Unauthorized"})");
  EXPECT_EQ(text("nonsense").status, 403U);
  EXPECT_EQ(text("nonsense").content, R"({"error":"Invalid token"})");
  EXPECT_EQ(text("eve:stranger").status, 403U);
  EXPECT_EQ(text("eve:stranger").content, R"({"error":"Insufficient permissions"})");
  EXPECT_EQ(send({.target = "/orders/1"}).headers.get("WWW-Authenticate"), "Bearer");
}

TEST_F(RouterTest, MatchesTemplatesBySegmentAndDecodesParameters) {
  EXPECT_EQ(send({.target = "/orders/a%2Fb?x=1", .bearer = "a:customer"}).json().at("id"), "a/b");
  EXPECT_EQ(send({.target = "/orders/", .bearer = "a:customer"}).status, 404U);
  EXPECT_EQ(send({.target = "/orders/1/2", .bearer = "a:customer"}).status, 404U);
  EXPECT_EQ(send({.target = "/orders/%zz", .bearer = "a:customer"}).status, 404U);
  const auto other_method = send({.method = "PUT", .target = "/orders/1"});
  EXPECT_EQ(other_method.status, 405U);
  EXPECT_EQ(other_method.headers.get("Allow"), "GET, DELETE");
}

TEST_F(RouterTest, BodiesAreLimitedJsonObjects) {
  const auto post = [&](std::string content, std::string type) {
    return send({.method = "POST",
                 .target = "/payments",
                 .bearer = "a:customer",
                 .content = std::move(content),
                 .content_type = std::move(type)})
        .status;
  };
  EXPECT_EQ(post("{}", "application/json; charset=utf-8"), 200U);
  EXPECT_EQ(post("{}", "text/plain"), 415U);
  EXPECT_EQ(post("[]", "application/json"), 400U);
  EXPECT_EQ(post(std::string(65, ' '), "application/json"), 413U);
}

TEST_F(RouterTest, ShowsNoDetailOfItsOwnFaults) {
  const auto reply = send({.target = "/public"});
  EXPECT_EQ(reply.status, 500U);
  EXPECT_EQ(reply.content.find("secret"), std::string::npos);
  EXPECT_EQ(reply.json().at("code"), "broken");
}

TEST_F(RouterTest, MeasuresEachMethodOfAPathUnderItsOwnName) {
  (void)send({.target = "/orders/1", .bearer = "a:customer"});
  (void)send({.method = "DELETE", .target = "/orders/1", .bearer = "a:customer"});
  (void)send({.method = "DELETE", .target = "/orders/1", .bearer = "sam:support"});
  const telemetry::Metrics* const shards[] = {&metrics};
  const std::string text = telemetry::render(shards);
  const auto count = [&text](std::string_view method, unsigned status) {
    const auto line = fmt::format(
        R"(http_server_request_duration_seconds_count{{http_request_method="{}",http_response_status_code="{}",http_route="/orders/{{id}}"}} )",
        method, status);
    const auto at = text.find(line);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + line.size()));
  };
  EXPECT_EQ(count("GET", 200), 1) << text;
  EXPECT_EQ(count("DELETE", 200), 1) << text;
  EXPECT_EQ(count("DELETE", 403), 1) << text;
}

TEST_F(RouterTest, ARouteWithoutPolicyAndAPolicyWithoutRouteStopTheRole) {
  Router incomplete{policy(), testing::fake_bearer(), metrics};
  EXPECT_THROW(incomplete.route("GET", "/unknown", [](Call&) -> Answer { co_return http::Response(200); }),
               std::logic_error);
  EXPECT_THROW(incomplete.seal(), std::logic_error);
}

TEST(Health, IsReadyWhenAllChecksPassAndNotWhileDraining) {
  Health health;
  bool is_open = false;
  health.add_check("store", [&is_open]() -> Result<void> {
    if (is_open) return {};
    return fail(ErrorKind::unavailable, "store_closed", "a path");
  });
  EXPECT_EQ(health.ready().status, 503U);
  EXPECT_NE(health.ready().content.find("store_closed"), std::string::npos);
  EXPECT_EQ(health.ready().content.find("a path"), std::string::npos);
  EXPECT_EQ(health.live().status, 200U);
  is_open = true;
  EXPECT_EQ(health.ready().status, 200U);
  health.start_draining();
  EXPECT_EQ(health.ready().status, 503U);
}

TEST(Config, NamesTheKeyThatIsWrong) {
  const auto detail = [](const char* text) {
    const auto config = Config::from_json(core::parse_json_object(text).value());
    return config ? std::string("accepted") : config.error().detail;
  };
  const std::string good = R"({"role":"orders","instance":"orders-1","data_dir":"/d","listen":{"port":0},
    "tls":{"certificate":"c","key":"k","ca":"a"})";
  EXPECT_EQ(detail((good + "}").c_str()), "accepted");
  EXPECT_EQ(detail((good + R"(,"ports":1})").c_str()), "ports: unknown field");
  EXPECT_EQ(detail((good + R"(,"discovery":{"port":0}})").c_str()),
            "discovery.port: must be between 1 and 65535");
}

}  // namespace
}  // namespace gatehouse::service
