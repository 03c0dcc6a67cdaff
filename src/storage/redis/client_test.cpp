#include "storage/redis/client.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/x509.hpp"
#include "net/listener.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "storage/redis/connection.hpp"
#include "storage/redis/test_loop.hpp"
#include "storage/redis/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::redis {
namespace {

using namespace std::chrono_literals;
using Type = Reply::Type;

Settings settings_for(std::uint16_t port) {
  Settings settings;
  settings.port = port;
  settings.reconnect = {.base = 5ms, .cap = 20ms};
  return settings;
}

using RedisTest = LoopTest;

TEST_F(RedisTest, CommandsAreAnsweredWithTypedValues) {
  const TestServer server;
  Client client(io_.get_executor(), settings_for(server.port()));
  connect(client);
  EXPECT_EQ(command(client, {"SET", "k", std::string_view("a\r\n\0b", 5)})->text, "OK");
  EXPECT_EQ(command(client, {"GET", "k"})->text, std::string_view("a\r\n\0b", 5));
  EXPECT_TRUE(command(client, {"GET", "nothing"})->is_null());
  EXPECT_EQ(command(client, {"INCR", "n"})->integer, 1);
  EXPECT_EQ(command(client, {"HSET", "h", "f", "v"})->integer, 1);
  const auto map = command(client, {"HGETALL", "h"});
  EXPECT_EQ(map->type, Type::map);
  EXPECT_EQ(map->elements.at(1).text, "v");
  EXPECT_EQ(command(client, {"LPUSH", "k", "v"}).error().reason, "redis_error");
  EXPECT_EQ(command(client, {"NOSUCH"}).error().kind, ErrorKind::internal);
  const std::string large(3'000'000, 'x');
  EXPECT_TRUE(command(client, {"SET", "large", large}));
  EXPECT_EQ(command(client, {"GET", "large"})->text, large);
  stop(client);
}

Awaitable<> increment(Client& client, std::vector<std::int64_t>& seen) {
  const std::string_view words[] = {"INCR", "n"};
  auto reply = co_await client.command(words);
  if (reply) seen.push_back(reply->integer);
}

TEST_F(RedisTest, PipelinedCommandsGetTheirOwnRepliesInOrder) {
  const TestServer server;
  Client client(io_.get_executor(), settings_for(server.port()));
  connect(client);
  std::vector<std::int64_t> seen;
  TaskGroup callers(io_.get_executor());
  for (int i = 0; i < 1000; ++i) callers.spawn("increment", increment(client, seen));
  ASSERT_TRUE(run_until([&] { return seen.size() == 1000; }));
  for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], static_cast<std::int64_t>(i + 1));
  stop(client);
}

TEST_F(RedisTest, APasswordIsSentAndAWrongOneIsSaid) {
  const TestServer server({"--requirepass", "open sesame"});
  Settings settings = settings_for(server.port());
  settings.password = Secret("open sesame");
  Client client(io_.get_executor(), settings);
  connect(client);
  EXPECT_TRUE(command(client, {"PING"}));
  stop(client);

  settings.password = Secret("wrong");
  Client stranger(io_.get_executor(), settings);
  stranger.start();
  EXPECT_EQ(run(stranger.wait_until_connected(Deadline::after(50ms))).error().reason, "redis_not_connected");
  stop(stranger);
}

// A certificate authority, and one certificate that both sides present.
struct Certificates {
  Certificates() {
    char name[] = "/tmp/gatehouse-redis-tls-XXXXXX";
    if (mkdtemp(name) == nullptr) throw std::runtime_error("no temporary directory");
    directory = name;
    const core::SystemTime now = core::SystemClock().now();
    const auto root = crypto::issue_root("Root", std::chrono::hours{24}, now).value();
    const crypto::LeafRequest request{.common_name = "redis", .dns_names = {"redis.test"}};
    const auto leaf = crypto::issue_leaf(root, request, now).value();
    std::ofstream(files.ca = directory + "/ca.pem") << root.certificate_pem;
    std::ofstream(files.certificate = directory + "/certificate.pem") << leaf.certificate_pem;
    std::ofstream(files.key = directory + "/key.pem") << leaf.key_pem.reveal();
  }
  ~Certificates() { std::filesystem::remove_all(directory); }
  Certificates(const Certificates&) = delete;

  std::string directory;
  net::TlsFiles files;
};

TEST_F(RedisTest, TlsIsMutualAndTheServersNameCounts) {
  const Certificates ours;
  const TestServer server({"--tls-cert-file", ours.files.certificate, "--tls-key-file", ours.files.key,
                           "--tls-ca-cert-file", ours.files.ca},
                          TestServer::Transport::tls);
  Settings settings = settings_for(server.port());
  settings.tls = net::ClientTls::load(ours.files).value();
  settings.server_name = "redis.test";
  Client client(io_.get_executor(), settings);
  connect(client);
  const std::string large(1'000'000, 'x');
  EXPECT_TRUE(command(client, {"SET", "large", large}));
  EXPECT_EQ(command(client, {"GET", "large"})->text, large);
  stop(client);

  settings.server_name = "another.test";
  Client deceived(io_.get_executor(), settings);
  deceived.start();
  EXPECT_FALSE(run(deceived.wait_until_connected(Deadline::after(100ms))));
  stop(deceived);
}

TEST_F(RedisTest, AScriptIsLoadedOnceAndAgainWhenTheServerForgotIt) {
  const TestServer server;
  Client client(io_.get_executor(), settings_for(server.port()));
  connect(client);
  constexpr std::string_view kScript = "return {KEYS[1], ARGV[1], #ARGV}";
  const std::string_view keys[] = {"k"};
  const std::string_view arguments[] = {"a", "b"};
  for (int i = 0; i < 2; ++i) {
    const auto reply = run(client.eval(kScript, keys, arguments));
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->elements.at(0).text, "k");
    EXPECT_EQ(reply->elements.at(1).text, "a");
    EXPECT_EQ(reply->elements.at(2).integer, 2);
    ASSERT_TRUE(command(client, {"SCRIPT", "FLUSH"}));
  }
  EXPECT_EQ(run(client.eval("return redis.error_reply('ERR mine')", {}, {})).error().detail, "ERR mine");
  stop(client);
}

TEST_F(RedisTest, PushMessagesReachTheirListener) {
  const TestServer server;
  std::vector<std::string> heard;
  Client listener(io_.get_executor(), settings_for(server.port()));
  listener.on_connect_send({"SUBSCRIBE", "news"});
  listener.on_push([&](const Reply& message) {
    if (message.elements.front().text == "message") heard.push_back(message.elements.at(2).text);
  });
  connect(listener);
  Client speaker(io_.get_executor(), settings_for(server.port()));
  connect(speaker);
  EXPECT_EQ(command(speaker, {"PUBLISH", "news", "first"})->integer, 1);
  EXPECT_TRUE(command(listener, {"PING"}));  // a subscriber can do everything else in RESP3
  ASSERT_TRUE(command(speaker, {"PUBLISH", "news", "second"}));
  EXPECT_TRUE(run_until([&] { return heard.size() == 2; }));
  EXPECT_EQ(heard, (std::vector<std::string>{"first", "second"}));
  stop(listener);
  stop(speaker);
}

TEST_F(RedisTest, AfterACrashCommandsFailAtOnceUntilItIsBack) {
  TestServer server;
  int lost = 0;
  Client client(io_.get_executor(), settings_for(server.port()));
  client.on_lost([&] { ++lost; });
  connect(client);
  server.kill();
  ASSERT_TRUE(run_until([&] { return !client.is_connected(); }));
  EXPECT_EQ(lost, 1);
  const auto refused = command(client, {"PING"});
  EXPECT_EQ(refused.error().reason, "redis_not_connected");
  EXPECT_TRUE(refused.error().safe_to_retry);
  server.restart();
  ASSERT_TRUE(run(client.wait_until_connected(Deadline::after(10s))));
  EXPECT_TRUE(command(client, {"PING"}));
  stop(client);
}

TEST_F(RedisTest, WhatWaitsWhenTheConnectionIsLostIsTold) {
  TestServer server;
  Client client(io_.get_executor(), settings_for(server.port()));
  connect(client);
  server.pause();
  TaskGroup callers(io_.get_executor());
  std::vector<Error> errors;
  const auto ask = [](Client& asked, std::vector<Error>& seen) -> Awaitable<> {
    const std::string_view words[] = {"PING"};
    auto reply = co_await asked.command(words);
    if (!reply) seen.push_back(reply.error());
  };
  for (int i = 0; i < 3; ++i) callers.spawn("ask", ask(client, errors));
  io_.poll();
  server.kill();
  ASSERT_TRUE(run_until([&] { return errors.size() == 3; }));
  for (const Error& error : errors) {
    EXPECT_EQ(error.reason, "redis_connection_lost");
    EXPECT_FALSE(error.safe_to_retry);
  }
  stop(client);
}

TEST_F(RedisTest, ASilentServerIsATimeoutAndALateReplyGoesToNobodyElse) {
  TestServer server;
  Settings settings = settings_for(server.port());
  settings.command_timeout = 30ms;
  Client client(io_.get_executor(), settings);
  connect(client);
  server.pause();
  EXPECT_EQ(command(client, {"SET", "k", "late"}).error().reason, "redis_timeout");
  server.resume();
  EXPECT_EQ(command(client, {"GET", "k"})->text, "late");
  stop(client);
}

TEST_F(RedisTest, AConnectionThatStallsIsReplaced) {
  TestServer server;
  Settings settings = settings_for(server.port());
  settings.command_timeout = 20ms;
  settings.stall_timeout = 60ms;
  settings.ping_after_idle = 50ms;
  Client client(io_.get_executor(), settings);
  connect(client);
  server.pause();  // nobody asks anything: the client's own question shows it
  ASSERT_TRUE(run_until([&] { return !client.is_connected(); }));
  server.resume();
  EXPECT_TRUE(run(client.wait_until_connected(Deadline::after(10s))));
  stop(client);
}

TEST_F(RedisTest, AnIdleConnectionStays) {
  const TestServer server;
  int lost = 0;
  Settings settings = settings_for(server.port());
  settings.ping_after_idle = 10ms;
  Client client(io_.get_executor(), settings);
  client.on_lost([&] { ++lost; });
  connect(client);
  io_.run_for(400ms);  // several questions and answers
  EXPECT_EQ(lost, 0);
  EXPECT_TRUE(command(client, {"PING"}));
  stop(client);
}

TEST_F(RedisTest, TooManyWaitingCommandsAreRefused) {
  TestServer server;
  Settings settings = settings_for(server.port());
  settings.commands_max = 2;
  Client client(io_.get_executor(), settings);
  connect(client);
  server.pause();
  std::vector<std::int64_t> seen;
  TaskGroup callers(io_.get_executor());
  for (int i = 0; i < 2; ++i) callers.spawn("increment", increment(client, seen));
  io_.poll();
  EXPECT_EQ(command(client, {"PING"}).error().reason, "redis_busy");
  server.resume();
  EXPECT_TRUE(run_until([&] { return seen.size() == 2; }));
  stop(client);
}

// Says one thing to everybody.
Awaitable<> say(net::Stream stream, std::string text) {
  std::array<char, 1024> ignored;
  static_cast<void>(co_await stream.read_some(ignored));
  static_cast<void>(co_await stream.write(text));
  static_cast<void>(co_await stream.read_some(ignored));
}

TEST_F(RedisTest, AServerThatIsTooOldOrNoRedisIsNeverConnected) {
  for (const std::string_view answer :
       {"-ERR unknown command 'HELLO'\r\n", "-NOPROTO unsupported protocol version\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n"}) {
    auto listener = net::Listener::open(io_.get_executor(), {}, [answer](net::Stream stream) {
      return say(std::move(stream), std::string(answer));
    });
    ASSERT_TRUE(listener);
    (*listener)->start();
    Client client(io_.get_executor(), settings_for((*listener)->port()));
    client.start();
    EXPECT_FALSE(run(client.wait_until_connected(Deadline::after(60ms)))) << answer;
    stop(client);
    EXPECT_TRUE(run((*listener)->stop(Deadline::after(1s))));
  }
}

TEST_F(RedisTest, StopEndsAClientThatNeverConnected) {
  Client client(io_.get_executor(), settings_for(1));
  client.start();
  io_.poll();
  EXPECT_FALSE(client.is_connected());
  stop(client);
}

TEST(RedisErrors, AreSortedByTheirCode) {
  struct Row {
    std::string_view text;
    ErrorKind kind;
    std::string_view reason;
  };
  for (const Row& row : {Row{"ERR syntax error", ErrorKind::internal, "redis_error"},
                         Row{"WRONGTYPE Operation", ErrorKind::internal, "redis_error"},
                         Row{"NOSCRIPT No matching script", ErrorKind::internal, "redis_no_script"},
                         Row{"NOAUTH Authentication required.", ErrorKind::internal, "redis_no_permission"},
                         Row{"LOADING Redis is loading", ErrorKind::unavailable, "redis_refused"},
                         Row{"OOM command not allowed", ErrorKind::unavailable, "redis_refused"}}) {
    EXPECT_EQ(error_of_reply(row.text).kind, row.kind) << row.text;
    EXPECT_EQ(error_of_reply(row.text).reason, row.reason) << row.text;
  }
}

}  // namespace
}  // namespace gatehouse::storage::redis
