#include "gateway/plugins/jwt.hpp"

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/jwt.hpp"
#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "a secret of thirty-two bytes!!!!";
constexpr std::string_view kIssuer = "https://issuer.example/realms/test";

std::string hs256(json::object payload, std::string_view secret = kSecret,
                  std::string_view algorithm = "HS256") {
  const json::object header{{"alg", algorithm}, {"typ", "JWT"}};
  const auto input =
      core::to_base64url(json::serialize(header)) + "." + core::to_base64url(json::serialize(payload));
  return input + "." + core::to_base64url(crypto::hmac_sha256(secret, input));
}

TestConfiguration with_alice(json::object config) {
  auto configuration = PluginBench::with("jwt", std::move(config));
  const auto alice = configuration.add("consumers", {{"username", "alice"}, {"custom_id", "a-1"}});
  json::object credential = TestConfiguration::to("consumer", alice);
  credential["key"] = "alice-key";
  credential["secret"] = kSecret;
  credential["algorithm"] = "HS256";
  configuration.add("jwt_secrets", std::move(credential));
  return configuration;
}

TestAsk bearer(const std::string& token) {
  return {.headers = {{"Authorization", "Bearer " + token}}};
}

TEST(Jwt, LetsAConsumersTokenPassAndTellsTheUpstreamWho) {
  PluginBench bench{with_alice({})};
  for (int i = 0; i < 2; ++i) {  // the second time from the cache
    auto ask = bearer(hs256({{"iss", "alice-key"}}));
    ask.headers.emplace_back("X-Consumer-Username", "root");
    ask.headers.emplace_back("X-Anonymous-Consumer", "true");
    const auto answer = bench.send(ask);
    EXPECT_EQ(answer.status, 200U) << answer.content;
    EXPECT_EQ(answer.upstream.get("X-Consumer-Username"), "alice");
    EXPECT_EQ(answer.upstream.get("X-Consumer-Custom-ID"), "a-1");
    EXPECT_EQ(answer.upstream.get("X-Credential-Identifier"), "alice-key");
    EXPECT_EQ(answer.upstream.count("X-Consumer-Username"), 1U);
    EXPECT_FALSE(answer.upstream.contains("X-Anonymous-Consumer"));
    EXPECT_EQ(answer.subject, "alice");
  }
}

TEST(Jwt, FindsTheTokenInQueryCookieAndHeader) {
  PluginBench bench{
      with_alice({{"cookie_names", {"session"}}, {"header_names", {"authorization", "x-token"}}})};
  const auto token = hs256({{"iss", "alice-key"}});
  EXPECT_EQ(bench.send({.target = "/?a=b&jwt=" + token}).status, 200U);
  EXPECT_EQ(bench.send({.headers = {{"Cookie", "x=y; session=" + token}}}).status, 200U);
  EXPECT_EQ(bench.send({.headers = {{"X-Token", "bearer  " + token}}}).status, 200U);
  EXPECT_EQ(
      bench.send({.target = "/?jwt=" + token, .headers = {{"Authorization", "Bearer " + token}}}).status,
      200U);
}

struct Refusal {
  std::string name;
  TestAsk ask;
  std::string body;
  std::string challenge = "Bearer error=\"invalid_token\"";
};

TEST(Jwt, RefusesInKongsWords) {
  PluginBench bench{with_alice({{"claims_to_verify", {"exp", "nbf"}}})};
  const auto now = core::unix_seconds(bench.clock.now());
  const auto with_times = [&](json::value exp, json::value nbf) {
    return hs256({{"iss", "alice-key"}, {"exp", std::move(exp)}, {"nbf", std::move(nbf)}});
  };
  for (const auto& [name, ask, body, challenge] : {
           Refusal{"no token", {}, R"({"message":"Unauthorized"})", "Bearer"},
           Refusal{"basic credentials",
                   {.headers = {{"Authorization", "Basic YTpi"}}},
                   R"({"message":"Unauthorized"})",
                   "Bearer"},
           Refusal{"two tokens",
                   {.target = "/?jwt=a.b.c", .headers = {{"Authorization", "Bearer d.e.f"}}},
                   R"({"message":"Multiple tokens provided"})"},
           Refusal{"garbage", bearer("abc"), R"({"message":"Bad token; invalid JSON"})"},
           Refusal{"no issuer", bearer(hs256({{"sub", "x"}})),
                   R"({"message":"No mandatory 'iss' in claims"})"},
           Refusal{"empty issuer", bearer(hs256({{"iss", ""}})), R"({"message":"Invalid 'iss' in claims"})"},
           Refusal{"stranger", bearer(hs256({{"iss", "nobody"}})),
                   R"({"message":"No credentials found for given 'iss'"})"},
           Refusal{"algorithm", bearer(hs256({{"iss", "alice-key"}}, kSecret, "HS512")),
                   R"({"message":"Invalid algorithm"})"},
           Refusal{"signature", bearer(hs256({{"iss", "alice-key"}}, "wrong")),
                   R"({"message":"Invalid signature"})"},
           Refusal{"expired", bearer(with_times(now - 1, now - 5)), R"({"exp":"token expired"})"},
           Refusal{"too early", bearer(with_times(now + 99, now + 5)), R"({"nbf":"token not valid yet"})"},
           Refusal{"no times", bearer(hs256({{"iss", "alice-key"}})),
                   R"({"exp":"must be a number","nbf":"must be a number"})"},
       }) {
    const auto answer = bench.send(ask);
    EXPECT_EQ(answer.status, 401U) << name;
    EXPECT_EQ(answer.content, body) << name;
    EXPECT_EQ(answer.headers.get("WWW-Authenticate"), challenge) << name;
    EXPECT_FALSE(answer.has_reached_upstream) << name;
  }
}

TEST(Jwt, NamesItsRealmInTheChallenge) {
  PluginBench bench{with_alice({{"realm", "shop"}})};
  EXPECT_EQ(bench.send({}).headers.get("WWW-Authenticate"), "Bearer realm=\"shop\"");
  EXPECT_EQ(bench.send(bearer("x")).headers.get("WWW-Authenticate"),
            "Bearer realm=\"shop\", error=\"invalid_token\"");
}

TEST(Jwt, LooksAtTheTimesOfACachedTokenAgain) {
  PluginBench bench{with_alice({{"claims_to_verify", {"exp"}}})};
  const auto token = hs256({{"iss", "alice-key"}, {"exp", core::unix_seconds(bench.clock.now()) + 10}});
  EXPECT_EQ(bench.send(bearer(token)).status, 200U);
  bench.clock.advance(11s);
  EXPECT_EQ(bench.send(bearer(token)).content, R"({"exp":"token expired"})");
}

TEST(Jwt, LimitsHowFarAheadATokenMayExpire) {
  PluginBench bench{with_alice({{"claims_to_verify", {"exp"}}, {"maximum_expiration", 300}})};
  const auto now = core::unix_seconds(bench.clock.now());
  EXPECT_EQ(bench.send(bearer(hs256({{"iss", "alice-key"}, {"exp", now + 300}}))).status, 200U);
  EXPECT_EQ(bench.send(bearer(hs256({{"iss", "alice-key"}, {"exp", now + 301}}))).content,
            R"({"exp":"exceeds maximum allowed expiration"})");
}

TEST(Jwt, LetsTheAnonymousConsumerInIfThereIsOne) {
  auto configuration = with_alice({{"anonymous", "guest"}});
  configuration.add("consumers", {{"username", "guest"}});
  PluginBench bench{std::move(configuration)};
  const auto answer = bench.send({});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.upstream.get("X-Anonymous-Consumer"), "true");
  EXPECT_EQ(answer.subject, "guest");

  PluginBench without{with_alice({{"anonymous", "nobody"}})};
  const auto failed = without.send({});
  EXPECT_EQ(failed.status, 500U);
  EXPECT_NE(failed.content.find("anonymous consumer nobody is configured but doesn't exist"),
            std::string::npos);
}

TEST(Jwt, LeavesPreflightsAloneIfTold) {
  PluginBench strict{with_alice({})};
  EXPECT_EQ(strict.send({.method = "OPTIONS"}).status, 401U);
  PluginBench lenient{with_alice({{"run_on_preflight", false}})};
  EXPECT_EQ(lenient.send({.method = "OPTIONS"}).status, 200U);
}

// ---- tokens of the platform's own auth server
// ---------------------------------------------------------------

class PlatformTokens : public testing::Test {
 protected:
  PlatformTokens() : key_(*crypto::SigningKey::generate(crypto::Algorithm::es256)) {}

  [[nodiscard]] std::string jwks() const {
    return json::serialize(json::object{{"keys", json::array{key_.public_jwk()}}});
  }
  [[nodiscard]] std::string token(const core::Clock& clock, std::chrono::seconds lifetime,
                                  std::string_view issuer = kIssuer) const {
    const auto now = core::unix_seconds(clock.now());
    const json::object payload{{"iss", issuer},
                               {"sub", "alice-id"},
                               {"typ", "Bearer"},
                               {"iat", now},
                               {"exp", now + lifetime.count()},
                               {"preferred_username", "alice"}};
    return *crypto::sign_jwt(key_, payload, "JWT");
  }
  crypto::SigningKey key_;
};

TEST_F(PlatformTokens, PassWithoutAnyConsumer) {
  PluginBench bench{PluginBench::with("jwt", {}), jwks()};
  const auto token_of_alice = token(bench.clock, 300s);
  for (int i = 0; i < 2; ++i) {
    const auto answer = bench.send(bearer(token_of_alice));
    EXPECT_EQ(answer.status, 200U) << answer.content;
    EXPECT_EQ(answer.subject, "alice-id");
    EXPECT_EQ(answer.upstream.get("Authorization"), "Bearer " + token_of_alice);
    EXPECT_FALSE(answer.upstream.contains("X-Consumer-ID"));
  }
}

TEST_F(PlatformTokens, AreRefusedWhenExpiredForgedOrOfAnotherIssuer) {
  PluginBench bench{PluginBench::with("jwt", {}), jwks()};
  auto forged = token(bench.clock, 300s);
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(bench.send(bearer(forged)).content, R"({"message":"Invalid signature"})");
  EXPECT_EQ(bench.send(bearer(token(bench.clock, 300s, "https://other.example"))).content,
            R"({"message":"No credentials found for given 'iss'"})");
  const auto short_lived = token(bench.clock, 60s);
  EXPECT_EQ(bench.send(bearer(short_lived)).status, 200U);
  bench.clock.advance(120s);
  EXPECT_EQ(bench.send(bearer(short_lived)).content, R"({"exp":"token expired"})");
}

TEST_F(PlatformTokens, MakeTheirSubjectTheOneWhoIsCounted) {
  auto configuration = PluginBench::with("jwt", {});
  configuration.plugin("rate-limiting", {{"minute", 1}});
  PluginBench bench{std::move(configuration), jwks()};
  auto ask = bearer(token(bench.clock, 300s));
  EXPECT_EQ(bench.send(ask).status, 200U);
  ask.address = "192.0.2.1";
  EXPECT_EQ(bench.send(ask).status, 429U);
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
