#include "auth_server/keys/key_schedule.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
const core::SystemTime kNow{seconds{1'800'000'000}};
const KeyPolicy kPolicy;

TEST(KeySchedule, makes_the_first_key_at_once) {
  const KeyPlan plan = plan_keys({}, kPolicy, kNow);
  EXPECT_EQ(plan.make_for, kNow);
  EXPECT_TRUE(plan.drop.empty());
}

TEST(KeySchedule, leaves_a_young_key_alone) {
  EXPECT_FALSE(plan_keys({{"a", kNow - hours{24}}}, kPolicy, kNow).make_for);
}

TEST(KeySchedule, publishes_the_next_key_before_it_signs) {
  const core::SystemTime due = kNow + seconds{3600};
  const std::vector<KeyTimes> keys{{"a", due - kPolicy.rotation_period}};
  EXPECT_EQ(plan_keys(keys, kPolicy, kNow).make_for, due);
  EXPECT_FALSE(plan_keys(keys, kPolicy, kNow - seconds{1}).make_for);
}

TEST(KeySchedule, gives_a_late_key_its_time_in_the_caches_too) {
  EXPECT_EQ(plan_keys({{"a", kNow - hours{24 * 365}}}, kPolicy, kNow).make_for, kNow + kPolicy.publish_ahead);
}

TEST(KeySchedule, makes_only_one_next_key) {
  EXPECT_FALSE(plan_keys({{"a", kNow - hours{24 * 90}}, {"b", kNow + hours{1}}}, kPolicy, kNow).make_for);
}

TEST(KeySchedule, signs_with_the_youngest_key_whose_time_has_come) {
  const std::vector<KeyTimes> keys{{"old", kNow - hours{2}}, {"next", kNow + seconds{1}}};
  EXPECT_EQ(signing_kid(keys, kNow), "old");
  EXPECT_EQ(signing_kid(keys, kNow + seconds{1}), "next");
  EXPECT_FALSE(signing_kid({}, kNow));
  EXPECT_EQ(signing_kid(keys, kNow - hours{3}), "old") << "a clock that is behind";
}

TEST(KeySchedule, keeps_a_retired_key_until_its_last_token_is_over) {
  const std::vector<KeyTimes> keys{{"old", kNow - hours{5000}}, {"new", kNow - hours{11}}};
  EXPECT_EQ(plan_keys(keys, kPolicy, kNow).drop, std::vector<std::string>{"old"});
  EXPECT_TRUE(plan_keys(keys, kPolicy, kNow - seconds{1}).drop.empty());
}

}  // namespace
}  // namespace gatehouse::auth_server
