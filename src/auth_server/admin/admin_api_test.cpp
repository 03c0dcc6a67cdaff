// Sessions as an administrator sees them, and what the gateway is told of their end.
#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class AdminApiTest : public AuthServerTest {
 protected:
  // An access token of somebody with these roles, as Bob.
  std::string token_of(Names realm_roles, ClientRoles client_roles = {}) {
    Person& bob = people.get("test", std::string(kBob)).person;
    bob.realm_roles = std::move(realm_roles);
    bob.client_roles = std::move(client_roles);
    Cookies cookies;
    const auto code = answer_of(log_in(cookies, {}, "bob", "bob-password"))["code"];
    return text(redeem(code).json().as_object(), "access_token");
  }
  TestReply call(std::string method, std::string path, std::string bearer, std::string caller = "gateway") {
    return send({.method = std::move(method),
                 .target = std::move(path),
                 .caller = std::move(caller),
                 .bearer = std::move(bearer)});
  }
  TestReply ended_since(std::string since, std::string caller = "gateway") {
    return call("GET", "/internal/realms/test/ended-sessions" + since, "", std::move(caller));
  }
  std::string users(std::string_view id, std::string_view what) {
    return fmt::format("/admin/realms/test/users/{}/{}", id, what);
  }
};

TEST_F(AdminApiTest, lists_the_open_sessions_of_a_person) {
  const json::object first = fresh_tokens();
  clock.advance(std::chrono::seconds{10});
  const json::object second = fresh_tokens();
  const std::string admin = token_of({"admin"});

  const TestReply reply = call("GET", users(kAlice, "sessions"), admin);
  ASSERT_EQ(reply.status, 200) << reply.content;
  const json::value listed = reply.json();
  ASSERT_EQ(listed.as_array().size(), 2U);
  EXPECT_EQ(listed.at(0).at("id"), json::value(text(second, "session_state")));
  EXPECT_EQ(listed.at(1).at("id"), json::value(text(first, "session_state")));
  EXPECT_EQ(listed.at(0).at("username"), "alice");
  EXPECT_EQ(listed.at(0).at("userId"), json::value(kAlice));
  EXPECT_EQ(listed.at(0).at("start").as_int64() - listed.at(1).at("start").as_int64(), 10'000);
  EXPECT_EQ(listed.at(0).at("clients"), (json::object{{"shop", "shop"}}));
  clock.advance(realm().lifetimes.session_max);
  EXPECT_EQ(call("GET", users(kAlice, "sessions"), token_of({"admin"})).content, "[]") << "they are over";
}

TEST_F(AdminApiTest, ends_one_session_and_tells_the_gateway) {
  const json::object kept = fresh_tokens();
  const json::object ended = fresh_tokens();
  const std::string admin = token_of({"admin"});
  const std::string id = text(ended, "session_state");
  EXPECT_EQ(ended_since("").json().at("sessions"), json::array{});

  const TestReply reply = call("DELETE", "/admin/realms/test/sessions/" + id, admin);
  EXPECT_EQ(reply.status, 204) << reply.content;
  EXPECT_EQ(userinfo(text(ended, "access_token")).status, 401);
  EXPECT_EQ(error_of(refresh(text(ended, "refresh_token"))), "invalid_grant");
  EXPECT_EQ(userinfo(text(kept, "access_token")).status, 200);

  const json::value told = ended_since("?since=0").json();
  EXPECT_EQ(told.at("sessions"), (json::array{json::string(id)}));
  EXPECT_EQ(told.at("now"), core::unix_millis(clock.now()));
  EXPECT_EQ(told.at("keep_seconds"), 360);
  const auto now = core::unix_millis(clock.now());
  EXPECT_EQ(ended_since(fmt::format("?since={}", now)).json().at("sessions").as_array().size(), 1U);
  EXPECT_EQ(ended_since(fmt::format("?since={}", now + 1)).json().at("sessions").as_array().size(), 0U);
  clock.advance(std::chrono::seconds{361});
  EXPECT_EQ(ended_since("?since=0").json().at("sessions"), json::array{}) << "its tokens have ended as well";

  const TestReply again = call("DELETE", "/admin/realms/test/sessions/" + id, token_of({"admin"}));
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.json().at("error"), "Session not found");
}

TEST_F(AdminApiTest, ends_all_sessions_of_a_person) {
  const json::object first = fresh_tokens();
  const json::object second = fresh_tokens();
  const std::string admin = token_of({"admin"});
  EXPECT_EQ(call("POST", users(kAlice, "logout"), admin).status, 204);
  for (const auto& tokens : {first, second}) EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
  EXPECT_EQ(call("GET", users(kAlice, "sessions"), admin).content, "[]");
  EXPECT_EQ(ended_since("").json().at("sessions").as_array().size(), 2U);
  const TestReply unknown = call("POST", users("nobody", "logout"), admin);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.json().at("error"), "User not found");
}

TEST_F(AdminApiTest, lets_in_by_keycloaks_roles_only) {
  const std::string sessions = users(kAlice, "sessions");
  const std::string logout = users(kAlice, "logout");
  struct Case {
    Names realm_roles;
    Names management;
    unsigned looks;
    unsigned ends;
  };
  for (const Case& c :
       {Case{{"admin"}, {}, 200, 204}, Case{{}, {"realm-admin"}, 200, 204},
        Case{{}, {"manage-users"}, 200, 204}, Case{{}, {"view-users"}, 200, 403},
        Case{{"customer"}, {"view-clients"}, 403, 403}, Case{{"manage-users"}, {}, 403, 403}}) {
    const std::string token = token_of(c.realm_roles, {{"realm-management", c.management}});
    EXPECT_EQ(call("GET", sessions, token).status, c.looks);
    EXPECT_EQ(call("POST", logout, token).status, c.ends);
  }
  EXPECT_EQ(call("GET", sessions, "").status, 401);
  EXPECT_EQ(call("GET", sessions, "nonsense").json().at("error"), "HTTP 401 Unauthorized");
  const std::string admin = token_of({"admin"});
  EXPECT_EQ(call("GET", "/admin/realms/unknown/users/x/sessions", admin).json().at("error"),
            "Realm not found.");
  EXPECT_EQ(call("GET", sessions, admin, "orders").status, 403) << "by the gateway only";
  people.break_down();
  EXPECT_EQ(call("GET", sessions, admin).status, 503);
}

TEST_F(AdminApiTest, tells_the_gateway_alone_which_sessions_have_ended) {
  for (const char* caller : {"", "orders", "up", "auth"})
    EXPECT_EQ(ended_since("", caller).status, 403) << caller;
  for (const char* since : {"?since=x", "?since=-1", "?since=999999999999999999", "?since=1&since=2"})
    EXPECT_EQ(ended_since(since).status, 400) << since;
  EXPECT_EQ(call("GET", "/internal/realms/unknown/ended-sessions", "").status, 404);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
