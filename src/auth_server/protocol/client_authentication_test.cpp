// Who a client is, at every endpoint that asks.
#include "auth_server/protocol/client_authentication.hpp"

#include "auth_server/testing/fixture.hpp"
#include "core/encoding.hpp"

namespace gatehouse::auth_server::testing {
namespace {

std::string basic(std::string_view id, std::string_view secret) {
  return "Basic " + core::to_base64(fmt::format("{}:{}", id, secret));
}

class ClientTest : public AuthServerTest {
 protected:
  TestReply ask(const FormPairs& form, std::string authorization = {}, std::string query = {}) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!authorization.empty()) headers.emplace_back("Authorization", std::move(authorization));
    return post(fmt::format("{}/token{}", kBase, query),
                changed({{"grant_type", "client_credentials"}}, form), nullptr, std::move(headers));
  }
};

TEST_F(ClientTest, proves_itself_by_header_or_form_or_both_alike) {
  const std::string secret(kRobotSecret);
  EXPECT_EQ(ask({}, basic("robot", secret)).status, 200);
  EXPECT_EQ(ask({}, "bAsIc " + core::to_base64("robot:" + secret)).status, 200);
  EXPECT_EQ(ask({{"client_id", "robot"}, {"client_secret", secret}}).status, 200);
  EXPECT_EQ(ask({{"client_id", "robot"}}, basic("robot", secret)).status, 200);
  EXPECT_EQ(ask({{"client_id", "robot"}, {"client_secret", secret}}, basic("robot", secret)).status, 200);
  EXPECT_EQ(ask({}, basic("%72obot", secret)).status, 200) << "both halves are form-encoded";
}

TEST_F(ClientTest, is_refused_with_one_answer_for_all_that_is_wrong) {
  const std::string secret(kRobotSecret);
  struct Case {
    std::string_view why;
    FormPairs form;
    std::string authorization;
  };
  for (const Case& c : std::vector<Case>{
           {"wrong secret", {{"client_id", "robot"}, {"client_secret", "wrong"}}, ""},
           {"no secret", {{"client_id", "robot"}}, ""},
           {"empty secret by header", {}, basic("robot", "")},
           {"wrong secret by header", {}, basic("robot", "wrong")},
           {"another client's secret",
            {{"client_id", "robot"}, {"client_secret", std::string(kConsoleSecret)}},
            ""},
           {"unknown client", {{"client_id", "nobody"}, {"client_secret", secret}}, ""},
           {"disabled client", {{"client_id", "closed"}}, ""},
           {"another client_id in the form", {{"client_id", "console"}}, basic("robot", secret)},
           {"a header that is no base64", {}, "Basic !!!"},
           {"a header without a colon", {}, "Basic " + core::to_base64("robot")},
           {"a bearer token as client", {}, "Bearer abc"},
           {"a public client with a secret", {{"client_id", "shop"}, {"client_secret", "anything"}}, ""}}) {
    const TestReply reply = ask(c.form, c.authorization);
    EXPECT_EQ(reply.status, 401) << c.why;
    EXPECT_EQ(error_of(reply), "invalid_client") << c.why;
    EXPECT_TRUE(reply.headers.get("WWW-Authenticate").starts_with("Basic")) << c.why;
  }
  EXPECT_EQ(error_of(ask({})), "invalid_client");
}

TEST_F(ClientTest, must_not_contradict_itself) {
  const TestReply reply =
      ask({{"client_id", "robot"}, {"client_secret", "another"}}, basic("robot", kRobotSecret));
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(error_of(reply), "invalid_request");
}

TEST_F(ClientTest, keeps_its_secret_out_of_the_query) {
  const std::string query = fmt::format("?client_id=robot&client_secret={}", kRobotSecret);
  EXPECT_EQ(error_of(ask({}, "", query)), "invalid_request");
  EXPECT_EQ(error_of(ask({{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}}, "", query)),
            "invalid_request");
}

TEST_F(ClientTest, sends_each_parameter_once_in_a_form) {
  const std::string body =
      fmt::format("grant_type=client_credentials&client_id=robot&client_secret={0}", kRobotSecret);
  const auto post_raw = [&](const std::string& content, const std::string& type) {
    return send({.method = "POST",
                 .target = fmt::format("{}/token", kBase),
                 .content = content,
                 .content_type = type});
  };
  const std::string form = "application/x-www-form-urlencoded";
  EXPECT_EQ(post_raw(body, form).status, 200);
  EXPECT_EQ(post_raw(body, form + "; charset=UTF-8").status, 200);
  EXPECT_EQ(error_of(post_raw(body + "&client_id=robot", form)), "invalid_request");
  EXPECT_EQ(error_of(post_raw(body + "&scope=%zz", form)), "invalid_request");
  EXPECT_EQ(error_of(post_raw(body, "application/json")), "invalid_request");
  EXPECT_EQ(error_of(post_raw(body + "&x=" + std::string(20'000, 'x'), form)), "invalid_request");
}

TEST_F(ClientTest, gets_a_token_of_its_own_with_the_roles_of_its_service_account) {
  const TestReply reply = ask({{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}});
  ASSERT_EQ(reply.status, 200) << reply.content;
  const json::object answer = reply.json().as_object();
  EXPECT_FALSE(answer.contains("refresh_token"));
  EXPECT_FALSE(answer.contains("id_token"));
  EXPECT_EQ(answer.at("refresh_expires_in").as_int64(), 0);
  const json::object claims = claims_of(text(answer, "access_token"));
  EXPECT_EQ(text(claims, "azp"), "robot");
  EXPECT_EQ(text(claims, "preferred_username"), "service-account-robot");
  EXPECT_EQ(json::serialize(claims.at("realm_access")), R"({"roles":["payment"]})");
  EXPECT_EQ(json::serialize(claims.at("resource_access")), R"({"api":{"roles":["reader"]}})");
  EXPECT_FALSE(claims.contains("sid"));
  const json::object again =
      ask({{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}}).json().as_object();
  EXPECT_EQ(text(claims_of(text(again, "access_token")), "sub"), text(claims, "sub"))
      << "always the same account";
}

TEST_F(ClientTest, uses_only_the_grants_that_it_was_given) {
  EXPECT_EQ(error_of(ask({{"client_id", "shop"}})), "unauthorized_client")
      << "a public client has no account";
  EXPECT_EQ(error_of(ask({{"client_id", "api"}, {"client_secret", std::string(kConsoleSecret)}})),
            "unauthorized_client");
  EXPECT_EQ(error_of(ask(
                {{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}, {"scope", "admin"}})),
            "invalid_scope");
  EXPECT_EQ(error_of(ask({{"grant_type", "authorization_code"},
                          {"code", "x"},
                          {"client_id", "robot"},
                          {"client_secret", std::string(kRobotSecret)}})),
            "unauthorized_client");
}

TEST_F(ClientTest, gets_nothing_once_it_is_disabled) {
  const std::string code = fresh_code();
  const json::object tokens = fresh_tokens();
  put_realm([](Realm& realm) {
    realm.clients.find("shop")->second.enabled = false;
    realm.clients.find("robot")->second.enabled = false;
  });
  EXPECT_EQ(error_of(redeem(code)), "invalid_client");
  EXPECT_EQ(error_of(refresh(text(tokens, "refresh_token"))), "invalid_client");
  EXPECT_EQ(error_of(ask({{"client_id", "robot"}, {"client_secret", std::string(kRobotSecret)}})),
            "invalid_client");
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
  EXPECT_EQ(get(authorize_target()).status, 400);
}

TEST_F(ClientTest, is_told_when_the_realm_is_not_there) {
  EXPECT_EQ(post("/realms/unknown/protocol/openid-connect/token", {{"grant_type", "x"}}).status, 404);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
