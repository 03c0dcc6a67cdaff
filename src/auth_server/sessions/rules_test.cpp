// The rules of sessions, codes and refresh families, alone: values and a `now`.
#include <gtest/gtest.h>

#include "auth_server/sessions/redeem.hpp"
#include "auth_server/sessions/rotate.hpp"

namespace gatehouse::auth_server {
namespace {

using std::chrono::seconds;
const core::SystemTime kNow{seconds{1'800'000'000}};
const Lifetimes kLifetimes;

Session session_seen(seconds ago, seconds age) {
  Session session;
  session.created_at = kNow - age;
  session.last_seen_at = kNow - ago;
  return session;
}

TEST(SessionRule, lives_until_it_is_idle_too_long) {
  EXPECT_TRUE(is_live(session_seen(seconds{1799}, seconds{1799}), kLifetimes, kNow));
  EXPECT_FALSE(is_live(session_seen(seconds{1800}, seconds{1800}), kLifetimes, kNow));
}

TEST(SessionRule, ends_at_its_greatest_age_however_busy) {
  EXPECT_TRUE(is_live(session_seen(seconds{0}, seconds{35'999}), kLifetimes, kNow));
  EXPECT_FALSE(is_live(session_seen(seconds{0}, seconds{36'000}), kLifetimes, kNow));
}

TEST(SessionRule, stays_over_once_it_was_ended) {
  Session session = session_seen(seconds{0}, seconds{10});
  session.ended_at = kNow;
  EXPECT_FALSE(is_live(session, kLifetimes, kNow));
}

TEST(SessionRule, is_written_at_most_once_a_minute) {
  EXPECT_FALSE(needs_touch(session_seen(seconds{59}, seconds{100}), kLifetimes, kNow));
  EXPECT_TRUE(needs_touch(session_seen(seconds{60}, seconds{100}), kLifetimes, kNow));
}

struct RotationCase {
  std::string_view why;
  std::uint32_t current;
  std::uint32_t presented;
  seconds since_rotation;
  std::uint32_t siblings;
  Rotation expected;
};

TEST(RotationRule, follows_its_table) {
  const RotationCase cases[] = {
      {"the current token", 3, 3, seconds{1000}, 0, Rotation::next},
      {"the first token", 1, 1, seconds{0}, 0, Rotation::next},
      {"the one before, at once", 3, 2, seconds{0}, 0, Rotation::sibling},
      {"the one before, at the end of the leeway", 3, 2, seconds{9}, 0, Rotation::sibling},
      {"the one before, after the leeway", 3, 2, seconds{10}, 0, Rotation::reuse},
      {"the one before, too often", 3, 2, seconds{1}, 8, Rotation::reuse},
      {"two before, at once", 3, 1, seconds{0}, 0, Rotation::reuse},
      {"one never issued", 3, 4, seconds{0}, 0, Rotation::refused},
      {"none at all", 1, 0, seconds{0}, 0, Rotation::refused},
  };
  for (const RotationCase& c : cases) {
    RefreshFamily family;
    family.generation = c.current;
    family.rotated_at = kNow - c.since_rotation;
    family.siblings = c.siblings;
    EXPECT_EQ(decide_rotation(family, c.presented, kLifetimes, kNow), c.expected) << c.why;
    family.revoked_at = kNow;
    EXPECT_EQ(decide_rotation(family, c.presented, kLifetimes, kNow), Rotation::refused) << c.why;
  }
}

TEST(RotationRule, without_leeway_is_strict) {
  Lifetimes strict;
  strict.refresh_leeway = seconds{0};
  RefreshFamily family;
  family.generation = 2;
  family.rotated_at = kNow;
  EXPECT_EQ(decide_rotation(family, 1, strict, kNow), Rotation::reuse);
}

AuthorizationCode fresh_code() {
  AuthorizationCode code;
  code.client_id = "shop";
  code.redirect_uri = "https://app.example.com/callback";
  code.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  code.expires_at = kNow + seconds{60};
  return code;
}

Redemption right_redemption() {
  return {"shop", "https://app.example.com/callback", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"};
}

TEST(CodeRule, redeems_once_for_the_right_client_with_the_right_proof) {
  EXPECT_EQ(decide_redemption(fresh_code(), right_redemption(), kNow), CodeVerdict::redeem);
}

TEST(CodeRule, refuses_everything_else) {
  AuthorizationCode spent = fresh_code();
  spent.spent_at = kNow;
  EXPECT_EQ(decide_redemption(spent, right_redemption(), kNow), CodeVerdict::reused);
  EXPECT_EQ(decide_redemption(spent, right_redemption(), kNow + seconds{3600}), CodeVerdict::reused);
  EXPECT_EQ(decide_redemption(fresh_code(), right_redemption(), kNow + seconds{60}), CodeVerdict::expired);

  Redemption other = right_redemption();
  other.client_id = "another";
  EXPECT_EQ(decide_redemption(fresh_code(), other, kNow), CodeVerdict::another_client);
  EXPECT_EQ(decide_redemption(spent, other, kNow), CodeVerdict::another_client);

  Redemption elsewhere = right_redemption();
  elsewhere.redirect_uri += "/";
  EXPECT_EQ(decide_redemption(fresh_code(), elsewhere, kNow), CodeVerdict::redirect_mismatch);

  Redemption unproven = right_redemption();
  unproven.code_verifier.clear();
  EXPECT_EQ(decide_redemption(fresh_code(), unproven, kNow), CodeVerdict::wrong_verifier);
}

TEST(CodeRule, is_spent_by_its_own_client_only) {
  EXPECT_TRUE(spends(CodeVerdict::redeem));
  EXPECT_TRUE(spends(CodeVerdict::wrong_verifier));
  EXPECT_TRUE(spends(CodeVerdict::redirect_mismatch));
  EXPECT_FALSE(spends(CodeVerdict::another_client));
  EXPECT_TRUE(spends(CodeVerdict::session_over));
  EXPECT_FALSE(spends(CodeVerdict::expired));
}

TEST(CodeRule, leads_to_a_family_while_its_session_lives) {
  AuthorizationCode code = fresh_code();
  code.session_id = "s1";
  code.person_id = "alice";
  code.nonce = "n";
  Session session = session_seen(seconds{100}, seconds{100});
  const RedeemOutcome outcome = redeem(code, session, right_redemption(), kLifetimes, kNow);
  ASSERT_EQ(outcome.verdict, CodeVerdict::redeem);
  EXPECT_EQ(outcome.family->session_id, "s1");
  EXPECT_EQ(outcome.family->person_id, "alice");
  EXPECT_EQ(outcome.family->nonce, "n");
  EXPECT_EQ(outcome.family->generation, 1U);
  EXPECT_EQ(outcome.session->last_seen_at, kNow);

  session.ended_at = kNow;
  for (const auto& gone : {std::optional(session), std::optional<Session>()}) {
    const RedeemOutcome refused = redeem(code, gone, right_redemption(), kLifetimes, kNow);
    EXPECT_EQ(refused.verdict, CodeVerdict::session_over);
    EXPECT_FALSE(refused.family);
  }
}

TEST(RotationRule, changes_the_family_and_keeps_the_session_alive_unless_it_is_a_reuse) {
  const Session session = session_seen(seconds{100}, seconds{100});
  RefreshFamily family;
  family.generation = 3;
  family.rotated_at = kNow - seconds{5};
  family.siblings = 1;
  const RotateOutcome next = rotate(family, session, 3, kLifetimes, kNow);
  EXPECT_EQ(next.family->generation, 4U);
  EXPECT_EQ(next.family->rotated_at, kNow);
  EXPECT_EQ(next.family->siblings, 0U);
  EXPECT_EQ(next.session->last_seen_at, kNow);
  const RotateOutcome sibling = rotate(family, session, 2, kLifetimes, kNow);
  EXPECT_EQ(sibling.family->generation, 3U);
  EXPECT_EQ(sibling.family->siblings, 2U);
  EXPECT_EQ(sibling.session->last_seen_at, kNow);
  const RotateOutcome reuse = rotate(family, session, 1, kLifetimes, kNow);
  EXPECT_EQ(reuse.family->revoked_at, kNow);
  EXPECT_EQ(reuse.session->last_seen_at, session.last_seen_at);
}

TEST(RotationRule, changes_nothing_without_a_living_session_and_a_family) {
  const Session over = session_seen(seconds{1800}, seconds{1800});
  EXPECT_FALSE(rotate(RefreshFamily(), over, 1, kLifetimes, kNow).family);
  EXPECT_FALSE(rotate(RefreshFamily(), std::nullopt, 1, kLifetimes, kNow).family);
  EXPECT_FALSE(rotate(std::nullopt, session_seen(seconds{0}, seconds{0}), 1, kLifetimes, kNow).family);
}

}  // namespace
}  // namespace gatehouse::auth_server
