// What every store of waiting devices promises.
#include <atomic>

#include "auth_server/adapters/store_contract.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

class DeviceContract : public StoreContract {
 protected:
  bool put(const std::string& user_code, std::size_t turn = 0) {
    const DeviceGrant grant{.realm = "test",
                            .client_id = "tv",
                            .scope = "openid email",
                            .secret_hash = crypto::sha256("secret"),
                            .expires_at = kNow + seconds{600}};
    return run(at(turn).devices().put(user_code, grant)).value();
  }
  bool answer(const std::string& user_code, DeviceDecision decision, std::size_t turn = 0) {
    return run(at(turn).devices().answer("test", user_code, {decision, session_as("s1")}, kNow)).value();
  }
  DeviceOutcome poll(const std::string& user_code, core::SystemTime now = kNow, std::size_t turn = 0) {
    return run(at(turn).devices().poll("test", user_code, {"tv", "secret"}, Lifetimes(), now)).value();
  }
};

TEST_P(DeviceContract, ADeviceIsFoundByItsCodeInItsRealmOnly) {
  EXPECT_TRUE(put("BCDFGHJK"));
  EXPECT_FALSE(put("BCDFGHJK", 1)) << "the code is taken";
  const auto found = run(at(1).devices().find("test", "BCDFGHJK")).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->client_id, "tv");
  EXPECT_EQ(found->scope, "openid email");
  EXPECT_EQ(found->secret_hash, crypto::sha256("secret"));
  EXPECT_EQ(found->expires_at, kNow + seconds{600});
  EXPECT_EQ(found->decision, DeviceDecision::pending);
  EXPECT_FALSE(run(at(1).devices().find("second", "BCDFGHJK")).value());
  EXPECT_FALSE(run(at(1).devices().find("test", "KJHGFDCB")).value());
  EXPECT_FALSE(answer("KJHGFDCB", DeviceDecision::approved));
  EXPECT_EQ(poll("KJHGFDCB").verdict, DeviceVerdict::unknown);
}

TEST_P(DeviceContract, WhatOneInstanceIsToldTheOtherKnows) {
  open("s1");
  ASSERT_TRUE(put("BCDFGHJK"));
  EXPECT_EQ(poll("BCDFGHJK").verdict, DeviceVerdict::pending);
  EXPECT_EQ(poll("BCDFGHJK", kNow + seconds{1}, 1).verdict, DeviceVerdict::slow_down);
  EXPECT_TRUE(answer("BCDFGHJK", DeviceDecision::approved, 1));
  EXPECT_FALSE(answer("BCDFGHJK", DeviceDecision::denied)) << "answered once";
  restart();
  const auto granted = poll("BCDFGHJK", kNow + seconds{2});
  ASSERT_EQ(granted.verdict, DeviceVerdict::grant);
  EXPECT_EQ(family(granted.family->id, 1).scope, "openid email");
  EXPECT_EQ(session("s1").last_seen_at, kNow + seconds{2});
  EXPECT_EQ(rotate(granted.family->id, 1).rotation, Rotation::next);
  EXPECT_EQ(poll("BCDFGHJK", kNow + seconds{3}, 1).verdict, DeviceVerdict::unknown) << "given once";
}

TEST_P(DeviceContract, OfManyWhoPollAtOnceOneIsGivenTokens) {
  open("s1");
  ASSERT_TRUE(put("BCDFGHJK"));
  ASSERT_TRUE(answer("BCDFGHJK", DeviceDecision::approved));
  std::atomic<int> granted = 0;
  together([&](std::size_t i) {
    if (poll("BCDFGHJK", kNow, i).verdict == DeviceVerdict::grant) ++granted;
  });
  EXPECT_EQ(granted, 1);
}

TEST_P(DeviceContract, ALogoutBetweenApprovalAndPollIsTheEnd) {
  open("s1");
  ASSERT_TRUE(put("BCDFGHJK"));
  ASSERT_TRUE(answer("BCDFGHJK", DeviceDecision::approved));
  ASSERT_TRUE(run(at(1).sessions().end("test", "s1", kNow)));
  EXPECT_EQ(poll("BCDFGHJK").verdict, DeviceVerdict::denied);
}

TEST_P(DeviceContract, TheExpiredAreSweptAwayAndCodesStay) {
  open("s1");
  put_code("a-code", "s1");
  ASSERT_TRUE(put("BCDFGHJK"));
  EXPECT_EQ(run(at(1).devices().sweep(kNow + seconds{600})).value(), 0);
  EXPECT_EQ(run(at(1).devices().sweep(kNow + seconds{601})).value(), 1);
  EXPECT_FALSE(run(at(0).devices().find("test", "BCDFGHJK")).value());
  EXPECT_EQ(redeem("a-code").value().verdict, CodeVerdict::redeem);
}

INSTANTIATE_TEST_SUITE_P(Adapters, DeviceContract, testing::ValuesIn(kAdapters), name_of_adapter);

}  // namespace
}  // namespace gatehouse::auth_server
