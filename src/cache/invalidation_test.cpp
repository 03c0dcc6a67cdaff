#include "cache/invalidation.hpp"

#include <gtest/gtest.h>

#include "runtime/worker.hpp"

namespace gatehouse::cache {
namespace {

TEST(LocalInvalidation, ReachesEveryWorkerOnItsOwnThread) {
  InvalidationHub hub;
  boost::asio::io_context one{1};
  boost::asio::io_context two{1};
  LocalInvalidation at_one(hub, one.get_executor());
  auto at_two = std::make_unique<LocalInvalidation>(hub, two.get_executor());
  std::vector<std::string> heard;
  at_one.subscribe([&](const Change& change) { heard.push_back("one " + change.key); });
  at_two->subscribe([&](const Change& change) { heard.push_back("two " + change.key); });
  ASSERT_TRUE(runtime::run_to_end(one, at_one.publish("k", 3)));
  one.run();
  EXPECT_EQ(heard, std::vector<std::string>{"one k"});
  two.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"one k", "two k"}));
  ASSERT_TRUE(runtime::run_to_end(one, at_one.publish("l", 3)));
  at_two.reset();  // a worker that went meanwhile hears nothing
  two.restart();
  two.run();
  EXPECT_EQ(heard, (std::vector<std::string>{"one k", "two k", "one l"}));
}

}  // namespace
}  // namespace gatehouse::cache
