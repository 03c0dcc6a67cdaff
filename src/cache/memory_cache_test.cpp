#include "cache/memory_cache.hpp"

#include <gtest/gtest.h>

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;

Entry entry(std::string value) {
  return {.value = std::move(value), .version = 1, .ttl = 60s};
}

TEST(MemoryCache, TheLeastRecentlyUsedGoesFirst) {
  core::ManualClock clock;
  MemoryCache cache(clock, {.entries_max = 3});
  for (const char* key : {"a", "b", "c"}) cache.keep(key, entry(key));
  EXPECT_TRUE(cache.find("a"));
  cache.keep("d", entry("d"));
  EXPECT_FALSE(cache.find("b"));
  for (const char* key : {"a", "c", "d"}) EXPECT_TRUE(cache.find(key)) << key;
  EXPECT_EQ(cache.size(), 3U);
}

TEST(MemoryCache, ItsBytesAreBoundedAndCountedRight) {
  core::ManualClock clock;
  MemoryCache cache(clock, {.bytes_max = 10'000});
  for (int i = 0; i < 1000; ++i) {
    cache.keep("key-" + std::to_string(i % 50), entry(std::string(static_cast<std::size_t>(i % 700), 'x')));
    ASSERT_LE(cache.bytes(), 10'000U);
  }
  cache.keep("too large", entry(std::string(20'000, 'x')));
  EXPECT_FALSE(cache.find("too large"));
  EXPECT_GT(cache.size(), 5U);
  clock.advance(61s);
  for (int i = 0; i < 50; ++i) EXPECT_FALSE(cache.find("key-" + std::to_string(i)));
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(MemoryCache, AnEraseIsRememberedForAMinute) {
  core::ManualClock clock;
  MemoryCache cache(clock);
  cache.drop("k", 5);
  clock.advance(59s);
  EXPECT_FALSE(cache.keep("k", entry("old")));
  clock.advance(2s);
  EXPECT_TRUE(cache.keep("k", entry("old")));
}

TEST(MemoryCache, ClearForgetsAll) {
  core::ManualClock clock;
  MemoryCache cache(clock);
  cache.keep("k", entry("v"));
  cache.forget_all();
  EXPECT_FALSE(cache.find("k"));
  EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace gatehouse::cache
