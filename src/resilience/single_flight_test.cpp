#include "resilience/single_flight.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "runtime/task_group.hpp"

namespace gatehouse::resilience {
namespace {

using namespace std::chrono_literals;

struct Bench {
  boost::asio::io_context io;
  SingleFlight<std::string> flight;
  runtime::Signal go{io.get_executor()};
  int loads = 0;
  std::vector<Result<std::string>> results;
};

Awaitable<Result<std::string>> slow_load(Bench& bench, Result<std::string> outcome) {
  ++bench.loads;
  const Result<bool> woken = co_await bench.go.wait(Deadline::after(10s));
  if (!woken) co_return fail(woken);
  co_return outcome;
}

Awaitable<> call(Bench& bench, std::string key, Result<std::string> outcome, Deadline deadline) {
  auto load = [&bench, outcome] { return slow_load(bench, outcome); };
  auto result = co_await bench.flight.run(std::move(key), std::move(load), deadline);
  bench.results.push_back(std::move(result));
}

TEST(SingleFlight, ConcurrentCallersOfOneKeyShareOneLoad) {
  Bench bench;
  TaskGroup tasks(bench.io.get_executor());
  for (int i = 0; i < 10; ++i) tasks.spawn("call", call(bench, "a", "value of a", Deadline::after(10s)));
  tasks.spawn("call", call(bench, "b", "value of b", Deadline::after(10s)));
  bench.io.poll();
  EXPECT_EQ(bench.loads, 2);
  EXPECT_EQ(bench.flight.in_flight(), 2U);
  bench.go.notify_all();
  bench.io.run();
  ASSERT_EQ(bench.results.size(), 11U);
  int of_a = 0;
  for (const auto& result : bench.results) of_a += result.value() == "value of a" ? 1 : 0;
  EXPECT_EQ(of_a, 10);
  EXPECT_EQ(bench.flight.in_flight(), 0U);
}

TEST(SingleFlight, AnErrorIsSharedAndNotKept) {
  Bench bench;
  TaskGroup tasks(bench.io.get_executor());
  const Result<std::string> broken = fail(ErrorKind::unavailable, "store_down");
  for (int i = 0; i < 3; ++i) tasks.spawn("call", call(bench, "a", broken, Deadline::after(10s)));
  bench.io.poll();
  bench.go.notify_all();
  bench.io.run();
  EXPECT_EQ(bench.loads, 1);
  for (const auto& result : bench.results) EXPECT_EQ(result.error().reason, "store_down");
  bench.io.restart();
  tasks.spawn("call", call(bench, "a", "well again", Deadline::after(10s)));
  bench.io.poll();
  bench.go.notify_all();
  bench.io.run();
  EXPECT_EQ(bench.results.back().value(), "well again");
}

TEST(SingleFlight, AWaiterLeavesAtItsOwnDeadline) {
  Bench bench;
  TaskGroup tasks(bench.io.get_executor());
  tasks.spawn("call", call(bench, "a", "late", Deadline::after(10s)));
  tasks.spawn("call", call(bench, "a", "late", Deadline::after(10ms)));
  while (bench.results.empty()) bench.io.run_one();
  EXPECT_EQ(bench.results.front().error().reason, "shared_load_timeout");
  bench.go.notify_all();
  bench.io.run();
  EXPECT_EQ(bench.results.back().value(), "late");
}

TEST(SingleFlight, WhenTheLoadingCallerIsCancelledAnotherTakesOver) {
  Bench bench;
  TaskGroup first(bench.io.get_executor());
  TaskGroup others(bench.io.get_executor());
  first.spawn("call", call(bench, "a", "from the first", Deadline::after(10s)));
  bench.io.poll();
  for (int i = 0; i < 3; ++i) others.spawn("call", call(bench, "a", "from another", Deadline::after(10s)));
  bench.io.poll();
  EXPECT_EQ(bench.loads, 1);
  first.cancel();
  bench.io.poll();
  EXPECT_EQ(bench.loads, 2);
  EXPECT_EQ(bench.results.front().error().kind, ErrorKind::cancelled);
  bench.go.notify_all();
  bench.io.run();
  ASSERT_EQ(bench.results.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(bench.results[i].value(), "from another");
}

}  // namespace
}  // namespace gatehouse::resilience
