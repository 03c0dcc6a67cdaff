// What every store of sessions promises.
#include "auth_server/adapters/store_contract.hpp"

namespace gatehouse::auth_server {
namespace {

using SessionContract = StoreContract;

TEST_P(SessionContract, ASessionIsFoundByItsCookieAndItsIdInItsRealmOnly) {
  open("s1");
  const auto by_cookie = run(at(1).sessions().find_by_cookie("test", "cookie-s1")).value();
  ASSERT_TRUE(by_cookie);
  EXPECT_EQ(by_cookie->id, "s1");
  EXPECT_EQ(by_cookie->person_id, "alice");
  EXPECT_EQ(by_cookie->authenticated_at, kNow);
  EXPECT_FALSE(by_cookie->ended_at);
  EXPECT_EQ(session("s1", 1).id, "s1");
  EXPECT_FALSE(run(at(1).sessions().find_by_cookie("test", "s1")).value());
  EXPECT_FALSE(run(at(1).sessions().find_by_cookie("second", "cookie-s1")).value());
  EXPECT_FALSE(run(at(1).sessions().find("second", "s1")).value());
}

TEST_P(SessionContract, ARenewedSessionHasAnotherCookie) {
  open("s1");
  const auto later = kNow + seconds{100};
  EXPECT_TRUE(run(at(1).sessions().renew("test", "s1", "fresh", later)).value());
  EXPECT_FALSE(run(at(0).sessions().find_by_cookie("test", "cookie-s1")).value());
  const auto renewed = run(at(0).sessions().find_by_cookie("test", "fresh")).value();
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->authenticated_at, later);
  EXPECT_EQ(renewed->last_seen_at, later);
  EXPECT_EQ(renewed->created_at, kNow);
  EXPECT_FALSE(run(at(0).sessions().renew("test", "nobody's", "fresh2", later)).value());
  EXPECT_FALSE(run(at(0).sessions().renew("second", "s1", "fresh2", later)).value());
}

TEST_P(SessionContract, AGlanceNeverMovesASessionBack) {
  open("s1");
  ASSERT_TRUE(run(at(0).sessions().touch("test", "s1", kNow + seconds{50})));
  ASSERT_TRUE(run(at(1).sessions().touch("test", "s1", kNow + seconds{20})));
  EXPECT_EQ(session("s1").last_seen_at, kNow + seconds{50});
}

TEST_P(SessionContract, AnEndedSessionStaysEndedWithAllThatCameOfIt) {
  open("s1");
  open("s2");
  const std::string ended_family = family_of("s1");
  const std::string other_family = family_of("s2");
  const auto later = kNow + seconds{5};
  ASSERT_TRUE(run(at(1).sessions().end("test", "s1", later)));
  ASSERT_TRUE(run(at(0).sessions().end("test", "s1", later + seconds{5})));
  ASSERT_TRUE(run(at(0).sessions().touch("test", "s1", later + seconds{5})));
  EXPECT_EQ(session("s1").ended_at, later) << "the first end counts";
  EXPECT_EQ(session("s1").last_seen_at, kNow);
  EXPECT_FALSE(run(at(0).sessions().renew("test", "s1", "fresh", later)).value());
  EXPECT_EQ(family(ended_family).revoked_at, later);
  EXPECT_FALSE(family(other_family).revoked_at);
  EXPECT_EQ(rotate(other_family, 1).rotation, Rotation::next);
}

TEST_P(SessionContract, OpenSessionsOfAPersonAreListedWithTheClientsThatHoldTokens) {
  open("s1");
  for (int i = 2; i <= 3; ++i) {
    Session later = session_as(fmt::format("s{}", i));
    later.created_at += seconds{10 * (i - 1)};
    ASSERT_TRUE(run(at(0).sessions().open(later, "cookie-" + later.id)));
  }
  (void)family_of("s2");
  ASSERT_TRUE(run(at(1).sessions().end("test", "s1", kNow)));
  const auto listed = run(at(1).sessions().open_of("test", "alice")).value();
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].session.id, "s3") << "the newest first";
  EXPECT_EQ(listed[1].session.id, "s2");
  EXPECT_EQ(listed[1].session.created_at, kNow + seconds{10});
  EXPECT_TRUE(listed[0].client_ids.empty());
  EXPECT_EQ(listed[1].client_ids, std::vector<std::string>{"shop"});
  EXPECT_TRUE(run(at(0).sessions().open_of("second", "alice")).value().empty());
  EXPECT_TRUE(run(at(0).sessions().open_of("test", "bob")).value().empty());
}

TEST_P(SessionContract, EndedSessionsAreFoundByTheirEnd) {
  for (const char* id : {"s1", "s2", "s3"}) open(id);
  ASSERT_TRUE(run(at(0).sessions().end("test", "s1", kNow)));
  ASSERT_TRUE(run(at(1).sessions().end("test", "s2", kNow + seconds{5})));
  const auto since = [&](seconds offset) {
    auto ids = run(at(0).sessions().ended_since("test", kNow + offset)).value();
    std::ranges::sort(ids);
    return ids;
  };
  EXPECT_EQ(since(seconds{0}), (std::vector<std::string>{"s1", "s2"}));
  EXPECT_EQ(since(seconds{5}), std::vector<std::string>{"s2"});
  EXPECT_TRUE(since(seconds{6}).empty());
  EXPECT_TRUE(run(at(0).sessions().ended_since("second", kNow)).value().empty());
}

TEST_P(SessionContract, ARestartForgetsNothing) {
  open("s1");
  open("s2");
  ASSERT_TRUE(run(at(0).sessions().end("test", "s2", kNow)));
  restart();
  EXPECT_TRUE(run(at(0).sessions().find_by_cookie("test", "cookie-s1")).value());
  EXPECT_EQ(session("s2", 1).ended_at, kNow);
}

// Logging out while applications turn their codes into tokens.
TEST_P(SessionContract, NoFamilyOfASessionOutlivesItsEnd) {
  open("s1");
  std::array<std::string, kThreads> families;
  for (std::size_t i = 1; i < kThreads; ++i) put_code("code-" + std::to_string(i), "s1");
  together([&](std::size_t i) {
    if (i == 0) {
      EXPECT_TRUE(run(at(0).sessions().end("test", "s1", kNow)));
      return;
    }
    const auto outcome = redeem("code-" + std::to_string(i), i);
    ASSERT_TRUE(outcome) << outcome.error().reason << ' ' << outcome.error().detail;
    EXPECT_TRUE(outcome->verdict == CodeVerdict::redeem || outcome->verdict == CodeVerdict::session_over);
    if (outcome->family) families[i] = outcome->family->id;
  });
  for (const std::string& id : families) {
    if (!id.empty()) EXPECT_TRUE(family(id).revoked_at) << id;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionContract, testing::ValuesIn(kAdapters), name_of_adapter);

}  // namespace
}  // namespace gatehouse::auth_server
