// Key rotation as applications see it: in the published keys and in tokens that must go on working.
#include "auth_server/testing/fixture.hpp"
#include "crypto/jwk.hpp"

namespace gatehouse::auth_server::testing {
namespace {

using std::chrono::hours;

class KeysTest : public AuthServerTest {
 protected:
  std::vector<std::string> published() {
    std::vector<std::string> kids;
    const json::value jwks = get(fmt::format("{}/certs", kBase)).json();
    for (const json::value& key : jwks.at("keys").as_array())
      kids.emplace_back(std::string_view(key.at("kid").as_string()));
    return kids;
  }
  bool is_published(const std::string& kid) {
    const auto kids = published();
    return std::ranges::find(kids, kid) != kids.end();
  }
  std::string kid_in_use() { return text(header_of(text(fresh_tokens(), "access_token")), "kid"); }
};

TEST_F(KeysTest, publishes_public_parts_only_with_a_time_to_keep_them) {
  const TestReply reply = get(fmt::format("{}/certs", kBase));
  EXPECT_EQ(reply.headers.get("Cache-Control"), "public, max-age=300");
  EXPECT_EQ(reply.headers.get("Access-Control-Allow-Origin"), "*");
  const json::value jwks = reply.json();
  std::set<std::string> algorithms;
  for (const json::value& key : jwks.at("keys").as_array()) {
    EXPECT_EQ(key.at("use").as_string(), "sig");
    algorithms.emplace(std::string_view(key.at("alg").as_string()));
    for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "k"})
      EXPECT_FALSE(key.as_object().contains(secret));
  }
  EXPECT_EQ(algorithms, (std::set<std::string>{"ES256", "RS256"}));
}

TEST_F(KeysTest, are_the_same_after_a_restart) {
  const auto before = published();
  restart();
  EXPECT_EQ(published(), before);
}

TEST_F(KeysTest, are_different_in_every_realm) {
  const std::string second = get("/realms/second/protocol/openid-connect/certs").content;
  for (const std::string& kid : published()) EXPECT_EQ(second.find(kid), std::string::npos);
}

TEST_F(KeysTest, publish_the_next_key_before_it_signs_and_the_old_one_until_its_tokens_are_over) {
  const std::string old_key = kid_in_use();
  clock.advance(hours(24 * 90 - 1));
  refresh_keys();
  EXPECT_EQ(published().size(), 4U) << "two algorithms, two keys each";
  EXPECT_EQ(kid_in_use(), old_key);

  clock.advance(hours(1));
  const std::string new_key = kid_in_use();
  EXPECT_NE(new_key, old_key);
  EXPECT_TRUE(is_published(new_key));

  clock.advance(hours(10));
  refresh_keys();
  EXPECT_TRUE(is_published(old_key));
  clock.advance(hours(1));
  refresh_keys();
  EXPECT_FALSE(is_published(old_key));
  EXPECT_EQ(published().size(), 2U);
}

TEST_F(KeysTest, honour_a_token_of_the_key_before) {
  clock.advance(hours(24 * 90 - 1));
  refresh_keys();
  clock.advance(std::chrono::minutes(59));
  const json::object tokens = fresh_tokens();
  clock.advance(std::chrono::minutes(2));
  EXPECT_NE(kid_in_use(), text(header_of(text(tokens, "access_token")), "kid"));
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 200);
}

TEST_F(KeysTest, are_made_once_however_often_it_is_asked) {
  const auto before = published();
  refresh_keys();
  refresh_keys();
  EXPECT_EQ(published(), before);
}

TEST_F(KeysTest, the_discovery_document_names_every_endpoint_under_the_configured_issuer) {
  const TestReply reply =
      send({.target = "/realms/test/.well-known/openid-configuration",
            .headers = {{"X-Forwarded-Host", "evil.test"}, {"Forwarded", "host=evil.test"}}});
  ASSERT_EQ(reply.status, 200);
  const json::object document = reply.json().as_object();
  EXPECT_EQ(text(document, "issuer"), kIssuer);
  for (const char* name : {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri",
                           "end_session_endpoint", "introspection_endpoint", "revocation_endpoint"}) {
    EXPECT_TRUE(text(document, name).starts_with("https://id.example.com/realms/test/protocol/")) << name;
  }
  EXPECT_EQ(json::serialize(document.at("code_challenge_methods_supported")), R"(["S256"])");
  EXPECT_EQ(get("/realms/test/.well-known/oauth-authorization-server").content, reply.content);
  EXPECT_EQ(get("/.well-known/oauth-authorization-server/realms/test").content, reply.content);
  EXPECT_EQ(get("/realms/nowhere/.well-known/openid-configuration").status, 404);
}

TEST_F(KeysTest, other_roles_may_fetch_the_keys_and_nothing_else) {
  const std::string certs = fmt::format("{}/certs", kBase);
  for (const char* role : {"gateway", "orders", "payments", "auth"}) {
    EXPECT_EQ(send({.target = certs, .caller = role}).status, 200) << role;
  }
  EXPECT_EQ(send({.target = certs, .caller = "provider-sim"}).status, 403);
  EXPECT_EQ(send({.target = certs, .caller = ""}).status, 403);
  EXPECT_EQ(send({.method = "POST", .target = fmt::format("{}/token", kBase), .caller = "orders"}).status,
            403);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
