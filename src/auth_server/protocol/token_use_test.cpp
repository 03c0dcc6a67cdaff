// Tokens that come back: userinfo, introspection, revocation, and which origins may read the answers.
#include <algorithm>

#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class TokenUseTest : public AuthServerTest {
 protected:
  TestReply revoke(const std::string& token, const FormPairs& changes = {}) {
    return post(fmt::format("{}/revoke", kBase), changed({{"client_id", "shop"}, {"token", token}}, changes));
  }
  bool is_active(const std::string& token, std::string_view client = "api") {
    const TestReply reply = introspect(token, client);
    EXPECT_EQ(reply.status, 200) << reply.content;
    return reply.json().at("active").as_bool();
  }
  std::string robot_token() {
    const FormPairs form{{"grant_type", "client_credentials"},
                         {"client_id", "robot"},
                         {"client_secret", std::string(kRobotSecret)}};
    return text(post(fmt::format("{}/token", kBase), form).json().as_object(), "access_token");
  }
};

TEST_F(TokenUseTest, userinfo_says_what_the_scopes_open) {
  const std::string token = text(fresh_tokens({{"scope", "openid email"}}), "access_token");
  const TestReply reply = userinfo(token);
  ASSERT_EQ(reply.status, 200);
  const json::object claims = reply.json().as_object();
  EXPECT_EQ(text(claims, "sub"), kAlice);
  EXPECT_EQ(text(claims, "preferred_username"), "alice");
  EXPECT_EQ(text(claims, "email"), "alice@example.com");
  EXPECT_FALSE(userinfo(text(fresh_tokens(), "access_token")).json().as_object().contains("email"));
}

TEST_F(TokenUseTest, userinfo_takes_the_token_by_header_in_any_case_or_by_form) {
  const std::string token = text(fresh_tokens(), "access_token");
  const std::string target = fmt::format("{}/userinfo", kBase);
  EXPECT_EQ(send({.target = target, .headers = {{"Authorization", "bearer " + token}}}).status, 200);
  EXPECT_EQ(send({.method = "POST", .target = target, .bearer = token}).status, 200);
  EXPECT_EQ(post(target, {{"access_token", token}}).status, 200);
}

TEST_F(TokenUseTest, userinfo_refuses_every_other_token) {
  const json::object tokens = fresh_tokens();
  const std::string target = fmt::format("{}/userinfo", kBase);
  const std::string good = text(tokens, "access_token");
  EXPECT_EQ(userinfo("").status, 401);
  EXPECT_EQ(send({.target = target + "?access_token=" + good}).status, 401) << "not in the query";
  EXPECT_EQ(userinfo(text(tokens, "id_token")).status, 401);
  EXPECT_EQ(userinfo(text(tokens, "refresh_token")).status, 401);
  EXPECT_EQ(userinfo("garbage").status, 401);
  EXPECT_EQ(userinfo(robot_token()).status, 403) << "there is no person";
  EXPECT_EQ(userinfo(text(fresh_tokens({{"scope", "profile"}}), "access_token")).status, 403)
      << "no scope openid";
  EXPECT_EQ(post(target, {{"access_token", good}}, nullptr, {{"Authorization", "Bearer " + good}}).status,
            400);
  EXPECT_EQ(send({.target = target, .headers = {{"Authorization", "Basic YTpi"}}}).status, 400);
  EXPECT_EQ(send({.target = "/realms/second/protocol/openid-connect/userinfo", .bearer = good}).status, 401);
  const TestReply refused = userinfo("garbage");
  EXPECT_EQ(refused.headers.get("WWW-Authenticate"), R"(Bearer realm="test", error="invalid_token")");
  EXPECT_EQ(userinfo("").headers.get("WWW-Authenticate"), R"(Bearer realm="test")");
  clock.advance(std::chrono::seconds(300));
  EXPECT_EQ(userinfo(good).status, 401) << "expired";
}

TEST_F(TokenUseTest, a_token_dies_with_the_person_the_session_and_not_before) {
  const std::string token = text(fresh_tokens(), "access_token");
  const std::string client_token = robot_token();
  Person& alice = people.get("test", std::string(kAlice)).person;
  alice.enabled = false;
  EXPECT_EQ(userinfo(token).status, 401);
  EXPECT_FALSE(is_active(token));
  alice.enabled = true;
  alice.not_before = core::unix_seconds(clock.now()) + 1;
  EXPECT_EQ(userinfo(token).status, 401);
  EXPECT_FALSE(is_active(token));
  alice.not_before = 0;
  EXPECT_TRUE(is_active(token));
  put_realm([&](Realm& realm) { realm.not_before = core::unix_seconds(clock.now()) + 1; });
  EXPECT_EQ(userinfo(token).status, 401);
  EXPECT_FALSE(is_active(token));
  EXPECT_FALSE(is_active(client_token));
}

TEST_F(TokenUseTest, introspection_tells_those_whom_the_token_concerns) {
  const json::object tokens = fresh_tokens();
  const TestReply reply = introspect(text(tokens, "access_token"));
  const json::object answer = reply.json().as_object();
  EXPECT_TRUE(answer.at("active").as_bool());
  EXPECT_EQ(text(answer, "client_id"), "shop");
  EXPECT_EQ(text(answer, "username"), "alice");
  EXPECT_EQ(text(answer, "token_type"), "Bearer");
  EXPECT_EQ(text(answer, "sub"), kAlice);
  EXPECT_TRUE(is_active(robot_token(), "robot"));
}

TEST_F(TokenUseTest, introspection_tells_others_nothing) {
  const json::object tokens = fresh_tokens();
  EXPECT_EQ(introspect(text(tokens, "access_token"), "robot").content, R"({"active":false})");
  EXPECT_EQ(introspect(text(tokens, "refresh_token")).content, R"({"active":false})");
  EXPECT_EQ(introspect(text(tokens, "id_token")).content, R"({"active":false})");
  EXPECT_EQ(introspect("garbage").content, R"({"active":false})");
  const std::string target = fmt::format("{}/token/introspect", kBase);
  EXPECT_EQ(post(target, {{"token", text(tokens, "access_token")}}).status, 401) << "nobody";
  EXPECT_EQ(post(target, {{"token", text(tokens, "access_token")}, {"client_id", "shop"}}).status, 403)
      << "public";
  EXPECT_EQ(post(target, {{"client_id", "api"}, {"client_secret", std::string(kConsoleSecret)}}).status, 400);
}

TEST_F(TokenUseTest, introspection_knows_refresh_tokens_of_the_client_itself) {
  const std::string code = fresh_code({{"client_id", "console"}});
  const FormPairs proof{{"client_id", "console"}, {"client_secret", std::string(kConsoleSecret)}};
  const std::string first = text(redeem(code, proof).json().as_object(), "refresh_token");
  EXPECT_TRUE(is_active(first, "console"));
  EXPECT_EQ(refresh(first, proof).status, 200);
  EXPECT_FALSE(is_active(first, "console")) << "rotated";
}

TEST_F(TokenUseTest, revocation_ends_a_refresh_token_with_its_family) {
  const json::object tokens = fresh_tokens();
  const TestReply reply = revoke(text(tokens, "refresh_token"));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content, "");
  EXPECT_EQ(error_of(refresh(text(tokens, "refresh_token"))), "invalid_grant");
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
}

TEST_F(TokenUseTest, revocation_ends_one_access_token) {
  const json::object tokens = fresh_tokens();
  EXPECT_EQ(revoke(text(tokens, "access_token")).status, 200);
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
  EXPECT_FALSE(is_active(text(tokens, "access_token")));
  const json::object next = refresh(text(tokens, "refresh_token")).json().as_object();
  EXPECT_EQ(userinfo(text(next, "access_token")).status, 200);
}

TEST_F(TokenUseTest, revocation_is_for_the_tokens_own_client) {
  const json::object tokens = fresh_tokens();
  EXPECT_EQ(revoke(text(tokens, "refresh_token"), {{"client_id", "other"}}).status, 400);
  EXPECT_EQ(revoke(text(tokens, "access_token"), {{"client_id", "other"}}).status, 400);
  EXPECT_EQ(revoke(text(tokens, "refresh_token"), {{"client_id", "robot"}}).status, 401);
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 200);
  EXPECT_EQ(refresh(text(tokens, "refresh_token")).status, 200);
}

TEST_F(TokenUseTest, revocation_of_what_is_no_token_is_fine) {
  EXPECT_EQ(revoke("garbage").status, 200);
  EXPECT_EQ(revoke("").status, 400);
  const std::string token = text(fresh_tokens(), "access_token");
  clock.advance(std::chrono::seconds(300));
  EXPECT_EQ(revoke(token).status, 200);
}

TEST_F(TokenUseTest, origins_read_only_the_answers_of_their_own_client) {
  const std::string target = fmt::format("{}/token", kBase);
  const std::string own(kOrigin);
  struct Case {
    std::string_view why;
    std::string origin;
    std::string client;
    std::string allowed;
  };
  for (const Case& c : std::vector<Case>{{"its own", own, "shop", own},
                                         {"another client's", "https://other.example.com", "shop", ""},
                                         {"a stranger's", "https://evil.test", "shop", ""},
                                         {"one that begins alike", own + ".evil.test", "shop", ""},
                                         {"null", "null", "shop", ""},
                                         {"of nobody", own, "nobody", ""}}) {
    const FormPairs form{{"grant_type", "refresh_token"}, {"client_id", c.client}, {"refresh_token", "x"}};
    const TestReply reply = post(target, form, nullptr, {{"Origin", c.origin}});
    EXPECT_EQ(reply.headers.get("Access-Control-Allow-Origin"), c.allowed) << c.why;
    EXPECT_EQ(reply.headers.get("Access-Control-Allow-Credentials"), c.allowed.empty() ? "" : "true")
        << c.why;
    EXPECT_EQ(reply.headers.get("Vary"), "Origin") << c.why;
  }
}

TEST_F(TokenUseTest, an_origin_is_not_believed_from_a_token_that_is_not) {
  const std::string token = text(fresh_tokens(), "access_token");
  const std::string target = fmt::format("{}/userinfo", kBase);
  const std::string own(kOrigin);
  const auto asked = [&](const std::string& bearer) {
    return std::string(send({.target = target, .bearer = bearer, .headers = {{"Origin", own}}})
                           .headers.get("Access-Control-Allow-Origin"));
  };
  EXPECT_EQ(asked(token), own);
  std::string forged = token;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(asked(forged), "");
}

TEST_F(TokenUseTest, preflight_is_for_origins_that_some_client_has) {
  const std::string target = fmt::format("{}/token", kBase);
  const auto asked = [&](const std::string& origin) {
    return send({.method = "OPTIONS", .target = target, .headers = {{"Origin", origin}}});
  };
  const TestReply known = asked(std::string(kOrigin));
  EXPECT_EQ(known.status, 204);
  EXPECT_EQ(known.headers.get("Access-Control-Allow-Origin"), kOrigin);
  EXPECT_EQ(asked("https://evil.test").headers.get("Access-Control-Allow-Origin"), "");
}

TEST_F(TokenUseTest, counts_every_answer_by_a_grant_that_it_knows) {
  const auto count = [&](std::string_view grant, std::string_view outcome) {
    const auto& counters = provider().metrics.token_answers;
    const auto found = std::ranges::find(counters, grant, &GrantCounters::grant_type);
    return (outcome == "issued" ? found->issued : found->refused).value();
  };
  static_cast<void>(refresh(text(fresh_tokens(), "refresh_token")));
  static_cast<void>(refresh("worthless"));
  const std::string token = fmt::format("{}/token", kBase);
  const FormPairs robot{{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}};
  static_cast<void>(post(token, changed(robot, {{"grant_type", "client_credentials"}})));
  static_cast<void>(
      post(token, {{"grant_type", "client_credentials"}, {"client_id", "robot"}, {"client_secret", "x"}}));
  static_cast<void>(post(token, changed(robot, {{"grant_type", "password"}})));
  static_cast<void>(post(token, robot));

  EXPECT_EQ(count("authorization_code", "issued"), 1);
  EXPECT_EQ(count("authorization_code", "refused"), 0);
  EXPECT_EQ(count("refresh_token", "issued"), 1);
  EXPECT_EQ(count("refresh_token", "refused"), 1);
  EXPECT_EQ(count("client_credentials", "issued"), 1);
  EXPECT_EQ(count("client_credentials", "refused"), 1) << "a client that is not who it says";
  EXPECT_EQ(count("other", "refused"), 2);
  EXPECT_EQ(provider().metrics.token_answers.size(), 5U);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
