// The login page and what guards it, from the browser's side.
#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class LoginTest : public AuthServerTest {};

TEST_F(LoginTest, leads_from_the_request_over_the_page_to_the_code) {
  Cookies cookies;
  const TestReply page = get(authorize_target(), &cookies);
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.content.find("<label for=\"username\">Username or email</label>"), std::string::npos);
  EXPECT_NE(page.content.find("<label for=\"password\">Password</label>"), std::string::npos);
  EXPECT_NE(page.content.find(">Sign In</button>"), std::string::npos);
  EXPECT_NE(page.content.find("The &lt;Shop&gt;"), std::string::npos);

  const TestReply back =
      post(action_of(page), {{"username", "alice"}, {"password", "alice-password"}, {"login", "Log in"}},
           &cookies);
  EXPECT_EQ(back.status, 303);
  const std::string location(back.headers.get("Location"));
  EXPECT_TRUE(location.starts_with("https://app.example.com/callback?state=state-1&session_state="));
  EXPECT_NE(location.find("&iss=https%3A%2F%2Fid.example.com%2Frealms%2Ftest&code="), std::string::npos);
  const std::string code = location.substr(location.find("code=") + 5);
  EXPECT_EQ(redeem(code).status, 200);
}

TEST_F(LoginTest, shows_a_page_that_cannot_be_framed_kept_or_leaked) {
  const TestReply page = get(authorize_target());
  const std::string policy(page.headers.get("Content-Security-Policy"));
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_NE(policy.find("style-src 'sha256-"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'self' https://app.example.com"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(page.headers.get("X-Frame-Options"), "DENY");
  EXPECT_EQ(page.headers.get("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(page.content.find("<script"), std::string::npos);
}

TEST_F(LoginTest, sets_cookies_that_stay_with_this_host_and_off_scripts) {
  Cookies cookies;
  const TestReply page = get(authorize_target(), &cookies);
  const std::string flow(page.headers.get("Set-Cookie"));
  EXPECT_TRUE(flow.starts_with("__Host-gatehouse_flow="));
  EXPECT_NE(flow.find("; Path=/; Secure; HttpOnly; SameSite=Lax"), std::string::npos);
  const TestReply back =
      post(action_of(page), {{"username", "alice"}, {"password", "alice-password"}}, &cookies);
  ASSERT_TRUE(cookies.contains("__Host-gatehouse_session"));
  EXPECT_EQ(cookies["__Host-gatehouse_session"].size(), 43U);
  EXPECT_FALSE(cookies.contains("__Host-gatehouse_flow")) << "the flow is over";
  EXPECT_EQ(back.headers.get("Cache-Control"), "no-store");
}

TEST_F(LoginTest, answers_wrong_unknown_locked_and_disabled_alike) {
  people.get("test", std::string(kBob)).is_locked = true;
  struct Attempt {
    std::string username;
    std::string password;
  };
  std::string expected;
  for (const Attempt& attempt : std::vector<Attempt>{{"alice", "wrong"},
                                                     {"nobody", "wrong"},
                                                     {"bob", "bob-password"},
                                                     {"alice", std::string(300, 'x')},
                                                     {"alice", ""},
                                                     {"", "x"}}) {
    Cookies cookies;
    const TestReply reply = log_in(cookies, {}, attempt.username, attempt.password);
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(cookies.contains("__Host-gatehouse_session"));
    const std::size_t at = reply.content.find("<p class=\"alert\"");
    ASSERT_NE(at, std::string::npos);
    const std::string alert = reply.content.substr(at, reply.content.find("</p>", at) - at);
    if (expected.empty()) expected = alert;
    EXPECT_EQ(alert, expected) << attempt.username;
    EXPECT_NE(action_of(reply), "") << "the form can be filled in again";
  }
  EXPECT_NE(expected.find("Invalid username or password."), std::string::npos);
}

TEST_F(LoginTest, lets_the_person_in_on_the_form_after_a_wrong_password) {
  Cookies cookies;
  const TestReply wrong = log_in(cookies, {}, "alice", "wrong");
  const TestReply right =
      post(action_of(wrong), {{"username", "alice"}, {"password", "alice-password"}}, &cookies);
  EXPECT_EQ(right.status, 303);
}

TEST_F(LoginTest, asks_nobody_when_the_form_is_not_this_browsers) {
  Cookies cookies;
  const std::string action = action_of(get(authorize_target(), &cookies));
  const FormPairs form{{"username", "alice"}, {"password", "alice-password"}};

  Cookies none;
  Cookies foreign;
  static_cast<void>(get(authorize_target(), &foreign));
  const std::string without_token = action.substr(0, action.find("&flow="));
  std::string other_request = action;
  other_request.replace(other_request.find("state-1"), 7, "state-2");

  EXPECT_EQ(post(action, form, &none).status, 400) << "no cookie";
  EXPECT_EQ(post(action, form, &foreign).status, 400) << "another browser's cookie";
  EXPECT_EQ(post(without_token, form, &cookies).status, 400) << "no token";
  EXPECT_EQ(post(other_request, form, &cookies).status, 400) << "another request";
  EXPECT_EQ(people.asked, 0);
  EXPECT_FALSE(cookies.contains("__Host-gatehouse_session"));
}

TEST_F(LoginTest, starts_over_when_the_person_took_too_long) {
  Cookies cookies;
  const std::string action = action_of(get(authorize_target(), &cookies));
  clock.advance(std::chrono::minutes(30));
  const FormPairs form{{"username", "alice"}, {"password", "alice-password"}};
  const TestReply late = post(action, form, &cookies);
  EXPECT_EQ(late.status, 200);
  EXPECT_NE(late.content.find("too long"), std::string::npos);
  EXPECT_EQ(people.asked, 0);
  EXPECT_EQ(post(action_of(late), form, &cookies).status, 303);
}

TEST_F(LoginTest, gives_the_session_a_new_cookie_at_every_login) {
  Cookies cookies;
  cookies["__Host-gatehouse_session"] = std::string(43, 'A');  // planted
  static_cast<void>(log_in(cookies));
  const std::string first = cookies["__Host-gatehouse_session"];
  EXPECT_NE(first, std::string(43, 'A'));
  Cookies thief{{"__Host-gatehouse_session", first}};

  static_cast<void>(log_in(cookies, {{"prompt", "login"}}));
  EXPECT_NE(cookies["__Host-gatehouse_session"], first);
  EXPECT_EQ(get(authorize_target(), &thief).status, 200) << "the old cookie opens nothing";
  EXPECT_EQ(get(authorize_target(), &cookies).status, 302);
}

TEST_F(LoginTest, never_gives_one_persons_session_to_another) {
  Cookies cookies;
  const std::string alices = answer_of(log_in(cookies))["session_state"];
  const std::string alices_cookie = cookies["__Host-gatehouse_session"];
  const std::string bobs =
      answer_of(log_in(cookies, {{"prompt", "login"}}, "bob", "bob-password"))["session_state"];
  EXPECT_NE(alices, bobs);
  Cookies old{{"__Host-gatehouse_session", alices_cookie}};
  EXPECT_EQ(get(authorize_target(), &old).status, 200) << "alice's session has ended";
}

TEST_F(LoginTest, says_so_while_the_auth_service_is_away) {
  people.break_down();
  Cookies cookies;
  const TestReply reply = log_in(cookies);
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.content.find("no_instance"), std::string::npos) << "the reason is for the log";
  people.come_back();
  EXPECT_EQ(log_in(cookies).status, 303);
}

TEST_F(LoginTest, is_bound_to_the_realm) {
  Cookies cookies;
  std::string action = action_of(get(authorize_target(), &cookies));
  action.replace(action.find("/realms/test/"), 13, "/realms/second/");
  EXPECT_EQ(post(action, {{"username", "alice"}, {"password", "alice-password"}}, &cookies).status, 400);
  static_cast<void>(log_in(cookies));
  std::string target = authorize_target();
  target.replace(target.find("/realms/test/"), 13, "/realms/second/");
  EXPECT_EQ(get(target, &cookies).status, 200) << "a session of one realm is none in another";
}

TEST_F(LoginTest, is_for_the_gateway_alone) {
  for (const char* role : {"", "orders", "payments", "auth", "registry"}) {
    EXPECT_EQ(send({.target = authorize_target(), .caller = role}).status, 403) << role;
  }
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
