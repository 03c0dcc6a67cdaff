// From a code to tokens, once, by the client that it was made for.
#include "auth_server/testing/fixture.hpp"
#include "crypto/jwt.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class CodeTest : public AuthServerTest {};

std::vector<std::string> keys_of(const json::object& object) {
  std::vector<std::string> keys;
  for (const auto& member : object) keys.emplace_back(std::string_view(member.key()));
  return keys;
}

TEST_F(CodeTest, answers_with_exactly_the_keys_that_keycloaks_clients_know) {
  const TestReply reply = redeem(fresh_code({{"scope", "openid email"}}));
  ASSERT_EQ(reply.status, 200) << reply.content;
  EXPECT_EQ(reply.headers.get("Cache-Control"), "no-store");
  const json::object tokens = reply.json().as_object();
  EXPECT_EQ(keys_of(tokens), (std::vector<std::string>{"access_token", "expires_in", "refresh_expires_in",
                                                       "refresh_token", "token_type", "id_token",
                                                       "not-before-policy", "session_state", "scope"}));
  EXPECT_EQ(tokens.at("expires_in").as_int64(), 300);
  EXPECT_EQ(tokens.at("refresh_expires_in").as_int64(), 1800);
  EXPECT_EQ(text(tokens, "token_type"), "Bearer");
  EXPECT_EQ(text(tokens, "scope"), "openid email profile");
}

TEST_F(CodeTest, leaves_the_id_token_out_when_openid_was_not_asked_for) {
  const json::object tokens = fresh_tokens({{"scope", "profile"}});
  EXPECT_FALSE(tokens.contains("id_token"));
  EXPECT_EQ(text(tokens, "scope"), "profile");
}

TEST_F(CodeTest, makes_access_tokens_that_say_who_may_do_what) {
  const json::object tokens = fresh_tokens();
  const std::string token = text(tokens, "access_token");
  const json::object claims = claims_of(token);
  EXPECT_EQ(text(header_of(token), "alg"), "ES256");
  EXPECT_EQ(text(claims, "iss"), kIssuer);
  EXPECT_EQ(text(claims, "aud"), "api");
  EXPECT_EQ(text(claims, "sub"), kAlice);
  EXPECT_EQ(text(claims, "typ"), "Bearer");
  EXPECT_EQ(text(claims, "azp"), "shop");
  EXPECT_EQ(text(claims, "sid"), text(tokens, "session_state"));
  EXPECT_EQ(text(claims, "acr"), "1");
  EXPECT_EQ(text(claims, "preferred_username"), "alice");
  EXPECT_EQ(json::serialize(claims.at("realm_access")), R"({"roles":["customer"]})");
  EXPECT_TRUE(claims.at("resource_access").is_object());
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 300);
  EXPECT_EQ(claims.at("auth_time").as_int64(), core::unix_seconds(clock.now()));
  EXPECT_FALSE(claims.contains("email")) << "the scope email was not granted";
  EXPECT_EQ(text(claims_of(text(fresh_tokens({{"scope", "openid email"}}), "access_token")), "email"),
            "alice@example.com");
}

TEST_F(CodeTest, makes_id_tokens_for_the_client_that_asked) {
  const json::object tokens = fresh_tokens();
  const std::string token = text(tokens, "id_token");
  const json::object claims = claims_of(token);
  EXPECT_EQ(text(header_of(token), "alg"), "RS256");
  EXPECT_EQ(text(claims, "typ"), "ID");
  EXPECT_EQ(text(claims, "aud"), "shop");
  EXPECT_EQ(text(claims, "nonce"), "nonce-1");
  EXPECT_EQ(text(claims, "sub"), kAlice);
  EXPECT_EQ(text(claims, "name"), "First Last");
  EXPECT_FALSE(text(claims, "at_hash").empty());
}

TEST_F(CodeTest, signs_with_keys_that_anyone_can_fetch) {
  const json::object tokens = fresh_tokens();
  const auto published = crypto::KeySet::from_jwks(get(fmt::format("{}/certs", kBase)).content).value();
  for (const char* name : {"access_token", "id_token"}) {
    const crypto::JwtExpectation expected{
        .issuer = std::string(kIssuer), .audience = {}, .typ = {}, .now = clock.now()};
    EXPECT_TRUE(crypto::verify_jwt(text(tokens, name), published, expected)) << name;
  }
  const crypto::JwtExpectation expected{
      .issuer = std::string(kIssuer), .audience = {}, .typ = {}, .now = clock.now()};
  EXPECT_FALSE(crypto::verify_jwt(text(tokens, "refresh_token"), published, expected))
      << "is for this server alone";
}

TEST_F(CodeTest, signs_with_the_algorithm_that_the_client_was_given) {
  const std::string code = fresh_code({{"client_id", "console"}, {"scope", "openid"}});
  const TestReply reply =
      redeem(code, {{"client_id", "console"}, {"client_secret", std::string(kConsoleSecret)}});
  ASSERT_EQ(reply.status, 200) << reply.content;
  const json::object tokens = reply.json().as_object();
  EXPECT_EQ(text(header_of(text(tokens, "access_token")), "alg"), "RS256");
  EXPECT_EQ(text(header_of(text(tokens, "id_token")), "alg"), "ES256");
}

TEST_F(CodeTest, works_once_and_takes_back_what_the_first_use_gave) {
  const std::string code = fresh_code();
  const json::object tokens = redeem(code).json().as_object();
  ASSERT_EQ(userinfo(text(tokens, "access_token")).status, 200);
  clock.advance(std::chrono::seconds(30));
  const TestReply again = redeem(code);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(error_of(again), "invalid_grant");
  EXPECT_EQ(userinfo(text(tokens, "access_token")).status, 401);
  EXPECT_EQ(error_of(refresh(text(tokens, "refresh_token"))), "invalid_grant");
}

TEST_F(CodeTest, is_recognised_as_reused_long_after_it_expired_and_after_a_restart) {
  const std::string code = fresh_code();
  const json::object tokens = redeem(code).json().as_object();
  clock.advance(std::chrono::minutes(20));
  restart();
  EXPECT_EQ(error_of(redeem(code)), "invalid_grant");
  EXPECT_EQ(error_of(refresh(text(tokens, "refresh_token"))), "invalid_grant");
}

TEST_F(CodeTest, ends_after_a_minute) {
  const std::string in_time = fresh_code();
  clock.advance(std::chrono::seconds(59));
  EXPECT_EQ(redeem(in_time).status, 200);
  const std::string late = fresh_code();
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(error_of(redeem(late)), "invalid_grant");
}

TEST_F(CodeTest, is_refused_with_anything_but_the_request_it_was_made_for) {
  struct Case {
    std::string_view why;
    FormPairs changes;
  };
  for (const Case& c :
       std::vector<Case>{{"no verifier", {{"code_verifier", ""}}},
                         {"another verifier", {{"code_verifier", std::string(43, 'a')}}},
                         {"the challenge as verifier", {{"code_verifier", std::string(kChallenge)}}},
                         {"a short verifier", {{"code_verifier", "abc"}}},
                         {"an overlong verifier", {{"code_verifier", std::string(129, 'a')}}},
                         {"no redirect_uri", {{"redirect_uri", ""}}},
                         {"another redirect_uri", {{"redirect_uri", "http://127.0.0.1/callback"}}},
                         {"another client", {{"client_id", "other"}}},
                         {"a code made up", {{"code", std::string(43, 'A')}}}}) {
    EXPECT_EQ(error_of(redeem(fresh_code(), c.changes)), "invalid_grant") << c.why;
  }
  EXPECT_EQ(error_of(redeem(fresh_code(), {{"code", ""}})), "invalid_request");
  EXPECT_EQ(error_of(redeem(fresh_code(), {{"grant_type", ""}})), "invalid_request");
  EXPECT_EQ(error_of(redeem(fresh_code(), {{"grant_type", "password"}})), "unsupported_grant_type");
}

TEST_F(CodeTest, allows_no_second_guess_at_the_verifier) {
  const std::string code = fresh_code();
  EXPECT_EQ(error_of(redeem(code, {{"code_verifier", std::string(43, 'a')}})), "invalid_grant");
  EXPECT_EQ(error_of(redeem(code)), "invalid_grant");
}

TEST_F(CodeTest, is_not_spent_by_a_stranger) {
  const std::string code = fresh_code();
  EXPECT_EQ(error_of(redeem(code, {{"client_id", "other"}})), "invalid_grant");
  EXPECT_EQ(redeem(code).status, 200);
}

TEST_F(CodeTest, means_nothing_in_another_realm) {
  const std::string code = fresh_code();
  const FormPairs form{{"grant_type", "authorization_code"},
                       {"client_id", "shop"},
                       {"code", code},
                       {"redirect_uri", std::string(kCallback)},
                       {"code_verifier", std::string(kVerifier)}};
  EXPECT_EQ(error_of(post("/realms/second/protocol/openid-connect/token", form)), "invalid_grant");
  EXPECT_EQ(redeem(code).status, 200);
}

Awaitable<> redeem_once(GrantStore& grants, std::string code, core::SystemTime now,
                        std::vector<CodeVerdict>& verdicts) {
  Redemption redemption{"shop", std::string(kCallback), std::string(kVerifier)};
  auto outcome =
      co_await grants.redeem_code("test", std::move(code), std::move(redemption), Lifetimes(), now);
  verdicts.push_back(outcome.value().verdict);
}

TEST_F(CodeTest, gives_one_winner_when_two_redeem_it_at_once) {
  const std::string code = fresh_code();
  std::vector<CodeVerdict> verdicts;
  TaskGroup racers(io.get_executor());
  for (int i = 0; i < 8; ++i)
    racers.spawn("redeem", redeem_once(provider().grants, code, clock.now(), verdicts));
  if (io.stopped()) io.restart();
  io.run();
  EXPECT_EQ(std::ranges::count(verdicts, CodeVerdict::redeem), 1);
  EXPECT_EQ(std::ranges::count(verdicts, CodeVerdict::reused), 7);
}

TEST_F(CodeTest, is_worth_nothing_after_the_logout) {
  Cookies cookies;
  auto answer = answer_of(log_in(cookies));
  const json::object tokens = redeem(answer["code"]).json().as_object();
  const std::string unused = answer_of(get(authorize_target(), &cookies))["code"];
  static_cast<void>(
      get(fmt::format("{}/logout?id_token_hint={}", kBase, text(tokens, "id_token")), &cookies));
  EXPECT_EQ(error_of(redeem(unused)), "invalid_grant");
}

TEST_F(CodeTest, can_be_tried_again_after_the_auth_service_was_away) {
  const std::string code = fresh_code();
  people.break_down();
  const TestReply away = redeem(code);
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(error_of(away), "temporarily_unavailable");
  people.come_back();
  EXPECT_EQ(redeem(code).status, 200);
}

TEST_F(CodeTest, gives_nothing_to_a_person_who_was_disabled_meanwhile) {
  const std::string code = fresh_code();
  people.get("test", std::string(kAlice)).person.enabled = false;
  EXPECT_EQ(error_of(redeem(code)), "invalid_grant");
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
