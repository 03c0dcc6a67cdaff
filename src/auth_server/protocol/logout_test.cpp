// Logging out, and who may be logged out by whom.
#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class LogoutTest : public AuthServerTest {
 protected:
  void SetUp() override {
    tokens = redeem(answer_of(log_in(cookies))["code"]).json().as_object();
    hint = text(tokens, "id_token");
  }
  TestReply log_out(const FormPairs& parameters, Cookies* browser) {
    return get(fmt::format("{}/logout?{}", kBase, core::encode_form(parameters)), browser);
  }
  bool is_logged_in() { return refresh(text(tokens, "refresh_token")).status == 200; }

  Cookies cookies;
  json::object tokens;
  std::string hint;
  const std::string bye = "https://app.example.com/bye";
};

TEST_F(LogoutTest, goes_to_exactly_the_registered_uri) {
  const TestReply reply = log_out({{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}}, &cookies);
  EXPECT_EQ(reply.status, 302);
  EXPECT_EQ(reply.headers.get("Location"), bye);
  EXPECT_FALSE(cookies.contains("__Host-gatehouse_session"));
  EXPECT_FALSE(is_logged_in());
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
  EXPECT_EQ(get(authorize_target()).status, 200);
}

TEST_F(LogoutTest, carries_the_state_along) {
  const FormPairs parameters{{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}, {"state", "s 1"}};
  EXPECT_EQ(log_out(parameters, &cookies).headers.get("Location"), bye + "?state=s%201");
}

TEST_F(LogoutTest, shows_a_page_when_there_is_nowhere_to_go) {
  const TestReply reply = log_out({{"id_token_hint", hint}}, &cookies);
  EXPECT_EQ(reply.status, 200);
  EXPECT_NE(reply.content.find("signed out"), std::string::npos);
  EXPECT_FALSE(is_logged_in());
}

TEST_F(LogoutTest, refuses_to_redirect_elsewhere_and_ends_nothing) {
  for (const std::string& uri :
       {bye + "?x=1", bye + "/", std::string("https://evil.test/"), std::string(kCallback),
        std::string("JaVaScRiPt:alert(1)"), std::string("data:text/html,x")}) {
    const TestReply reply = log_out({{"id_token_hint", hint}, {"post_logout_redirect_uri", uri}}, &cookies);
    EXPECT_EQ(reply.status, 400) << uri;
    EXPECT_EQ(reply.headers.get("Location"), "") << uri;
  }
  EXPECT_EQ(log_out({{"post_logout_redirect_uri", bye}}, &cookies).status, 400) << "whose URI?";
  EXPECT_EQ(log_out({{"id_token_hint", hint}, {"client_id", "other"}}, &cookies).status, 400);
  EXPECT_EQ(log_out({{"id_token_hint", hint + "x"}}, &cookies).status, 400);
  EXPECT_TRUE(is_logged_in());
}

TEST_F(LogoutTest, asks_first_when_no_hint_says_that_the_application_knows_the_person) {
  const TestReply page = log_out({{"client_id", "shop"}, {"post_logout_redirect_uri", bye}}, &cookies);
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(is_logged_in());
  const TestReply confirmed = post(action_of(page), {{"confirm", "Sign Out"}}, &cookies);
  EXPECT_EQ(confirmed.status, 303);
  EXPECT_EQ(confirmed.headers.get("Location"), bye);
  EXPECT_FALSE(cookies.contains("__Host-gatehouse_session"));
  EXPECT_EQ(error_of(refresh(text(tokens, "refresh_token"))), "invalid_grant");
}

TEST_F(LogoutTest, takes_the_confirmation_only_from_the_page_that_asked) {
  const std::string action = action_of(log_out({}, &cookies));
  Cookies session_only{{"__Host-gatehouse_session", cookies["__Host-gatehouse_session"]}};
  EXPECT_EQ(post(action, {{"confirm", "x"}}, &session_only).status, 200) << "asks again";
  EXPECT_EQ(post(action.substr(0, action.find('?')), {{"confirm", "x"}}, &cookies).status, 200);
  EXPECT_TRUE(is_logged_in());
  EXPECT_EQ(post(action, {{"confirm", "x"}}, &cookies).status, 200);
  EXPECT_FALSE(is_logged_in());
}

TEST_F(LogoutTest, follows_the_cookie_and_not_the_hint) {
  Cookies bob;
  const json::object bobs =
      redeem(answer_of(log_in(bob, {}, "bob", "bob-password"))["code"]).json().as_object();
  const TestReply reply = log_out({{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}}, &bob);
  EXPECT_EQ(reply.status, 200) << "bob is asked";
  EXPECT_TRUE(is_logged_in()) << "alice stays";
  EXPECT_EQ(refresh(text(bobs, "refresh_token")).status, 200);
}

TEST_F(LogoutTest, takes_an_expired_hint) {
  clock.advance(std::chrono::minutes(20));
  const TestReply reply = log_out({{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}}, &cookies);
  EXPECT_EQ(reply.headers.get("Location"), bye);
  EXPECT_FALSE(is_logged_in());
}

TEST_F(LogoutTest, ends_the_session_of_the_hint_in_a_browser_that_lost_the_cookie) {
  Cookies none;
  EXPECT_EQ(log_out({{"id_token_hint", hint}, {"post_logout_redirect_uri", bye}}, &none).status, 302);
  EXPECT_FALSE(is_logged_in());
}

TEST_F(LogoutTest, turns_a_foreign_post_without_cookie_into_a_link) {
  const TestReply reply = post(fmt::format("{}/logout", kBase), {{"client_id", "shop"}});
  EXPECT_EQ(reply.status, 303);
  EXPECT_EQ(reply.headers.get("Location"), "/realms/test/protocol/openid-connect/logout?client_id=shop");
  EXPECT_TRUE(is_logged_in());
}

TEST_F(LogoutTest, works_by_refresh_token_for_applications_without_a_browser) {
  const std::string target = fmt::format("{}/logout", kBase);
  const std::string token = text(tokens, "refresh_token");
  EXPECT_EQ(post(target, {{"client_id", "other"}, {"refresh_token", token}}).status, 400);
  EXPECT_EQ(post(target, {{"client_id", "shop"}, {"refresh_token", text(tokens, "access_token")}}).status,
            400);
  EXPECT_EQ(post(target, {{"client_id", "robot"}, {"refresh_token", token}}).status, 401);
  EXPECT_EQ(post(target, {{"client_id", "shop"}, {"refresh_token", token}}).status, 204);
  EXPECT_FALSE(is_logged_in());
  EXPECT_EQ(get(authorize_target(), &cookies).status, 200);
}

TEST_F(LogoutTest, ends_every_family_of_the_session) {
  const json::object second = redeem(answer_of(get(authorize_target(), &cookies))["code"]).json().as_object();
  static_cast<void>(log_out({{"id_token_hint", hint}}, &cookies));
  EXPECT_EQ(error_of(refresh(text(second, "refresh_token"))), "invalid_grant");
  restart();
  EXPECT_EQ(error_of(refresh(text(second, "refresh_token"))), "invalid_grant");
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
