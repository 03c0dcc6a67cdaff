// Workers, tasks that end, deadlines and the pool for blocking work; and what the compiler makes of co_await.
#include <gtest/gtest.h>

#include "runtime/blocking_pool.hpp"
#include "runtime/calls_from_threads.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "runtime/worker_thread.hpp"

namespace gatehouse::runtime {
namespace {

using std::chrono::milliseconds;

TEST(TaskGroup, StopCancelsASleepingTaskAndWaitsForItsEnd) {
  boost::asio::io_context io;
  TaskGroup tasks(io.get_executor());
  std::string_view ended_with;
  auto sleeper = [](std::string_view& reason) -> Awaitable<> {
    const auto slept = co_await sleep_for(milliseconds{60'000});
    reason = slept ? "slept" : slept.error().reason;
    // What is awaited after a cancellation is cancelled as well: a loop cannot outlive its group.
    const auto again = co_await sleep_for(milliseconds{60'000});
    EXPECT_FALSE(again);
  };
  tasks.spawn("sleeper", sleeper(ended_with));
  io.poll();
  EXPECT_EQ(tasks.size(), 1U);
  EXPECT_TRUE(run_to_end(io, tasks.stop(Deadline::after(milliseconds{5'000}))));
  EXPECT_EQ(ended_with, "stopped");
  EXPECT_EQ(tasks.size(), 0U);
}

TEST(TaskGroup, ATaskThatThrowsEndsAloneAndNothingStartsAfterStop) {
  boost::asio::io_context io;
  TaskGroup tasks(io.get_executor());
  auto thrower = []() -> Awaitable<> {
    throw std::runtime_error("a bug");
    co_return;
  };
  tasks.spawn("thrower", thrower());
  EXPECT_TRUE(run_to_end(io, tasks.stop(Deadline::after(milliseconds{1'000}))));
  tasks.spawn("late", thrower());
  EXPECT_EQ(tasks.size(), 0U);
}

TEST(Signal, WakesItsWaitersAndTellsATimeoutFromANotification) {
  boost::asio::io_context io;
  TaskGroup tasks(io.get_executor());
  Signal signal(io.get_executor());
  int notified = 0;
  auto waiter = [](Signal& signal, int& notified) -> Awaitable<> {
    const auto woken = co_await signal.wait(Deadline::after(milliseconds{5'000}));
    if (woken && *woken) ++notified;
  };
  tasks.spawn("first", waiter(signal, notified));
  tasks.spawn("second", waiter(signal, notified));
  io.poll();
  signal.notify_all();
  io.poll();
  EXPECT_EQ(notified, 2);
  const auto timed_out = run_to_end(io, signal.wait(Deadline::after(milliseconds{5})));
  ASSERT_TRUE(timed_out);
  EXPECT_FALSE(*timed_out);
}

// The alarm of the deadline is on its way when the notified waiter ends and takes the signal with it: seen by
// the address sanitizer.
TEST(Signal, MayGoWithAWaiterThatWasNotifiedAsItsDeadlinePassed) {
  boost::asio::io_context io{1};
  TaskGroup tasks(io.get_executor());
  auto signal = std::make_unique<Signal>(io.get_executor());
  auto waiter = [](std::unique_ptr<Signal>& signal) -> Awaitable<> {
    (void)co_await signal->wait(Deadline::after(milliseconds{20}));
    signal.reset();
  };
  tasks.spawn("waiter", waiter(signal));
  io.poll();
  boost::asio::post(io, [&signal] {
    const auto late = Deadline::after(milliseconds{40});
    while (!late.is_over()) std::this_thread::yield();
    signal->notify_all();
  });
  EXPECT_TRUE(run_to_end(io, tasks.join(Deadline::after(milliseconds{5'000}))));
  EXPECT_EQ(signal, nullptr);
}

TEST(BlockingPool, BringsTheResultBackAndRefusesWhenItsQueueIsFull) {
  BlockingPool pool("test", {.threads = 1, .queue_max = 1});
  const auto answer = run_to_end(pool.run([]() -> Result<int> { return 42; }));
  EXPECT_EQ(answer, 42);

  std::mutex gate;
  gate.lock();
  std::atomic<bool> is_running = false;
  ASSERT_TRUE(pool.submit([&] {
    is_running = true;
    const std::scoped_lock wait(gate);
  }));
  while (!is_running) std::this_thread::yield();
  ASSERT_TRUE(pool.submit([] {}));
  const auto refused = run_to_end(pool.run([]() -> Result<int> { return 1; }));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "pool_full");
  gate.unlock();
}

// The fault that made us refuse g++ 12: temporaries of an aggregate type inside a co_await expression were
// destroyed twice. If a compiler change brings it back, this says so.
struct Counted {
  explicit Counted(int& count) : alive(&count) { ++*alive; }
  Counted(const Counted& other) : alive(other.alive) { ++*alive; }
  ~Counted() { --*alive; }
  int* alive;
};
struct Options {
  Counted counted;
  int n;
};
Awaitable<int> take(Options options) {
  co_return options.n;
}

TEST(Compiler, DestroysTemporariesOfACoAwaitExpressionOnce) {
  int alive = 0;
  auto caller = [](int& count) -> Awaitable<int> { co_return co_await take(Options{Counted(count), 4}); };
  EXPECT_EQ(run_to_end(caller(alive)), 4);
  EXPECT_EQ(alive, 0);
}

TEST(CallsFromThreads, BringAResultBackFromTheWorkerAndEndWhenItStops) {
  WorkerThread thread("calls");
  CallsFromThreads calls(thread.worker().executor(), milliseconds{30'000});
  thread.start();
  const auto answer = [](int value) -> Awaitable<Result<int>> { co_return value; };
  EXPECT_EQ(calls.run(answer(7)).value(), 7);
  const auto refusal = []() -> Awaitable<Result<int>> { co_return fail(ErrorKind::conflict, "no"); };
  EXPECT_EQ(calls.run(refusal()).error().reason, "no");
  const auto bug = []() -> Awaitable<Result<int>> {
    throw std::logic_error("a bug");
    co_return 0;
  };
  EXPECT_THROW((void)calls.run(bug()), std::logic_error);

  // Stopped from inside a call: it is cancelled itself, and nothing comes after it.
  const auto stop = [](CallsFromThreads& of) -> Awaitable<Result<void>> {
    (void)co_await of.stop(Deadline::after(milliseconds{0}));
    co_return co_await sleep_for(milliseconds{60'000});
  };
  EXPECT_EQ(calls.run(stop(calls)).error().kind, ErrorKind::cancelled);
  EXPECT_EQ(calls.run(answer(8)).error().reason, "stopped");
}

TEST(CallsFromThreads, DoNotWaitForEverForAWorkerThatEnded) {
  Worker never_runs("ended");
  CallsFromThreads calls(never_runs.executor(), milliseconds{10});
  const auto answer = []() -> Awaitable<Result<int>> { co_return 7; };
  EXPECT_EQ(calls.run(answer()).error().reason, "worker_gone");
}

}  // namespace
}  // namespace gatehouse::runtime
