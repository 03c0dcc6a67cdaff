#include "auth_server/protocol/address_limit.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

constexpr core::SystemTime kNow{std::chrono::hours(1)};

TEST(AddressLimit, counts_each_address_by_the_minute) {
  AddressLimit limit(2);
  EXPECT_TRUE(limit.allows("192.0.2.7", kNow));
  EXPECT_TRUE(limit.allows("192.0.2.7", kNow));
  EXPECT_FALSE(limit.allows("192.0.2.7", kNow));
  EXPECT_TRUE(limit.allows("192.0.2.8", kNow));
  EXPECT_TRUE(limit.allows("192.0.2.7", kNow + std::chrono::minutes(1)));
}

TEST(AddressLimit, counts_what_one_subscriber_is_given_as_one) {
  EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
  EXPECT_NE(network_of("192.0.2.7"), network_of("192.0.2.8"));
  EXPECT_EQ(network_of(""), "");
}

TEST(AddressLimit, stays_bounded_however_many_addresses_come) {
  AddressLimit limit(1);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(limit.allows(std::to_string(i), kNow));
  EXPECT_TRUE(limit.allows("one more", kNow));
  EXPECT_FALSE(limit.allows("and another", kNow)) << "they share a count";
  EXPECT_FALSE(limit.allows("7", kNow));
}

}  // namespace
}  // namespace gatehouse::auth_server
