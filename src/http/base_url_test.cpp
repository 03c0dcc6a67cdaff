#include "http/base_url.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

TEST(BaseUrl, ReadsWhatAnOperatorWrites) {
  const auto whole = BaseUrl::parse("https://logs.example.org:9428/insert/es/?_msg_field=message", 9200);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->uses_tls);
  EXPECT_EQ(whole->host, "logs.example.org");
  EXPECT_EQ(whole->port, 9428);
  EXPECT_EQ(whole->path, "/insert/es");
  EXPECT_EQ(whole->query, "_msg_field=message");
  const auto short_one = BaseUrl::parse("http://[::1]", 4318);
  ASSERT_TRUE(short_one);
  EXPECT_FALSE(short_one->uses_tls);
  EXPECT_EQ(short_one->host, "::1");
  EXPECT_EQ(short_one->port, 4318);
  EXPECT_EQ(short_one->path, "");
  EXPECT_TRUE(short_one->is_loopback());
  EXPECT_FALSE(whole->is_loopback());
}

TEST(BaseUrl, RefusesWhatIsNone) {
  for (const char* text : {"", "elastic:9200", "https://", "https://:9200", "https://a:0", "https://a:70000",
                           "https://user:pass@a", "ftp://a", "https://a/#part", "https://a b", "//a", "/a"}) {
    EXPECT_FALSE(BaseUrl::parse(text, 9200)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::http
