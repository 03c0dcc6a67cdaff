// The redirect rules against the known ways around them.
#include "auth_server/clients/redirect_uri.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

struct Match {
  std::string_view why;
  std::string_view registered;
  std::string_view presented;
  bool expected;
};

class RedirectMatch : public testing::TestWithParam<Match> {};

TEST_P(RedirectMatch, is_decided_by_the_bytes) {
  const Match& c = GetParam();
  const auto pattern = RedirectPattern::parse(c.registered, PathTail::accepted);
  ASSERT_TRUE(pattern) << c.why << ": " << pattern.error().detail;
  EXPECT_EQ(pattern->matches(c.presented), c.expected) << c.why;
}

constexpr std::string_view kApp = "https://app.example.com/callback";
constexpr std::string_view kLoopback = "http://127.0.0.1/callback";
constexpr std::string_view kTail = "https://app.example.com/shop/*";

const Match kMatches[] = {
    {"the registered URI", kApp, kApp, true},
    {"another URI", kApp, "https://app.example.com/other", false},
    {"a query added", kApp, "https://app.example.com/callback?x=1", false},
    {"an empty query added", kApp, "https://app.example.com/callback?", false},
    {"a query differs", "https://app.example.com/cb?a=1", "https://app.example.com/cb?a=2", false},
    {"the registered query", "https://app.example.com/cb?a=1", "https://app.example.com/cb?a=1", true},
    {"a fragment added", kApp, "https://app.example.com/callback#x", false},
    {"the path in another case", kApp, "https://app.example.com/Callback", false},
    {"the host in another case", kApp, "https://APP.example.com/callback", false},
    {"the scheme in another case", kApp, "HTTPS://app.example.com/callback", false},
    {"a longer host", kApp, "https://app.example.com.evil.test/callback", false},
    {"user-info before the host", kApp, "https://app.example.com@evil.test/callback", false},
    {"two at signs", kApp, "https://a@b@app.example.com/callback", false},
    {"a port added", kApp, "https://app.example.com:443/callback", false},
    {"a longer path", kApp, "https://app.example.com/callback/x", false},
    {"a dot segment that normalises to it", kApp, "https://app.example.com/x/../callback", false},
    {"clear text", kApp, "http://app.example.com/callback", false},
    {"a script", kApp, "JaVaScRiPt:alert(1)", false},
    {"nothing", kApp, "", false},
    {"a tab inside", kApp, "https://app.example.com/call\tback", false},
    {"a line end inside", kApp, "https://app.example.com/callback\r\nSet-Cookie: a=b", false},
    {"a NUL inside", kApp, std::string_view("https://app.example.com/callback\0", 33), false},
    {"a backslash", kApp, "https://app.example.com\\@evil.test/callback", false},
    {"an overlong UTF-8 slash", kApp,
     "https://app.example.com\xc0\xaf"
     "callback",
     false},
    {"a unicode host", kApp,
     "https://app\xe3\x80\x82"
     "example.com/callback",
     false},

    {"a loopback port", kLoopback, "http://127.0.0.1:49152/callback", true},
    {"loopback without a port", "http://127.0.0.1:8080/callback", "http://127.0.0.1/callback", true},
    {"IPv6 loopback port", "http://[::1]/callback", "http://[::1]:49152/callback", true},
    {"the other loopback address", kLoopback, "http://[::1]:49152/callback", false},
    {"a name for loopback", kLoopback, "http://localhost:49152/callback", false},
    {"loopback host swapped", kLoopback, "http://127.0.0.1.evil.test:49152/callback", false},
    {"loopback with a query added", kLoopback, "http://127.0.0.1:49152/callback?x=1", false},
    {"loopback with another path", kLoopback, "http://127.0.0.1:49152/callback/x", false},
    {"loopback over TLS", kLoopback, "https://127.0.0.1:49152/callback", false},
    {"loopback with a bad port", kLoopback, "http://127.0.0.1:x/callback", false},
    {"loopback in other digits", kLoopback, "http://127.1:49152/callback", false},
    {"loopback with an IPv6 zone", "http://[::1]/callback", "http://[::1%25eth0]:49152/callback", false},
    {"localhost is a name: exact", "http://localhost/callback", "http://localhost:49152/callback", false},
    {"localhost is no prefix", "http://localhost/callback", "http://localhost.evil.test/callback", false},
    {"localhost is not another host", "http://localhost/callback", "http://evil.test/callback", false},

    {"below the tail", kTail, "https://app.example.com/shop/cart?item=1", true},
    {"the tail's own folder", kTail, "https://app.example.com/shop/", true},
    {"beside the tail", kTail, "https://app.example.com/shopping", false},
    {"a host that begins alike", kTail, "https://app.example.com.evil.test/shop/x", false},
    {"climbing out", kTail, "https://app.example.com/shop/../admin", false},
    {"climbing out, encoded", kTail, "https://app.example.com/shop/%2E%2e/admin", false},
    {"climbing out with a path parameter", kTail, "https://app.example.com/shop/..;/admin", false},
    {"a code of the attacker's in the query", kTail, "https://app.example.com/shop/x?code=stolen", false},
    {"a state in the query, in another case", kTail, "https://app.example.com/shop/x?STATE=1", false},
    {"an issuer in the query, encoded", kTail, "https://app.example.com/shop/x?%69ss=evil", false},
    {"a code in the fragment", kTail, "https://app.example.com/shop/x#code=stolen", false},
    {"an escape that is none", kTail, "https://app.example.com/shop/%zz", false},

    {"a private-use scheme", "com.example.app:/callback", "com.example.app:/callback", true},
    {"another private-use scheme", "com.example.app:/callback", "com.example.apps:/callback", false},
};

INSTANTIATE_TEST_SUITE_P(table, RedirectMatch, testing::ValuesIn(kMatches));

TEST(RedirectRegistration, refuses_what_no_client_should_have) {
  for (const std::string_view bad : {"",
                                     "/relative",
                                     "//app.example.com/x",
                                     "https://",
                                     "https:///callback",
                                     "http://app.example.com/cb",
                                     "https://app.example.com/cb#fragment",
                                     "https://user@app.example.com/cb",
                                     "javascript:alert(1)",
                                     "JaVaScRiPt:alert(1)",
                                     "data:text/html,x",
                                     "file:///etc/passwd",
                                     "vbscript:x",
                                     "myapp:/callback",
                                     "https://app.example.com/cb?code=1",
                                     "https://app.example.com/cb?error=1",
                                     "https://*.example.com/cb",
                                     "https://app.example.com*",
                                     "https://app.example.com/*/cb",
                                     "https://app.example.com/cb?next=/*",
                                     "*",
                                     "https://app.example.com/a b",
                                     "http://localhost.evil.test/cb",
                                     "https://app%2eexample.com/cb"}) {
    EXPECT_FALSE(RedirectPattern::parse(bad, PathTail::accepted)) << bad;
  }
}

TEST(RedirectRegistration, takes_a_path_tail_only_where_it_was_allowed) {
  EXPECT_FALSE(RedirectPattern::parse(kTail, PathTail::refused));
  EXPECT_TRUE(RedirectPattern::parse(kTail, PathTail::accepted));
}

TEST(RedirectOrigin, is_scheme_host_and_port) {
  EXPECT_EQ(origin_of("https://App.example.com:8443/cb?x"), "https://app.example.com:8443");
  EXPECT_EQ(origin_of("com.example.app:/cb"), "");
  EXPECT_EQ(csp_source_of("com.example.app:/cb"), "com.example.app:");
  EXPECT_EQ(RedirectPattern::parse(kTail, PathTail::accepted)->origin(), "https://app.example.com");
}

}  // namespace
}  // namespace gatehouse::auth_server
