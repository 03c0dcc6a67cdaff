// Against a real cluster of three nodes, started once.
#include "storage/redis/cluster.hpp"

#include <set>

#include "runtime/task_group.hpp"
#include "storage/redis/test_cluster.hpp"
#include "storage/redis/test_loop.hpp"

namespace gatehouse::storage::redis {
namespace {

using namespace std::chrono_literals;

class ClusterTest : public LoopTest {
 protected:
  static void SetUpTestSuite() { servers_ = std::make_unique<TestCluster>(); }
  static void TearDownTestSuite() { servers_.reset(); }

  void SetUp() override {
    LoopTest::SetUp();
    cluster_.on_lost([this] { ++lost_; });
    connect(cluster_);
    for (std::size_t node = 0; node < TestCluster::kNodes; ++node) servers_->ask(node, {"FLUSHALL"});
  }
  void TearDown() override { stop(cluster_); }

  static Settings settings() {
    Settings settings;
    settings.reconnect = {.base = 5ms, .cap = 20ms};
    return settings;
  }
  // A key of this node, by its number.
  std::string key_of(std::size_t node, std::string_view name = "k") {
    for (int i = 0;; ++i) {
      std::string key = std::string(name) + std::to_string(i);
      if (hash_slot(key) * TestCluster::kNodes / kSlots == node) return key;
    }
  }
  Result<Reply> eval(std::string_view script, std::vector<std::string_view> keys) {
    return run(cluster_.eval(script, keys, {}, Deadline::after(5s)));
  }

  static inline std::unique_ptr<TestCluster> servers_;
  int lost_ = 0;
  // One seed does not answer.
  Cluster cluster_{
      io_.get_executor(), {{"127.0.0.1", 1}, servers_->address(1)}, settings(), {.refresh_pause = 20ms}};
};

TEST_F(ClusterTest, EveryKeyGoesToItsNode) {
  for (int i = 0; i < 100; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_TRUE(command(cluster_, {"SET", key, key}));
    EXPECT_EQ(command(cluster_, {"GET", key})->text, key);
  }
  for (std::size_t node = 0; node < TestCluster::kNodes; ++node) {
    EXPECT_GT(servers_->ask(node, {"DBSIZE"}).integer, 10) << node;
  }
  EXPECT_TRUE(command(cluster_, {"PING"}));
}

TEST_F(ClusterTest, SlotsAreComputedAsRedisDoes) {
  std::uint64_t seed = 1;
  for (const std::string_view key :
       {"", "a", "{a}b", "x{}y", "{{a}}", "{a", "a}b{c}", "ratelimit:{r:s:ann}:1:minute"}) {
    EXPECT_EQ(hash_slot(key), servers_->ask(0, {"CLUSTER", "KEYSLOT", std::string(key)}).integer) << key;
  }
  for (int i = 0; i < 40; ++i) {  // any bytes, braces often
    std::string key;
    for (int length = i; length > 0; --length) {
      seed = seed * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
      const auto byte = static_cast<unsigned char>(seed >> 56U);
      key += byte < 40 ? '{' : byte < 80 ? '}' : static_cast<char>(byte);
    }
    EXPECT_EQ(hash_slot(key), servers_->ask(0, {"CLUSTER", "KEYSLOT", key}).integer) << i;
  }
}

TEST_F(ClusterTest, AScriptMayUseTheKeysOfOneTag) {
  constexpr std::string_view kScript =
      "for i, key in ipairs(KEYS) do redis.call('SET', key, i) end return #KEYS";
  EXPECT_EQ(eval(kScript, {"{t}a", "{t}b", "{t}c"})->integer, 3);
  EXPECT_EQ(command(cluster_, {"GET", "{t}c"})->text, "3");
  EXPECT_EQ(eval(kScript, {"a", "b"}).error().reason, "redis_error");  // CROSSSLOT
}

TEST_F(ClusterTest, AScriptIsLoadedOnEachNode) {
  constexpr std::string_view kScript = "return redis.call('SET', KEYS[1], 'here')";
  for (std::size_t node = 0; node < TestCluster::kNodes; ++node) {
    const std::string key = key_of(node);
    ASSERT_TRUE(eval(kScript, {key}));
    EXPECT_EQ(servers_->ask(node, {"GET", key}).text, "here");
    servers_->ask(node, {"SCRIPT", "FLUSH"});
    EXPECT_TRUE(eval(kScript, {key}));
  }
}

TEST_F(ClusterTest, AKeyIsFoundBeforeWhileAndAfterItsSlotMoves) {
  const std::string key = key_of(0, "moving");
  const std::uint16_t slot = hash_slot(key);
  const std::string tagged = "{" + key + "}";
  ASSERT_TRUE(command(cluster_, {"SET", key, "v"}));
  ASSERT_TRUE(command(cluster_, {"SET", tagged, "w"}));
  lost_ = 0;

  servers_->begin_move(slot, 0, 2);
  EXPECT_EQ(command(cluster_, {"GET", key})->text, "v");  // still there
  servers_->move_key(key, 0, 2);
  EXPECT_THROW(servers_->ask(0, {"GET", key}), std::runtime_error);  // ASK
  EXPECT_EQ(command(cluster_, {"GET", key})->text, "v");
  constexpr std::string_view kScript = "return redis.call('GET', KEYS[1])";
  EXPECT_EQ(eval(kScript, {key})->text, "v");  // which the other node has not seen yet
  const auto split = eval("return redis.call('MGET', KEYS[1], KEYS[2])", {key, tagged});
  EXPECT_EQ(split.error().reason, "redis_try_again");
  EXPECT_TRUE(split.error().safe_to_retry);
  EXPECT_EQ(lost_, 0);

  servers_->move_key(tagged, 0, 2);
  servers_->end_move(slot, 2);
  EXPECT_EQ(command(cluster_, {"GET", key})->text, "v");  // MOVED
  EXPECT_GE(lost_, 1) << "what the new owner told before is not known";
  EXPECT_EQ(eval("return redis.call('MGET', KEYS[1], KEYS[2])", {key, tagged})->elements.at(1).text, "w");
  EXPECT_EQ(command(cluster_, {"GET", key})->text, "v");

  servers_->begin_move(slot, 2, 0);
  servers_->move_key(key, 2, 0);
  servers_->move_key(tagged, 2, 0);
  servers_->end_move(slot, 0);
}

TEST_F(ClusterTest, ATryAgainIsTriedAgainUntilTheKeysAreTogether) {
  const std::string key = key_of(1, "split");
  const std::uint16_t slot = hash_slot(key);
  const std::string tagged = "{" + key + "}";
  ASSERT_TRUE(command(cluster_, {"SET", key, "v"}));
  ASSERT_TRUE(command(cluster_, {"SET", tagged, "w"}));
  servers_->begin_move(slot, 1, 0);
  servers_->move_key(key, 1, 0);
  TaskGroup tasks(io_.get_executor());
  std::string seen;
  const auto ask = [](Cluster& cluster, std::string one, std::string two, std::string& into) -> Awaitable<> {
    const std::string_view keys[] = {one, two};
    const auto reply = co_await cluster.eval("return redis.call('MGET', KEYS[1], KEYS[2])", keys, {});
    into = reply ? reply->elements.at(1).text : std::string(reply.error().reason);
  };
  tasks.spawn("ask", ask(cluster_, key, tagged, seen));
  run(runtime::sleep_for(5ms)).value();
  servers_->move_key(tagged, 1, 0);
  EXPECT_TRUE(run_until([&] { return !seen.empty(); }));
  EXPECT_EQ(seen, "w");
  servers_->end_move(slot, 0);
  servers_->begin_move(slot, 0, 1);
  servers_->move_key(key, 0, 1);
  servers_->move_key(tagged, 0, 1);
  servers_->end_move(slot, 1);
}

TEST_F(ClusterTest, PushesOfAllNodesAreHeard) {
  std::set<std::string> heard;
  Cluster listener(io_.get_executor(), {servers_->address(0)}, settings(), {.refresh_pause = 20ms});
  listener.on_connect_send({"CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "told"});
  listener.on_push([&](const Reply& push) {
    for (const Reply& key : push.elements.at(1).elements) heard.insert(key.text);
  });
  connect(listener);
  for (std::size_t node = 0; node < TestCluster::kNodes; ++node) {
    ASSERT_TRUE(command(cluster_, {"SET", key_of(node, "told"), "v"}));
  }
  EXPECT_TRUE(run_until([&] { return heard.size() == TestCluster::kNodes; }));
  stop(listener);
}

TEST_F(ClusterTest, WithoutOneNodeTheOthersGoOnAndItsKeysComeBackWithIt) {
  lost_ = 0;
  servers_->server(2).kill();
  ASSERT_TRUE(run_until([&] { return !cluster_.is_connected(); }));
  EXPECT_GE(lost_, 1);
  EXPECT_EQ(command(cluster_, {"GET", key_of(2)}).error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(command(cluster_, {"SET", key_of(0), "v"}));
  servers_->server(2).restart();
  ASSERT_TRUE(run(cluster_.wait_until_connected(Deadline::after(10s))));
  EXPECT_TRUE(run_until([&] { return command(cluster_, {"SET", key_of(2), "v"}).has_value(); }));
}

TEST_F(ClusterTest, TheRightsOfTheManualAreEnough) {
  for (std::size_t node = 0; node < TestCluster::kNodes; ++node) {
    servers_->ask(node, {"ACL", "SETUSER", "service", "on", ">open", "~k*", "-@all", "+ping", "+evalsha",
                         "+script|load", "+get", "+set", "+cluster|slots", "+asking"});
  }
  Settings limited = settings();
  limited.user = "service";
  limited.password = Secret("open");
  Cluster cluster(io_.get_executor(), {servers_->address(0)}, limited, {.refresh_pause = 20ms});
  connect(cluster);
  const std::string key = key_of(0, "kept");
  const std::uint16_t slot = hash_slot(key);
  ASSERT_TRUE(command(cluster, {"SET", key, "v"}));
  servers_->begin_move(slot, 0, 1);
  servers_->move_key(key, 0, 1);
  const std::string_view keys[] = {key};
  EXPECT_EQ(run(cluster.eval("return redis.call('GET', KEYS[1])", keys, {}))->text, "v");  // ASK
  servers_->end_move(slot, 1);
  EXPECT_EQ(command(cluster, {"GET", key})->text, "v");  // MOVED
  servers_->begin_move(slot, 1, 0);
  servers_->move_key(key, 1, 0);
  servers_->end_move(slot, 0);
  EXPECT_EQ(command(cluster, {"FLUSHALL"}).error().reason, "redis_no_permission");
  stop(cluster);
}

TEST_F(ClusterTest, ARingOfRedirectsEnds) {
  const std::string key = key_of(0, "ring");
  const std::uint16_t slot = hash_slot(key);
  // Both say that the other has it: what an operator's mistake looks like.
  servers_->ask(0, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", servers_->id(1)});
  const auto reply = command(cluster_, {"GET", key});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().reason, "redis_moved");
  servers_->ask(0, {"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", servers_->id(0)});
}

}  // namespace
}  // namespace gatehouse::storage::redis
