#include "gateway/uri.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

std::string normalised(std::string_view path) {
  std::string storage;
  const auto result = normalise_path(path, storage);
  return result ? std::string(*result) : "refused";
}

TEST(NormalisePath, GivesEverySpellingOfAPathTheSameText) {
  struct Case {
    std::string_view path;
    std::string_view expected;
  };
  for (const auto& [path, expected] : {
           Case{"/", "/"},
           Case{"/a/b", "/a/b"},
           Case{"/a/b/", "/a/b/"},
           Case{"//a///b", "/a/b"},
           Case{"/a//", "/a/"},
           Case{"/a/./b", "/a/b"},
           Case{"/a/b/.", "/a/b/"},
           Case{"/a/../b", "/b"},
           Case{"/a/b/..", "/a/"},
           Case{"/../../etc/passwd", "/etc/passwd"},
           Case{"/..", "/"},
           Case{"/.well-known/keys", "/.well-known/keys"},
           Case{"/...", "/..."},
           Case{"/a/..b/c", "/a/..b/c"},
           Case{"/%61dmin", "/admin"},
           Case{"/a%2fb", "/a%2Fb"},
           Case{"/%2e%2e/x", "/x"},
           Case{"/a/%2E/b", "/a/b"},
           Case{"/a%7Eb", "/a~b"},
           Case{"/a\"b<>", "/a%22b%3C%3E"},
           Case{"/caf\xC3\xA9", "/caf%C3%A9"},
           Case{"/a%252e", "/a%252e"},
       }) {
    EXPECT_EQ(normalised(path), expected) << path;
  }
}

TEST(NormalisePath, RefusesWhatIsNoPath) {
  for (const std::string_view path : {"", "a", "*", "/a%", "/a%2", "/a%zz", "/a%00b"}) {
    EXPECT_EQ(normalised(path), "refused") << path;
  }
}

TEST(NormalisePath, IsItsOwnFixedPoint) {
  for (const std::string_view path :
       {"/a%2fb/../%41//x", "/%7e/./%C3%A9", "/a/b/../../..", "/x//..//y/%2E%2e/"}) {
    const auto once = normalised(path);
    EXPECT_EQ(normalised(once), once) << path;
  }
}

TEST(SplitTarget, TellsAnEmptyQueryFromNone) {
  EXPECT_FALSE(split_target("/a").has_query);
  EXPECT_TRUE(split_target("/a?").has_query);
  EXPECT_EQ(split_target("/a?b=c?d").query, "b=c?d");
  EXPECT_EQ(split_target("/a?b=c").path, "/a");
}

// Kong's path_handling v0: service path, route path, request, with and without strip_path.
TEST(UpstreamPath, JoinsServiceAndRequestPathAsKongDoes) {
  struct Case {
    std::string_view service;
    std::string_view route;
    std::string_view request;
    std::string_view stripped;
    std::string_view kept;
  };
  for (const auto& [service, route, request, stripped, kept] : {
           Case{"", "/payments", "/payments", "/", "/payments"},
           Case{"/", "/payments", "/payments/", "/", "/payments/"},
           Case{"/", "/payments", "/payments/7", "/7", "/payments/7"},
           Case{"/", "/fee", "/feebor", "/bor", "/feebor"},
           Case{"/", "/fee/", "/fee/bor", "/bor", "/fee/bor"},
           Case{"/", "/", "/", "/", "/"},
           Case{"/", "/", "/route", "/route", "/route"},
           Case{"/srv", "/", "/", "/srv", "/srv"},
           Case{"/srv", "/", "/route", "/srv/route", "/srv/route"},
           Case{"/srv", "/fee", "/fee", "/srv", "/srv/fee"},
           Case{"/srv", "/fee", "/fee/", "/srv/", "/srv/fee/"},
           Case{"/srv", "/fee", "/feebor", "/srv/bor", "/srv/feebor"},
           Case{"/srv", "/fee/", "/fee/", "/srv/", "/srv/fee/"},
           Case{"/srv", "/fee/", "/fee/bor", "/srv/bor", "/srv/fee/bor"},
           Case{"/srv/", "/", "/", "/srv/", "/srv/"},
           Case{"/srv/", "/", "/route", "/srv/route", "/srv/route"},
           Case{"/srv/", "/fee", "/fee", "/srv", "/srv/fee"},
           Case{"/srv/", "/fee", "/fee/", "/srv/", "/srv/fee/"},
           Case{"/srv/", "/fee", "/feebor", "/srv/bor", "/srv/feebor"},
           Case{"/srv/", "/fee/", "/fee/", "/srv/", "/srv/fee/"},
           Case{"/srv/", "/fee/", "/fee/bor", "/srv/bor", "/srv/fee/bor"},
       }) {
    EXPECT_EQ(upstream_path(service, request, route.size(), Strip::yes), stripped)
        << service << " " << request;
    EXPECT_EQ(upstream_path(service, request, route.size(), Strip::no), kept) << service << " " << request;
  }
}

}  // namespace
}  // namespace gatehouse::gateway
