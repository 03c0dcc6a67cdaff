#include "services/auth/domain/address_limiter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace gatehouse::auth {
namespace {

using std::chrono::seconds;

const core::SystemTime kStart{seconds{1'800'000'000}};

TEST(AddressLimiter, refuses_an_address_after_its_failures_and_gives_them_back_one_by_one) {
  AddressLimiter limiter({.failures = 3, .one_back_every = seconds{10}});

  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(limiter.allows("192.0.2.7", kStart)) << i;
    limiter.count_failure("192.0.2.7", kStart);
  }

  EXPECT_FALSE(limiter.allows("192.0.2.7", kStart));
  EXPECT_TRUE(limiter.allows("192.0.2.8", kStart));
  EXPECT_FALSE(limiter.allows("192.0.2.7", kStart + seconds{9}));
  EXPECT_TRUE(limiter.allows("192.0.2.7", kStart + seconds{10}));
  limiter.count_failure("192.0.2.7", kStart + seconds{10});
  EXPECT_FALSE(limiter.allows("192.0.2.7", kStart + seconds{10}));
}

TEST(AddressLimiter, never_holds_more_against_an_address_than_a_full_bucket) {
  AddressLimiter limiter({.failures = 2, .one_back_every = seconds{10}});

  for (int i = 0; i < 50; ++i) limiter.count_failure("192.0.2.7", kStart);

  EXPECT_TRUE(limiter.allows("192.0.2.7", kStart + seconds{10}));
}

TEST(AddressLimiter, counts_ipv6_by_its_network_and_mapped_ipv4_as_ipv4) {
  EXPECT_EQ(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:2:ffff::9"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"));
  EXPECT_NE(network_of("192.0.2.7"), network_of("192.0.2.8"));
  for (const char* no_address : {"", "localhost", "1.2.3", "1.2.3.4.5", "::g"}) {
    EXPECT_EQ(network_of(no_address), std::nullopt) << no_address;
  }
}

TEST(AddressLimiter, lets_through_what_is_no_address) {
  AddressLimiter limiter({.failures = 1, .one_back_every = seconds{10}});

  limiter.count_failure("", kStart);

  EXPECT_TRUE(limiter.allows("", kStart));
  EXPECT_EQ(limiter.size(), 0U);
}

TEST(AddressLimiter, stays_within_its_table_and_drops_the_least_guilty) {
  AddressLimiter limiter({.failures = 2, .one_back_every = seconds{10}, .addresses_max = 4});
  limiter.count_failure("198.51.100.1", kStart);
  limiter.count_failure("198.51.100.1", kStart);

  for (int i = 0; i < 100; ++i) limiter.count_failure(fmt::format("192.0.2.{}", i), kStart);

  EXPECT_EQ(limiter.size(), 4U);
  EXPECT_FALSE(limiter.allows("198.51.100.1", kStart));
}

}  // namespace
}  // namespace gatehouse::auth
