#include "cache/read_through.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "cache/memory_cache.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;

// A cache whose errors can be switched on.
class BreakableCache final : public Cache {
 public:
  explicit BreakableCache(const core::Clock& clock) : memory_(clock) {}
  Awaitable<Result<std::optional<Entry>>> get(std::string key) override {
    if (broken) co_return fail(ErrorKind::unavailable, "redis_not_connected");
    co_return memory_.find(key);
  }
  Awaitable<Result<bool>> put(std::string key, Entry entry) override {
    if (broken) co_return fail(ErrorKind::unavailable, "redis_not_connected");
    co_return memory_.keep(key, std::move(entry));
  }
  Awaitable<Result<void>> erase(std::string key, std::int64_t version) override {
    if (broken) co_return fail(ErrorKind::unavailable, "redis_not_connected");
    memory_.drop(key, version);
    co_return Result<void>{};
  }
  bool broken = false;

 private:
  MemoryCache memory_;
};

class ReadThroughTest : public testing::Test {
 protected:
  // A store that counts its loads and can be held open.
  Awaitable<Result<Loaded>> load() {
    ++loads_;
    clock_.advance(load_takes_);
    if (held_) static_cast<void>(co_await go_.wait(Deadline::after(10s)));
    co_return store_;
  }
  Awaitable<> read(std::string key) { return read(cache_, std::move(key)); }
  Awaitable<> read(ReadThrough& cache, std::string key) {
    auto fetch = [this] { return load(); };
    auto loaded = co_await cache.get_or_load(std::move(key), 60s, std::move(fetch), Deadline::after(10s));
    results_.push_back(std::move(loaded));
  }
  Result<Loaded> read_one(std::string key = "k") {
    runtime::run_to_end(io_, read(std::move(key)));
    return results_.back();
  }
  double requests(const char* result) {
    return metrics_.counter("cache_requests_total", "", {{"cache", "test"}, {"result", result}}).value();
  }

  boost::asio::io_context io_{1};
  core::ManualClock clock_;
  BreakableCache far_{clock_};
  InvalidationHub hub_;
  LocalInvalidation invalidation_{hub_, io_.get_executor()};
  Metrics metrics_;
  double random_ = 0.5;
  ReadThrough cache_{"test", far_, invalidation_, clock_, metrics_, {}, [this] { return random_; }};
  runtime::Signal go_{io_.get_executor()};
  Result<Loaded> store_ = Loaded{"one", 1};
  Millis load_takes_{0};
  bool held_ = false;
  int loads_ = 0;
  std::vector<Result<Loaded>> results_;
};

TEST_F(ReadThroughTest, LoadsOnceAndThenAnswersFromTheCache) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(read_one()->value, "one");
  EXPECT_EQ(loads_, 1);
  EXPECT_EQ(requests("hit"), 2);
  EXPECT_EQ(requests("miss"), 1);
  clock_.advance(60s);
  read_one();
  EXPECT_EQ(loads_, 2);
}

TEST_F(ReadThroughTest, TheTimeToLiveVariesByATenth) {
  for (const auto& [random, lives] : {std::pair{0.0, 53s}, std::pair{0.999, 65s}}) {
    random_ = random;
    read_one("key-" + std::to_string(random));
    clock_.advance(lives);
    const int before = loads_;
    read_one("key-" + std::to_string(random));
    EXPECT_EQ(loads_, before) << random;
    clock_.advance(66s - lives + 1s);
    read_one("key-" + std::to_string(random));
    EXPECT_EQ(loads_, before + 1) << random;
  }
}

TEST_F(ReadThroughTest, ThatThereIsNothingIsKeptForFiveSeconds) {
  store_ = Loaded{std::nullopt, 0};
  EXPECT_EQ(read_one()->value, std::nullopt);
  EXPECT_EQ(read_one()->value, std::nullopt);
  EXPECT_EQ(loads_, 1);
  clock_.advance(5s);
  read_one();
  EXPECT_EQ(loads_, 2);
}

TEST_F(ReadThroughTest, AThousandReadersOfAColdKeyLoadOnce) {
  held_ = true;
  TaskGroup readers(io_.get_executor());
  for (int i = 0; i < 1000; ++i) readers.spawn("read", read("k"));
  io_.poll();
  EXPECT_EQ(loads_, 1);
  go_.notify_all();
  io_.run();
  EXPECT_EQ(results_.size(), 1000U);
  for (const auto& result : results_) ASSERT_EQ(result->value, "one");
}

TEST_F(ReadThroughTest, AnErrorOfTheStoreIsPassedOnAndNotKept) {
  store_ = fail(ErrorKind::unavailable, "database_busy");
  EXPECT_EQ(read_one().error().reason, "database_busy");
  store_ = Loaded{"well", 2};
  EXPECT_EQ(read_one()->value, "well");
}

TEST_F(ReadThroughTest, ABrokenCacheIsBypassed) {
  far_.broken = true;
  EXPECT_EQ(read_one()->value, "one");
  EXPECT_EQ(read_one()->value, "one");
  EXPECT_EQ(loads_, 2);
  EXPECT_GT(requests("error"), 0);
  EXPECT_FALSE(runtime::run_to_end(io_, cache_.changed("k", 2)));
}

TEST_F(ReadThroughTest, AfterAChangeTheOldVersionIsNotSeenAgain) {
  read_one();
  store_ = Loaded{"two", 2};
  EXPECT_TRUE(runtime::run_to_end(io_, cache_.changed("k", 2)));
  EXPECT_EQ(read_one()->value, "two");
}

TEST_F(ReadThroughTest, AReaderThatLoadedBeforeAChangeDoesNotPutItBack) {
  held_ = true;
  TaskGroup readers(io_.get_executor());
  readers.spawn("read", read("k"));
  io_.poll();
  EXPECT_TRUE(runtime::run_to_end(io_, cache_.changed("k", 2)));
  go_.notify_all();  // it holds version 1
  io_.run();
  io_.restart();
  held_ = false;
  store_ = Loaded{"two", 2};
  EXPECT_EQ(read_one()->value, "two");
}

TEST_F(ReadThroughTest, OneReaderRefreshesEarlyAndTheOthersAreNotKeptWaiting) {
  load_takes_ = 1s;
  read_one();
  load_takes_ = 0ms;
  clock_.advance(59s);
  random_ = 0.9;  // -ln(0.1) = 2.3 s early
  held_ = true;
  store_ = Loaded{"two", 2};
  TaskGroup readers(io_.get_executor());
  for (int i = 0; i < 5; ++i) readers.spawn("read", read("k"));
  io_.restart();
  io_.poll();
  EXPECT_EQ(results_.size(), 5U);  // the first, and four hits
  EXPECT_EQ(results_.back()->value, "one");
  go_.notify_all();
  io_.run();
  EXPECT_EQ(results_.back()->value, "two");
  EXPECT_EQ(loads_, 2);
  EXPECT_EQ(requests("refresh"), 1);
}

TEST_F(ReadThroughTest, WhenAnEarlyRefreshFailsTheOldEntryIsStillGood) {
  load_takes_ = 1s;
  read_one();
  clock_.advance(59s);
  random_ = 0.9;
  load_takes_ = 0ms;
  store_ = fail(ErrorKind::timeout, "database_busy");
  EXPECT_EQ(read_one()->value, "one");
}

TEST_F(ReadThroughTest, LoadsAreLimited) {
  ReadThrough narrow("narrow", far_, invalidation_, clock_, metrics_, {.loads_max = 2}, [] { return 0.5; });
  held_ = true;
  TaskGroup readers(io_.get_executor());
  for (const char* key : {"a", "b", "c"}) readers.spawn("read", read(narrow, key));
  io_.poll();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().error().reason, "bulkhead_full");
  go_.notify_all();
  io_.run();
}

TEST(EarlyRefresh, IsAsLikelyAsThePaperSays) {
  // At a remaining life as long as a load takes: exp(-1) = 37 %.
  int early = 0;
  for (int i = 0; i < 10'000; ++i) early += should_refresh(1s, 1s, 1, (i + 0.5) / 10'000) ? 1 : 0;
  EXPECT_NEAR(early / 10'000.0, std::exp(-1), 0.001);
  EXPECT_TRUE(should_refresh(0ms, 0ms, 1, 0));
  EXPECT_FALSE(should_refresh(1ms, 0ms, 1, 0.999999));
  EXPECT_FALSE(should_refresh(1ms, 10s, 0, 0.999999));
}

}  // namespace
}  // namespace gatehouse::cache
