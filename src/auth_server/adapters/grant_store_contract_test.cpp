// What every store of codes, refresh families and revoked tokens promises, whichever instance is asked.
#include <atomic>
#include <map>
#include <mutex>

#include "auth_server/adapters/store_contract.hpp"

namespace gatehouse::auth_server {
namespace {

Lifetimes without_leeway() {
  Lifetimes strict;
  strict.refresh_leeway = seconds{0};
  return strict;
}

class GrantContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    if (engine_) open("s1");
  }

  // How often each rotation came of twenty who present one generation at once, at both instances.
  std::map<Rotation, int> rotate_together(const std::string& id, std::uint32_t generation,
                                          const Lifetimes& lifetimes) {
    std::mutex mutex;
    std::map<Rotation, int> counts;
    together([&](std::size_t i) {
      const Rotation rotation = rotate(id, generation, i, lifetimes).rotation;
      const std::scoped_lock lock(mutex);
      ++counts[rotation];
    });
    return counts;
  }
};

TEST_P(GrantContract, ACodeIsKeptAsItWasPut) {
  put_code("c", "s1");
  const auto record = run(at(1).grants().peek_code("test", "c")).value();
  ASSERT_TRUE(record);
  EXPECT_EQ(record->nonce, "nonce \"1\" \u00e9");
  EXPECT_EQ(record->session_id, "s1");
  EXPECT_EQ(record->expires_at, kNow + seconds{60});
  EXPECT_FALSE(record->spent_at);
  EXPECT_FALSE(run(at(1).grants().peek_code("second", "c")).value());
  EXPECT_FALSE(run(at(1).grants().peek_code("test", "d")).value());
  EXPECT_EQ(redeem("d").error().reason, "unknown_code");
  const auto elsewhere = run(at(0).grants().redeem_code("second", "c", proof(), Lifetimes(), kNow));
  EXPECT_EQ(elsewhere.error().reason, "unknown_code");
}

TEST_P(GrantContract, ACodeLeadsToAFamilyAndASecondUseRevokesIt) {
  put_code("c", "s1");
  const auto first = redeem("c", 0).value();
  ASSERT_EQ(first.verdict, CodeVerdict::redeem);
  EXPECT_EQ(first.session->id, "s1");
  EXPECT_EQ(first.family->nonce, "nonce \"1\" \u00e9");
  EXPECT_EQ(family(first.family->id, 1).generation, 1U);
  EXPECT_EQ(run(at(1).grants().peek_code("test", "c")).value()->family_id, first.family->id);

  EXPECT_EQ(redeem("c", 1).value().verdict, CodeVerdict::reused);
  EXPECT_TRUE(family(first.family->id).revoked_at);
  EXPECT_EQ(rotate(first.family->id, 1).rotation, Rotation::refused);
}

TEST_P(GrantContract, AWrongGuessSpendsTheCodeAndAStrangersDoesNot) {
  put_code("c", "s1");
  Redemption stranger = proof();
  stranger.client_id = "other";
  const auto refused = run(at(0).grants().redeem_code("test", "c", stranger, Lifetimes(), kNow)).value();
  EXPECT_EQ(refused.verdict, CodeVerdict::another_client);
  Redemption guess = proof();
  guess.code_verifier = std::string(43, 'a');
  const auto wrong = run(at(1).grants().redeem_code("test", "c", guess, Lifetimes(), kNow)).value();
  EXPECT_EQ(wrong.verdict, CodeVerdict::wrong_verifier);
  EXPECT_EQ(redeem("c").value().verdict, CodeVerdict::reused);
}

TEST_P(GrantContract, ACodeOfASessionThatIsOverLeadsToNothing) {
  put_code("c", "s1");
  ASSERT_TRUE(run(at(0).sessions().end("test", "s1", kNow)));
  EXPECT_EQ(redeem("c", 1).value().verdict, CodeVerdict::session_over);
  EXPECT_EQ(redeem("c", 0).value().verdict, CodeVerdict::reused);
}

TEST_P(GrantContract, OfTwentyWhoRedeemACodeAtOnceOneWins) {
  put_code("c", "s1");
  std::atomic<int> redeemed{0};
  std::atomic<int> reused{0};
  together([&](std::size_t i) {
    const auto outcome = redeem("c", i);
    ASSERT_TRUE(outcome) << outcome.error().reason << ' ' << outcome.error().detail;
    if (outcome->verdict == CodeVerdict::redeem) ++redeemed;
    if (outcome->verdict == CodeVerdict::reused) ++reused;
  });
  EXPECT_EQ(redeemed, 1);
  EXPECT_EQ(reused, static_cast<int>(kThreads) - 1);
  const auto code = run(at(0).grants().peek_code("test", "c")).value();
  EXPECT_TRUE(family(code->family_id).revoked_at) << "two hold the code, so nobody keeps what it led to";
}

TEST_P(GrantContract, AFamilyGoesOnAtWhicheverInstanceIsAsked) {
  const std::string id = family_of("s1");
  const auto later = kNow + seconds{100};
  EXPECT_EQ(rotate(id, 1, 1, {}, later).family->generation, 2U);
  EXPECT_EQ(rotate(id, 2, 0, {}, later).family->generation, 3U);
  const RefreshFamily kept = family(id, 1);
  EXPECT_EQ(kept.generation, 3U);
  EXPECT_EQ(kept.rotated_at, later);
  EXPECT_EQ(kept.scope, "openid");
  EXPECT_EQ(session("s1").last_seen_at, later);
  EXPECT_EQ(rotate("unknown", 1).rotation, Rotation::refused);
  EXPECT_EQ(run(at(0).grants().rotate("second", id, 3, {}, later))->rotation, Rotation::refused);
}

TEST_P(GrantContract, AnOldTokenRevokesItsFamilyAlsoAfterARestart) {
  const std::string id = family_of("s1");
  ASSERT_EQ(rotate(id, 1, 0, without_leeway()).rotation, Rotation::next);
  restart();
  EXPECT_EQ(rotate(id, 1, 1, without_leeway()).rotation, Rotation::reuse);
  EXPECT_EQ(rotate(id, 2, 0, without_leeway()).rotation, Rotation::refused);
  restart();
  EXPECT_TRUE(family(id).revoked_at);
}

TEST_P(GrantContract, OfTwentyWhoPresentATokenAtOnceOneRotatesItAndTheNextRevokesTheFamily) {
  const std::string id = family_of("s1");
  const std::map<Rotation, int> expected{
      {Rotation::next, 1}, {Rotation::reuse, 1}, {Rotation::refused, static_cast<int>(kThreads) - 2}};
  EXPECT_EQ(rotate_together(id, 1, without_leeway()), expected);
  EXPECT_EQ(family(id).generation, 2U);
  EXPECT_EQ(rotate(id, 2).rotation, Rotation::refused) << "the winner may be the thief";
}

TEST_P(GrantContract, TheLeewayIsCountedAcrossInstances) {
  const std::string id = family_of("s1");
  Lifetimes generous;
  generous.refresh_siblings_max = kThreads;
  const std::map<Rotation, int> expected{{Rotation::next, 1},
                                         {Rotation::sibling, static_cast<int>(kThreads) - 1}};
  EXPECT_EQ(rotate_together(id, 1, generous), expected);
  EXPECT_EQ(family(id).siblings, kThreads - 1);
  EXPECT_EQ(family(id).generation, 2U);
}

TEST_P(GrantContract, FamiliesOfOneSessionDoNotDisturbOneAnother) {
  constexpr std::uint32_t kRotations = 5;
  std::array<std::string, kThreads> families;
  for (std::string& id : families) id = family_of("s1");
  together([&](std::size_t i) {
    for (std::uint32_t n = 1; n <= kRotations; ++n) {
      const auto outcome = rotate(families[i], n, i + n, without_leeway(), kNow + seconds{n});
      EXPECT_EQ(outcome.rotation, Rotation::next);
    }
  });
  for (const std::string& id : families) EXPECT_EQ(family(id).generation, kRotations + 1);
  EXPECT_EQ(session("s1").last_seen_at, kNow + seconds{kRotations});
}

TEST_P(GrantContract, ARevocationIsNotLostAmongRotations) {
  for (int round = 0; round < 5; ++round) {
    const std::string id = family_of("s1");
    together([&](std::size_t i) {
      if (i == 0) {
        EXPECT_TRUE(run(at(1).grants().revoke_family("test", id, kNow)));
      } else {
        (void)rotate(id, 1, i);
      }
    });
    EXPECT_TRUE(family(id).revoked_at);
    EXPECT_EQ(rotate(id, family(id).generation).rotation, Rotation::refused);
  }
}

TEST_P(GrantContract, ATokenStandsWithItsFamilyAndItsSession) {
  const std::string id = family_of("s1");
  const auto standing = [&](std::string jti, std::string family_id, std::string session_id) {
    return run(at(1).grants().standing("test", std::move(jti), std::move(family_id), std::move(session_id)))
        .value();
  };
  EXPECT_FALSE(standing("t1", id, "s1").is_revoked);
  EXPECT_EQ(standing("t1", id, "s1").session->id, "s1");
  EXPECT_FALSE(standing("t1", "", "").is_revoked) << "a client's own";
  EXPECT_FALSE(standing("t1", "", "").session);
  EXPECT_TRUE(standing("t1", "unknown", "s1").is_revoked);

  const auto expires_at = kNow + seconds{300};
  ASSERT_TRUE(run(at(0).grants().revoke_token("test", "t1", expires_at)));
  ASSERT_TRUE(run(at(1).grants().revoke_token("test", "t1", expires_at)));
  EXPECT_TRUE(standing("t1", id, "s1").is_revoked);
  EXPECT_FALSE(standing("t2", id, "s1").is_revoked);
  ASSERT_TRUE(run(at(0).grants().revoke_family("test", id, kNow)));
  EXPECT_TRUE(standing("t2", id, "s1").is_revoked);
}

TEST_P(GrantContract, TwoWhoSweepDeleteTogetherWhatIsOldAndNothingElse) {
  for (int i = 0; i < 10; ++i) (void)family_of("s1");  // a code and a family each
  ASSERT_TRUE(run(at(0).grants().revoke_token("test", "t1", kNow)));
  const auto later = kNow + std::chrono::hours{24};
  Session young = session_as("s2");
  young.created_at = later;
  ASSERT_TRUE(run(at(0).sessions().open(young, "cookie-s2")));

  std::atomic<std::int64_t> deleted{0};
  together([&](std::size_t i) {
    const auto swept = run(at(i).grants().sweep(std::chrono::hours{1}, later));
    ASSERT_TRUE(swept) << swept.error().reason << ' ' << swept.error().detail;
    deleted += *swept;
  });
  EXPECT_EQ(deleted, 10 + 10 + 1 + 1);
  EXPECT_FALSE(run(at(0).sessions().find("test", "s1")).value());
  EXPECT_TRUE(run(at(0).sessions().find("test", "s2")).value());
}

INSTANTIATE_TEST_SUITE_P(Stores, GrantContract, testing::ValuesIn(kAdapters), name_of_adapter);

}  // namespace
}  // namespace gatehouse::auth_server
