#include "gateway/ip_ranges.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

TEST(IpRanges, ContainsWhatItsBlocksCover) {
  const auto ranges =
      IpRanges::parse({"10.1.0.0/16", "10.1.2.0/24", "192.168.1.7", "2001:db8::/32", "10.2.0.0/16"});
  ASSERT_TRUE(ranges);
  for (const auto* inside : {"10.1.0.0", "10.1.2.3", "10.1.255.255", "10.2.9.9", "192.168.1.7", "2001:db8::1",
                             "2001:db8:ffff::", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(ranges->contains(inside)) << inside;
  }
  for (const auto* outside :
       {"10.0.255.255", "10.3.0.0", "192.168.1.8", "2001:db9::", "::1", "", "localhost", "10.1.2"}) {
    EXPECT_FALSE(ranges->contains(outside)) << outside;
  }
}

TEST(IpRanges, TakesZeroBitsAsEverythingOfThatFamily) {
  EXPECT_TRUE(IpRanges::parse({"0.0.0.0/0"})->contains("203.0.113.9"));
  EXPECT_FALSE(IpRanges::parse({"0.0.0.0/0"})->contains("2001:db8::1"));
  EXPECT_TRUE(IpRanges::parse({"::/0"})->contains("2001:db8::1"));
}

TEST(IpRanges, RefusesWhatIsNoRange) {
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0/8", "::1/129", "10.0.0.0/-1", "10.0.0.0/", "host"}) {
    EXPECT_FALSE(IpRanges::parse({text})) << text;
  }
}

}  // namespace
}  // namespace gatehouse::gateway
