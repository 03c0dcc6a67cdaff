// The authorization endpoint with and without a session: who gets a page, who a redirect, and what the
// redirect says.
#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class AuthorizeTest : public AuthServerTest {};

TEST_F(AuthorizeTest, never_redirects_to_what_the_client_did_not_register) {
  for (const std::string& uri :
       {std::string("https://evil.test/"), std::string(kCallback) + "?x=1", std::string(kCallback) + "/",
        std::string("https://app.example.com.evil.test/callback"), std::string("javascript:alert(1)"),
        std::string("http://localhost:8080/callback"), std::string("https://app.example.com/Callback")}) {
    const TestReply reply = get(authorize_target({{"redirect_uri", uri}, {"response_type", "token"}}));
    EXPECT_EQ(reply.status, 400) << uri;
    EXPECT_EQ(reply.headers.get("Location"), "") << uri;
    EXPECT_NE(reply.content.find("Invalid parameter: redirect_uri"), std::string::npos) << uri;
  }
  EXPECT_EQ(get(authorize_target({{"redirect_uri", ""}})).status, 400);
  EXPECT_EQ(get(authorize_target({{"client_id", "nobody"}})).status, 400);
  EXPECT_EQ(get(authorize_target({{"client_id", "closed"}})).status, 400);
  EXPECT_EQ(get(authorize_target({{"client_id", "<script>"}})).content.find("<script>"), std::string::npos);
  EXPECT_EQ(get("/realms/unknown/protocol/openid-connect/auth?client_id=shop").status, 404);
}

TEST_F(AuthorizeTest, lets_the_port_of_a_loopback_address_vary) {
  EXPECT_EQ(get(authorize_target({{"redirect_uri", "http://127.0.0.1:51234/callback"}})).status, 200);
  EXPECT_EQ(get(authorize_target({{"redirect_uri", "http://127.0.0.1:51234/callback?x"}})).status, 400);
}

TEST_F(AuthorizeTest, sends_errors_with_state_and_issuer_to_the_client) {
  const TestReply reply = get(authorize_target({{"code_challenge_method", "plain"}}));
  EXPECT_EQ(reply.status, 302);
  auto answer = answer_of(reply);
  EXPECT_EQ(answer["error"], "invalid_request");
  EXPECT_EQ(answer["state"], "state-1");
  EXPECT_EQ(answer["iss"], kIssuer);
  EXPECT_FALSE(answer.contains("code"));
}

TEST_F(AuthorizeTest, answers_in_the_fragment_when_asked_to) {
  Cookies cookies;
  const TestReply reply = log_in(cookies, {{"response_mode", "fragment"}});
  EXPECT_TRUE(reply.headers.get("Location").starts_with("https://app.example.com/callback#state=state-1&"));
}

TEST_F(AuthorizeTest, keeps_a_session_single_sign_on) {
  Cookies cookies;
  auto first = answer_of(log_in(cookies));
  const TestReply second = get(authorize_target(), &cookies);
  EXPECT_EQ(second.status, 302);
  auto answer = answer_of(second);
  EXPECT_EQ(answer["session_state"], first["session_state"]);
  EXPECT_NE(answer["code"], first["code"]);
}

TEST_F(AuthorizeTest, refuses_prompt_none_without_a_session_and_shows_no_page) {
  const TestReply reply = get(authorize_target({{"prompt", "none"}}));
  EXPECT_EQ(answer_of(reply)["error"], "login_required");
  Cookies cookies;
  static_cast<void>(log_in(cookies));
  EXPECT_TRUE(answer_of(get(authorize_target({{"prompt", "none"}}), &cookies)).contains("code"));
}

TEST_F(AuthorizeTest, asks_again_when_the_login_is_older_than_max_age_and_says_when_it_was) {
  Cookies cookies;
  static_cast<void>(log_in(cookies));
  const std::int64_t first = core::unix_seconds(clock.now());
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(get(authorize_target({{"max_age", "10000"}}), &cookies).status, 302);
  const TestReply again = log_in(cookies, {{"max_age", "1"}});
  const json::object tokens = redeem(answer_of(again)["code"]).json().as_object();
  EXPECT_EQ(claims_of(text(tokens, "id_token")).at("auth_time").as_int64(), first + 2);
}

TEST_F(AuthorizeTest, ends_a_session_that_is_idle_or_too_old) {
  Cookies cookies;
  static_cast<void>(log_in(cookies));
  for (int i = 0; i < 20; ++i) {
    clock.advance(std::chrono::minutes(29));
    ASSERT_EQ(get(authorize_target(), &cookies).status, 302) << i;
  }
  clock.advance(std::chrono::minutes(20));  // ten hours and more in all
  EXPECT_EQ(get(authorize_target(), &cookies).status, 200);

  static_cast<void>(log_in(cookies));
  clock.advance(std::chrono::minutes(30));
  EXPECT_EQ(get(authorize_target(), &cookies).status, 200);
}

TEST_F(AuthorizeTest, believes_an_id_token_hint_only_if_it_is_ours) {
  Cookies alice;
  const TestReply login = log_in(alice);
  const json::object tokens = redeem(answer_of(login)["code"]).json().as_object();
  const std::string hint = text(tokens, "id_token");

  EXPECT_TRUE(answer_of(get(authorize_target({{"id_token_hint", hint}}), &alice)).contains("code"));
  std::string forged = hint;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(answer_of(get(authorize_target({{"id_token_hint", forged}}), &alice))["error"],
            "invalid_request");
  EXPECT_EQ(
      answer_of(get(authorize_target({{"id_token_hint", text(tokens, "access_token")}}), &alice))["error"],
      "invalid_request");

  Cookies bob;
  static_cast<void>(log_in(bob, {}, "bob", "bob-password"));
  const FormPairs silently{{"id_token_hint", hint}, {"prompt", "none"}};
  EXPECT_EQ(answer_of(get(authorize_target(silently), &bob))["error"], "login_required");
  const TestReply wrong_person = log_in(bob, {{"id_token_hint", hint}}, "bob", "bob-password");
  EXPECT_EQ(answer_of(wrong_person)["error"], "login_required");
}

TEST_F(AuthorizeTest, forgets_the_session_of_a_person_who_may_no_longer_log_in) {
  Cookies cookies;
  static_cast<void>(log_in(cookies));
  people.get("test", std::string(kAlice)).person.enabled = false;
  EXPECT_EQ(get(authorize_target(), &cookies).status, 200);
  people.get("test", std::string(kAlice)).person.enabled = true;
  EXPECT_EQ(get(authorize_target(), &cookies).status, 200) << "it has ended for good";
}

TEST_F(AuthorizeTest, takes_a_request_by_post_too) {
  const std::string target = authorize_target();
  const auto pairs = core::parse_form(target.substr(target.find('?') + 1)).value();
  EXPECT_EQ(post(fmt::format("{}/auth", kBase), pairs).status, 200);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
