// Who asks and what they may do: peer names, tokens and their keys, permissions with their scopes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "crypto/jwt.hpp"
#include "identity/access.hpp"
#include "identity/token_verifier.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::identity {
namespace {

constexpr auto kIssuer = "https://localhost:8443/realms/gatehouse";

class TokenVerifierTest : public testing::Test {
 protected:
  std::string token(const crypto::SigningKey& signer, json::object extra = {}) {
    json::object payload{{"iss", kIssuer},
                         {"sub", "alice"},
                         {"typ", "Bearer"},
                         {"exp", core::unix_seconds(clock.now()) + 300},
                         {"realm_access", {{"roles", {"customer", "service:orders"}}}}};
    for (auto& claim : extra) payload[claim.key()] = claim.value();
    return crypto::sign_jwt(signer, payload, "at+jwt").value();
  }
  auto verify(const std::string& text) { return runtime::run_to_end(verifier.verify(text)); }
  std::string reason(const std::string& text) {
    const auto verified = verify(text);
    return verified ? "verified" : std::string(verified.error().reason);
  }

  core::ManualClock clock;
  crypto::SigningKey key = crypto::SigningKey::generate(crypto::Algorithm::es256).value();
  crypto::SigningKey next_key = crypto::SigningKey::generate(crypto::Algorithm::es256).value();
  json::array published{key.public_jwk()};
  int fetches = 0;
  bool is_down = false;
  TokenVerifier verifier{{.issuer = kIssuer}, clock, [this]() -> Awaitable<Result<std::string>> {
                           ++fetches;
                           if (is_down) co_return fail(ErrorKind::unavailable, "down");
                           co_return json::serialize(json::object{{"keys", published}});
                         }};
};

TEST_F(TokenVerifierTest, VerifiesOnceAndAnswersFromItsCacheUntilTheTokenExpires) {
  const auto text = token(key);
  EXPECT_EQ(verifier.find(text), nullptr);
  const auto verified = verify(text);
  ASSERT_TRUE(verified);
  EXPECT_EQ((*verified)->principal.subject, "alice");
  EXPECT_TRUE((*verified)->principal.roles.contains("customer"));
  EXPECT_FALSE((*verified)->principal.roles.contains("service:orders"));
  EXPECT_NE(verifier.find(text), nullptr);
  clock.advance(std::chrono::seconds{299});
  EXPECT_EQ(reason(text), "verified");
  clock.advance(std::chrono::seconds{10});
  EXPECT_EQ(reason(text), "token_expired");
}

TEST_F(TokenVerifierTest, AnUnknownKeyIdRefreshesTheKeysButAStormOfThemDoesNot) {
  EXPECT_EQ(reason(token(key)), "verified");
  EXPECT_EQ(fetches, 1);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(reason(token(next_key)), "unknown_kid");
  EXPECT_EQ(fetches, 1);
  clock.advance(std::chrono::seconds{11});
  published.push_back(next_key.public_jwk());
  EXPECT_EQ(reason(token(next_key)), "verified");
  EXPECT_EQ(reason(token(key)), "verified");  // the old key is honoured as long as it is published
  EXPECT_EQ(fetches, 2);
}

TEST_F(TokenVerifierTest, RequestsThatArriveBeforeTheFirstKeysWaitForOneFetch) {
  boost::asio::io_context io;
  runtime::Signal arrived(io.get_executor());
  int asked = 0;
  TokenVerifier slow{{.issuer = kIssuer}, clock, [&]() -> Awaitable<Result<std::string>> {
                       ++asked;
                       (void)co_await arrived.wait(Deadline::never());
                       co_return json::serialize(json::object{{"keys", published}});
                     }};
  runtime::TaskGroup tasks(io.get_executor());
  int verified = 0;
  auto ask = [](TokenVerifier& of, std::string text, int& count) -> Awaitable<> {
    const auto result = co_await of.verify(text);
    if (result) ++count;
  };
  for (int i = 0; i < 5; ++i) tasks.spawn("ask", ask(slow, token(key), verified));
  io.poll();
  arrived.notify_all();
  EXPECT_TRUE(runtime::run_to_end(io, tasks.join(Deadline::after(std::chrono::seconds{5}))));
  EXPECT_EQ(verified, 5);
  EXPECT_EQ(asked, 1);
}

TEST_F(TokenVerifierTest, ASessionThatEndsTakesItsTokensWithIt) {
  EXPECT_FALSE(verifier.has_keys());
  const auto exp = core::unix_seconds(clock.now()) + 3600;
  const auto ended = token(key, {{"sid", "s1"}, {"exp", exp}});
  const auto other = token(key, {{"sid", "s2"}, {"exp", exp}});
  const auto of_nobody = token(key, {{"exp", exp}});
  for (const auto& text : {ended, other, of_nobody}) {
    EXPECT_EQ(reason(text), "verified");
    EXPECT_NE(verifier.find(text), nullptr);
    EXPECT_NE(verifier.find(text), nullptr) << "among those shown last";
  }
  EXPECT_TRUE(verifier.has_keys());
  verifier.end_sessions({"s1", "unknown"}, std::chrono::seconds{360});
  EXPECT_EQ(verifier.find(ended), nullptr);
  EXPECT_EQ(reason(ended), "session_ended");
  EXPECT_EQ(reason(token(key, {{"sid", "s1"}, {"exp", exp - 1}})), "session_ended")
      << "seen for the first time";
  EXPECT_NE(verifier.find(other), nullptr);
  EXPECT_NE(verifier.find(of_nobody), nullptr);

  clock.advance(std::chrono::seconds{361});
  verifier.end_sessions({}, std::chrono::seconds{360});
  EXPECT_EQ(reason(ended), "verified") << "it is forgotten when no token of it can be left";
}

TEST_F(TokenVerifierTest, AKeyThatIsWithdrawnTakesItsTokensWithIt) {
  const auto text = token(key, {{"exp", core::unix_seconds(clock.now()) + 3600}});
  EXPECT_EQ(reason(text), "verified");
  published = {next_key.public_jwk()};
  clock.advance(std::chrono::seconds{301});
  EXPECT_EQ(reason(text), "unknown_kid");
}

// The few tokens that were shown last are known without a digest: shown twice, they are among them.
TEST_F(TokenVerifierTest, TheTokensShownLastAreNeverTakenForOneAnother) {
  constexpr int kTokens = 200;  // more than there are places
  std::vector<std::string> texts;
  const auto subject = [](int i) { return fmt::format("person-{:03d}", i); };
  for (int i = 0; i < kTokens; ++i) texts.push_back(token(key, {{"sub", subject(i)}}));
  for (const auto& text : texts) ASSERT_EQ(reason(text), "verified");
  for (int i = 0; i < kTokens; ++i) {
    const std::string& text = texts.at(i);
    for (int again = 0; again < 2; ++again) {
      const auto found = verifier.find(text);
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found->principal.subject, subject(i));
    }
    // The end chooses the place; the rest decides as well.
    const auto signature = text.rfind('.');
    const std::string& other = texts.at((i + 1) % kTokens);
    EXPECT_EQ(verifier.find(other.substr(0, other.rfind('.')) + text.substr(signature)), nullptr);
    EXPECT_EQ(verifier.find("x" + text.substr(1)), nullptr);
    EXPECT_EQ(verifier.find(text.substr(1)), nullptr);
    EXPECT_EQ(verifier.find(text.substr(text.size() - 24)), nullptr);
    EXPECT_EQ(verifier.find("x" + text), nullptr);
  }
}

TEST_F(TokenVerifierTest, ATokenThatWasJustShownExpiresToTheSecond) {
  const auto text = token(key, {{"exp", core::unix_seconds(clock.now()) + 60}});
  ASSERT_EQ(reason(text), "verified");
  EXPECT_NE(verifier.find(text), nullptr);
  clock.advance(std::chrono::seconds{64});  // with the leeway of five
  EXPECT_NE(verifier.find(text), nullptr);
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(verifier.find(text), nullptr);
  EXPECT_EQ(reason(text), "token_expired");
}

TEST_F(TokenVerifierTest, ATokenThatWasJustShownGoesWithItsKey) {
  const auto text = token(key);
  ASSERT_EQ(reason(text), "verified");
  EXPECT_NE(verifier.find(text), nullptr);
  EXPECT_NE(verifier.find(text), nullptr);
  published = {next_key.public_jwk()};
  clock.advance(std::chrono::seconds{11});
  EXPECT_EQ(reason(token(next_key)), "verified") << "its key is fetched";
  EXPECT_EQ(verifier.find(text), nullptr);
  EXPECT_EQ(reason(text), "unknown_kid");
}

TEST_F(TokenVerifierTest, TheLastGoodKeysStayInForceWhenTheServerIsDown) {
  is_down = true;
  EXPECT_EQ(reason(token(key)), "keys_unavailable");
  is_down = false;
  clock.advance(std::chrono::seconds{11});
  EXPECT_EQ(reason(token(key)), "verified");
  is_down = true;
  clock.advance(std::chrono::seconds{301});
  EXPECT_EQ(reason(token(key)), "verified");
}

TEST_F(TokenVerifierTest, RefusesOtherIssuersAndOtherKindsOfToken) {
  EXPECT_EQ(reason(token(key, {{"iss", "https://localhost:8443/realms/other"}})), "wrong_issuer");
  EXPECT_EQ(reason(token(key, {{"typ", "Refresh"}})), "wrong_type");
  EXPECT_EQ(reason(token(key, {{"sub", nullptr}})), "bad_token");
}

TEST(RoleTable, GivesTheWidestScopeThatAnyRoleHolds) {
  const RoleTable table{{"customer", {"orders:read:own", "orders:create:own"}},
                        {"support", {"orders:read:any"}}};
  EXPECT_EQ(table.widest({"customer"}, "orders", "read"), Scope::own);
  EXPECT_EQ(table.widest({"customer", "support"}, "orders", "read"), Scope::any);
  EXPECT_EQ(table.widest({"support"}, "orders", "create"), std::nullopt);
  EXPECT_EQ(table.widest({"stranger"}, "orders", "read"), std::nullopt);
  EXPECT_THROW((void)Permission::parse("orders:read"), std::logic_error);
}

}  // namespace
}  // namespace gatehouse::identity
