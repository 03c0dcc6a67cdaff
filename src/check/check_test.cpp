#include <gtest/gtest.h>

#include "check/endpoint.hpp"
#include "check/mentions.hpp"
#include "check/report.hpp"
#include "core/fields.hpp"

namespace gatehouse::check {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> named(const supervisor::Platform& platform) {
  std::vector<std::string> names;
  for (const Mention& mention : mentions_in(platform)) names.push_back(mention.engine + " " + mention.path);
  return names;
}

supervisor::Platform platform_with(std::string_view role, std::string_view settings) {
  auto platform = supervisor::Platform::load("/nowhere").value();
  std::erase_if(platform.roles, [&](const auto& plan) { return plan.role != role; });
  platform.roles.front().settings = core::parse_json_object(settings).value();
  return platform;
}

TEST(Mentions, AreFoundWhereverTheSettingsNameAnEngine) {
  EXPECT_EQ(named(platform_with("orders", "{}")), std::vector<std::string>{"sqlite roles.orders"});
  EXPECT_EQ(named(platform_with("orders", R"({"store": {"engine": "postgres", "host": "db"}})")),
            std::vector<std::string>{"postgres roles.orders.settings.store"});
  EXPECT_EQ(named(platform_with("auth", R"({"store": {"engine": "mongodb"},
                                            "person_cache": {"redis": {"host": "r", "tls": {}}}})")),
            (std::vector<std::string>{"mongodb roles.auth.settings.store",
                                      "redis roles.auth.settings.person_cache.redis"}));
  EXPECT_EQ(named(platform_with("gateway", R"({"redis": {"a": {"host": "r"}, "b": {"host": "s"}}})")),
            (std::vector<std::string>{"redis roles.gateway.settings.redis.a",
                                      "redis roles.gateway.settings.redis.b", "sqlite roles.gateway"}));
  EXPECT_EQ(
      named(platform_with("gateway", R"({"store": {"engine": "postgres"}, "redis": {"a": {"host": "r"}}})")),
      (std::vector<std::string>{"postgres roles.gateway.settings.store",
                                "redis roles.gateway.settings.redis.a"}));
  const auto old = mentions_in(platform_with("orders", R"({"store": "/srv/orders.db"})"));
  EXPECT_EQ(old.front().settings.at("file"), json::value("/srv/orders.db"));
}

TEST(HttpDate, IsReadStrictlyAndGivesTheSkew) {
  const auto when = core::from_unix_seconds(784'111'777);
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), when);
  for (const auto* bad :
       {"", "Sun, 06 Nov 1994 08:49:37", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37 GMT!"})
    EXPECT_FALSE(parse_http_date(bad)) << bad;
  const auto skew =
      skew_of_date("Sun, 06 Nov 1994 08:49:37 GMT", when - milliseconds{60'000}, when - milliseconds{59'000});
  EXPECT_EQ(skew, milliseconds{60'000});
}

TEST(Judgement, NamesAClockThatIsOffAndACertificateThatHasEnded) {
  const auto now = core::from_unix_seconds(1'800'000'000);
  Findings fine{.is_reachable = true,
                .certificate_expires = now + std::chrono::hours{1},
                .clock_skew = milliseconds{-4'000}};
  judge(fine, now);
  EXPECT_TRUE(is_fine(fine));
  Findings off{.is_reachable = true, .clock_skew = milliseconds{600'000}};
  judge(off, now);
  EXPECT_EQ(off.problems, std::vector<std::string>{"its clock differs from ours by 600 s"});
  Findings ended{.is_reachable = true, .certificate_expires = now};
  judge(ended, now);
  EXPECT_FALSE(is_fine(ended));
  Findings barred{.is_reachable = true, .missing_rights = {"the command EVAL"}};
  EXPECT_FALSE(is_fine(barred));
  const auto table = as_table({{{.engine = "redis", .path = "x"}, barred}}, now);
  EXPECT_NE(table.find("is not allowed: the command EVAL"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::check
