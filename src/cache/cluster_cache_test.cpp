// Two instances of a service with their caches in one Redis Cluster: word of a change comes from whichever
// node has the key, also after it has moved.
#include <gtest/gtest.h>

#include "cache/cache_stack.hpp"
#include "core/test_times.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/test_cluster.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cache {
namespace {

using namespace std::chrono_literals;
using storage::redis::TestCluster;

class ClusterCache : public testing::Test {
 protected:
  static void SetUpTestSuite() { servers_ = std::make_unique<TestCluster>(); }
  static void TearDownTestSuite() { servers_.reset(); }

  ClusterCache() {
    log::configure({.level = log::Level::error});
    for (CacheStack* stack : {here_.get(), there_.get()}) {
      EXPECT_TRUE(run(stack->redis()->wait_until_connected(Deadline::after(10s))));
    }
  }
  ~ClusterCache() override {
    for (CacheStack* stack : {here_.get(), there_.get()}) run(stack->stop());
  }
  std::unique_ptr<CacheStack> open() {
    storage::redis::Options options;
    options.mode = storage::redis::Mode::cluster;
    options.hosts = {servers_->address(0), servers_->address(1)};
    return CacheStack::open(io_.get_executor(), clock_, {.redis = options, .prefix = "gatehouse:test:"})
        .value();
  }
  template <class T>
  T run(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  std::string seen(const std::string& key) {
    const auto found = run(there_->cache().get(key));
    return found && *found ? (*found)->value.value_or("absent") : "none";
  }
  bool is_seen(const std::string& key, const std::string& value) {
    const Deadline give_up = Deadline::after(10s);
    while (seen(key) != value && !give_up.is_over()) io_.run_one_for(5ms);
    return seen(key) == value;
  }
  void put(const std::string& key, const std::string& value, std::int64_t version) {
    Entry entry{.value = value, .version = version, .ttl = 60s};
    ASSERT_TRUE(run(here_->cache().put(key, std::move(entry))).value_or(false));
  }
  // The tests share the cluster, so each has keys of its own.
  static std::string key_of(std::size_t node, const std::string& name) {
    for (int i = 0;; ++i) {
      std::string key = name + std::to_string(i);
      const auto slot = storage::redis::hash_slot("gatehouse:test:" + key);
      if (slot * TestCluster::kNodes / storage::redis::kSlots == node) return key;
    }
  }

  boost::asio::io_context io_{1};
  core::SystemClock clock_;
  static inline std::unique_ptr<TestCluster> servers_;
  std::unique_ptr<CacheStack> here_ = open();
  std::unique_ptr<CacheStack> there_ = open();
};

TEST_F(ClusterCache, AChangeOnAnyNodeIsHeardWithin100Milliseconds) {
  core::TestTimes times;
  for (std::size_t node = 0; node < TestCluster::kNodes; ++node) {
    const std::string key = key_of(node, "changed");
    put(key, "one", 1);
    ASSERT_TRUE(is_seen(key, "one"));
    const auto changed_at = clock_.steady_now();
    ASSERT_TRUE(run(here_->cache().erase(key, 2)));
    EXPECT_TRUE(is_seen(key, "none"));
    times.add_since(changed_at);
  }
  EXPECT_LT(times.median(), 100ms);
}

TEST_F(ClusterCache, AKeyThatMovedIsStillInStep) {
  const std::string key = key_of(0, "moved");
  put(key, "one", 1);
  ASSERT_TRUE(is_seen(key, "one"));
  const std::string full_key = "gatehouse:test:" + key;
  const auto slot = storage::redis::hash_slot(full_key);
  servers_->begin_move(slot, 0, 2);
  servers_->move_key(full_key, 0, 2);
  servers_->end_move(slot, 2);
  put(key, "two", 2);
  EXPECT_TRUE(is_seen(key, "two"));
  ASSERT_TRUE(run(here_->cache().erase(key, 3)));
  EXPECT_TRUE(is_seen(key, "none"));

  servers_->begin_move(slot, 2, 0);
  servers_->move_key(full_key, 2, 0);
  servers_->end_move(slot, 0);
}

TEST_F(ClusterCache, WithoutOneNodeNoCopyIsBelieved) {
  const std::string key = key_of(0, "held");
  put(key, "one", 1);
  ASSERT_TRUE(is_seen(key, "one"));
  EXPECT_TRUE(there_->invalidation().is_listening());
  servers_->server(2).kill();
  const Deadline give_up = Deadline::after(10s);
  while (there_->invalidation().is_listening() && !give_up.is_over()) io_.run_one_for(5ms);
  EXPECT_FALSE(there_->invalidation().is_listening());
  EXPECT_EQ(seen(key), "one") << "from its node, which lives";
  EXPECT_FALSE(run(there_->cache().get(key_of(2, "lost"))));
  servers_->server(2).restart();
  EXPECT_TRUE(run(there_->redis()->wait_until_connected(Deadline::after(10s))));
}

}  // namespace
}  // namespace gatehouse::cache
