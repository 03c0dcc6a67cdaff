// Against a real master, its replica and a sentinel.
#include "storage/redis/sentinel.hpp"

#include <fstream>

#include "runtime/timer.hpp"
#include "storage/redis/test_loop.hpp"
#include "storage/redis/test_server.hpp"

namespace gatehouse::storage::redis {
namespace {

using namespace std::chrono_literals;

// `master` 0: it watches nobody.
class TestSentinel {
 public:
  explicit TestSentinel(std::uint16_t master) {
    const auto file = server_.directory() / "sentinel.conf";
    std::ofstream conf(file);
    conf << "bind 127.0.0.1\nport " << server_.port() << "\ndir " << server_.directory().string()
         << "\nlogfile log\n";
    if (master != 0) {
      conf << "sentinel monitor shop 127.0.0.1 " << master << " 1\n"
           << "sentinel down-after-milliseconds shop 200\nsentinel failover-timeout shop 3000\n";
    }
    conf.close();
    server_.launch({.words = {"redis-server", file.string(), "--sentinel"},
                    .advice = "is the Debian package redis-server installed?"});
  }
  [[nodiscard]] Address address() const { return {"127.0.0.1", server_.port()}; }

 private:
  test_peers::ServerProcess server_{"sentinel"};
};

class SentinelTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    Client replica(io_.get_executor(), settings(replica_.port()));
    connect(replica);
    ASSERT_TRUE(run_until([&] {
      return command(replica, {"INFO", "replication"})->text.find("master_link_status:up") !=
             std::string::npos;
    }));
    stop(replica);
  }
  static Settings settings(std::uint16_t port = 0) {
    Settings settings;
    settings.port = port;
    settings.reconnect = {.base = 20ms, .cap = 100ms};
    return settings;
  }
  std::vector<Address> sentinels(const TestSentinel& knowing, const TestSentinel& ignorant) {
    return {{"127.0.0.1", 1}, ignorant.address(), knowing.address()};
  }
  // Until the sentinel knows the replica, there is nobody to fail over to.
  void wait_until_replica_is_known(const TestSentinel& sentinel) {
    Client client(io_.get_executor(), settings(sentinel.address().port));
    connect(client);
    ASSERT_TRUE(run_until([&] {
      const auto replicas = command(client, {"SENTINEL", "REPLICAS", "shop"});
      return replicas && replicas->elements.size() == 1;
    }));
    stop(client);
  }

  TestServer master_{{"--repl-diskless-sync-delay", "0"}};
  TestServer replica_{
      {"--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1", std::to_string(master_.port())}};
};

TEST_F(SentinelTest, TheMasterIsFoundAndFollowedWhenItDies) {
  const TestSentinel ignorant(0);
  const TestSentinel knowing(master_.port());
  Sentinel redis(io_.get_executor(), sentinels(knowing, ignorant), settings(), "shop", settings());
  int lost = 0;
  redis.on_lost([&] { ++lost; });
  connect(redis);
  ASSERT_TRUE(command(redis, {"SET", "k", "before"}));
  ASSERT_TRUE(run_until([&] {
    const auto replicas = command(redis, {"WAIT", "1", "100"});
    return replicas && replicas->integer == 1;
  }));
  wait_until_replica_is_known(knowing);

  master_.kill();
  ASSERT_TRUE(run_until([&] { return !redis.is_connected(); }));
  EXPECT_EQ(lost, 1);
  EXPECT_EQ(command(redis, {"GET", "k"}).error().reason, "redis_not_connected");
  ASSERT_TRUE(run(redis.wait_until_connected(Deadline::after(15s))));
  EXPECT_EQ(command(redis, {"GET", "k"})->text, "before");
  EXPECT_TRUE(command(redis, {"SET", "k", "after"}));
  EXPECT_NE(command(redis, {"INFO", "server"})->text.find("tcp_port:" + std::to_string(replica_.port())),
            std::string::npos);
  stop(redis);
}

TEST_F(SentinelTest, ASwitchIsFollowedThoughTheOldMasterLives) {
  const TestSentinel knowing(master_.port());
  Sentinel redis(io_.get_executor(), {knowing.address()}, settings(), "shop", settings());
  connect(redis);
  wait_until_replica_is_known(knowing);
  Client operator_(io_.get_executor(), settings(knowing.address().port));
  connect(operator_);
  ASSERT_TRUE(run_until([&] { return command(operator_, {"SENTINEL", "FAILOVER", "shop"}).has_value(); }));
  const std::string new_port = "tcp_port:" + std::to_string(replica_.port());
  EXPECT_TRUE(run_until([&] {
    const auto info = command(redis, {"INFO", "server"});
    return info && info->text.find(new_port) != std::string::npos;
  }));
  EXPECT_TRUE(command(redis, {"SET", "k", "v"}));
  stop(operator_);
  stop(redis);
}

TEST_F(SentinelTest, TheRightsOfTheManualAreEnough) {
  const TestSentinel sentinel(master_.port());
  const auto allow = [this](std::uint16_t port, std::initializer_list<std::string_view> rights) {
    Client operator_(io_.get_executor(), settings(port));
    connect(operator_);
    EXPECT_TRUE(command(operator_, rights));
    stop(operator_);
  };
  allow(sentinel.address().port,
        {"ACL", "SETUSER", "watch", "on", ">seen", "resetchannels", "&+switch-master", "-@all", "+ping",
         "+subscribe", "+sentinel|get-master-addr-by-name"});
  allow(master_.port(),
        {"ACL", "SETUSER", "service", "on", ">open", "~k*", "-@all", "+ping", "+get", "+role"});
  Settings watching = settings();
  watching.user = "watch";
  watching.password = Secret("seen");
  Settings serving = settings();
  serving.user = "service";
  serving.password = Secret("open");
  Sentinel redis(io_.get_executor(), {sentinel.address()}, watching, "shop", serving);
  connect(redis);
  EXPECT_TRUE(command(redis, {"GET", "k"}));
  EXPECT_EQ(command(redis, {"SET", "k", "v"}).error().reason, "redis_no_permission");
  stop(redis);
}

TEST_F(SentinelTest, WithoutSentinelsThereIsNoConnectionAndWithoutTheNameNeither) {
  const TestSentinel ignorant(0);
  Sentinel redis(io_.get_executor(), {{"127.0.0.1", 1}, ignorant.address()}, settings(), "shop", settings());
  redis.start();
  EXPECT_FALSE(run(redis.wait_until_connected(Deadline::after(200ms))));
  stop(redis);
}

TEST_F(SentinelTest, APrimaryThatBecomesAReplicaIsLeft) {
  Settings primary = settings(master_.port());
  primary.role = ServerRole::primary;
  Client client(io_.get_executor(), std::move(primary));
  connect(client);
  ASSERT_TRUE(command(client, {"REPLICAOF", "127.0.0.1", std::to_string(replica_.port())}));
  const auto refused = command(client, {"SET", "k", "v"});
  EXPECT_EQ(refused.error().reason, "redis_read_only");
  EXPECT_TRUE(refused.error().safe_to_retry);
  ASSERT_TRUE(run_until([&] { return !client.is_connected(); }));
  EXPECT_FALSE(run(client.wait_until_connected(Deadline::after(100ms))));  // ROLE says what it is

  Client another(io_.get_executor(), settings(master_.port()));
  connect(another);
  ASSERT_TRUE(command(another, {"REPLICAOF", "NO", "ONE"}));
  EXPECT_TRUE(run(client.wait_until_connected(Deadline::after(5s))));
  EXPECT_TRUE(command(client, {"SET", "k", "v"}));
  stop(another);
  stop(client);
}

}  // namespace
}  // namespace gatehouse::storage::redis
