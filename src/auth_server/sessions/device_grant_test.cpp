// The rule of a device's polling, and the code that a person types.
#include "auth_server/sessions/device_grant.hpp"

#include <set>

#include <gtest/gtest.h>

#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

using std::chrono::seconds;

const core::SystemTime kNow{seconds{1'800'000'000}};
const DevicePoll kDevice{"tv", "secret"};

DeviceGrant waiting() {
  return {.realm = "test",
          .client_id = "tv",
          .scope = "openid",
          .secret_hash = crypto::sha256("secret"),
          .expires_at = kNow + seconds{600}};
}
Session alice() {
  return {.id = "s1",
          .realm = "test",
          .person_id = "alice",
          .authenticated_at = kNow,
          .created_at = kNow,
          .last_seen_at = kNow};
}
DeviceGrant answered_with(DeviceDecision decision) {
  return answered(waiting(), {decision, alice()}, kNow).value();
}
DeviceVerdict verdict(const DeviceGrant& grant, core::SystemTime now = kNow,
                      const DevicePoll& polling = kDevice) {
  return poll(grant, alice(), polling, Lifetimes(), now).verdict;
}

TEST(DeviceGrant, WaitsAndIsToldToWaitLongerWhenItIsHasty) {
  const auto first = poll(waiting(), {}, kDevice, Lifetimes(), kNow);
  EXPECT_EQ(first.verdict, DeviceVerdict::pending);
  ASSERT_TRUE(first.changed);
  EXPECT_EQ(verdict(*first.changed, kNow + seconds{5}), DeviceVerdict::pending);
  const auto hasty = poll(*first.changed, {}, kDevice, Lifetimes(), kNow + seconds{4});
  EXPECT_EQ(hasty.verdict, DeviceVerdict::slow_down);
  ASSERT_TRUE(hasty.changed);
  EXPECT_EQ(hasty.changed->interval, seconds{10});
  EXPECT_EQ(verdict(*hasty.changed, kNow + seconds{4 + 9}), DeviceVerdict::slow_down);
  EXPECT_EQ(verdict(*hasty.changed, kNow + seconds{4 + 10}), DeviceVerdict::pending);
}

TEST(DeviceGrant, GivesItsTokensOnceToTheDeviceThatAsked) {
  const DeviceGrant approved = answered_with(DeviceDecision::approved);
  EXPECT_EQ(verdict(approved, kNow, {"tv", "guess"}), DeviceVerdict::unknown);
  EXPECT_EQ(verdict(approved, kNow, {"other", "secret"}), DeviceVerdict::unknown);
  const auto granted = poll(approved, alice(), kDevice, Lifetimes(), kNow);
  ASSERT_EQ(granted.verdict, DeviceVerdict::grant);
  EXPECT_EQ(granted.family->person_id, "alice");
  EXPECT_EQ(granted.family->session_id, "s1");
  EXPECT_EQ(granted.family->scope, "openid");
  EXPECT_EQ(granted.changed->spent_at, kNow);
  EXPECT_EQ(verdict(*granted.changed), DeviceVerdict::unknown);
}

TEST(DeviceGrant, EndsWithItsTimeItsRefusalAndTheSessionThatApproved) {
  EXPECT_EQ(verdict(waiting(), kNow + seconds{600}), DeviceVerdict::expired);
  EXPECT_EQ(verdict(answered_with(DeviceDecision::approved), kNow + seconds{600}), DeviceVerdict::expired);
  EXPECT_EQ(verdict(answered_with(DeviceDecision::denied)), DeviceVerdict::denied);
  Session over = alice();
  over.ended_at = kNow;
  const DeviceGrant approved = answered_with(DeviceDecision::approved);
  EXPECT_EQ(poll(approved, over, kDevice, Lifetimes(), kNow).verdict, DeviceVerdict::denied);
  EXPECT_EQ(poll(approved, {}, kDevice, Lifetimes(), kNow).verdict, DeviceVerdict::denied);
}

TEST(DeviceGrant, IsAnsweredOnceAndInTime) {
  const DeviceAnswer yes{DeviceDecision::approved, alice()};
  EXPECT_FALSE(answered(answered_with(DeviceDecision::denied), yes, kNow));
  EXPECT_FALSE(answered(waiting(), yes, kNow + seconds{600}));
}

TEST(UserCode, IsEasyToTypeAndHardToGuess) {
  std::set<std::string> codes;
  for (int i = 0; i < 1000; ++i) {
    const std::string code = fresh_user_code();
    EXPECT_EQ(normal_user_code(shown_user_code(code)), code);
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), 1000U);
  EXPECT_EQ(shown_user_code("WDJBMJHT"), "WDJB-MJHT");
  EXPECT_EQ(normal_user_code(" wdjb mj-ht"), "WDJBMJHT");
  for (const auto* bad : {"", "WDJBMJH", "WDJBMJHTT", "WDJBMJHA", "WDJBMJH1", "WDJBMJH\n"})
    EXPECT_FALSE(normal_user_code(bad)) << bad;
}

}  // namespace
}  // namespace gatehouse::auth_server
