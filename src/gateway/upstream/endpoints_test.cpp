#include "gateway/upstream/endpoints.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

using namespace std::chrono_literals;

Endpoint at(std::uint16_t port, unsigned weight = 1) {
  return Endpoint(http::Target{.host = "127.0.0.1", .port = port}, weight);
}

class EndpointsTest : public testing::Test {
 protected:
  std::uint16_t ask() { return endpoints_.next(now_)->target.port; }

  core::SteadyTime now_{1h};
  Endpoints endpoints_;
};

TEST_F(EndpointsTest, TakeTurns) {
  std::vector<Endpoint> three;
  for (std::uint16_t port = 1; port <= 3; ++port) three.push_back(at(port));
  endpoints_.replace(std::move(three));
  std::multiset<std::uint16_t> asked;
  for (int i = 0; i < 9; ++i) asked.insert(ask());
  EXPECT_EQ(asked.count(1), 3U);
  EXPECT_EQ(asked.count(2), 3U);
  EXPECT_EQ(asked.count(3), 3U);
}

TEST_F(EndpointsTest, ShareByWeightWithoutBursts) {
  endpoints_.replace({at(1, 5), at(2, 1)});
  std::string order;
  for (int i = 0; i < 12; ++i) order += std::to_string(ask());
  EXPECT_EQ(std::ranges::count(order, '1'), 10);
  EXPECT_EQ(order.find("22"), std::string::npos) << order;
}

TEST_F(EndpointsTest, PassOverWhoFailedUntilItsPauseIsOver) {
  endpoints_.replace({at(1), at(2)});
  endpoints_.failed(*endpoints_.all()[0], now_);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(), 2);
  now_ += 1001ms;
  std::set<std::uint16_t> asked;
  for (int i = 0; i < 2; ++i) asked.insert(ask());
  EXPECT_EQ(asked.size(), 2U);
}

TEST_F(EndpointsTest, PauseLongerWithEachFailureButNotForever) {
  endpoints_.replace({at(1), at(2)});
  auto& endpoint = *endpoints_.all()[0];
  std::vector<std::chrono::milliseconds> pauses;
  for (int i = 0; i < 7; ++i) {
    endpoints_.failed(endpoint, now_);
    pauses.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(endpoint.paused_until - now_));
  }
  EXPECT_EQ(pauses, (std::vector<std::chrono::milliseconds>{1s, 2s, 4s, 8s, 16s, 30s, 30s}));
  endpoint.answered();
  endpoints_.failed(endpoint, now_);
  EXPECT_EQ(endpoint.paused_until - now_, 1s);
}

TEST_F(EndpointsTest, AskThePausedOneThatIsBackFirstIfAllHaveFailed) {
  endpoints_.replace({at(1), at(2)});
  endpoints_.failed(*endpoints_.all()[1], now_);
  endpoints_.failed(*endpoints_.all()[0], now_ + 10ms);
  EXPECT_EQ(ask(), 2);
  Endpoints none;
  EXPECT_EQ(none.next(now_), nullptr);
}

TEST_F(EndpointsTest, KeepTheRecordOfAnAddressThatStays) {
  endpoints_.replace({at(1), at(2)});
  endpoints_.failed(*endpoints_.all()[0], now_);
  endpoints_.replace({at(3), at(1)});
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ask(), 3);
}

}  // namespace
}  // namespace gatehouse::gateway
