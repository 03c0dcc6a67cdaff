// Against a server that asks for TLS, a certificate and a password: what does not fit is named in one log
// line, and mends itself when it is put right.
#include <cstdio>

#include "storage/redis/test_loop.hpp"
#include "storage/redis/test_secured_server.hpp"

namespace gatehouse::storage::redis {
namespace {

using namespace std::chrono_literals;

class SecuredClientTest : public LoopTest {
 protected:
  void SetUp() override {
    log_.reset(std::tmpfile());
    log::configure({.level = log::Level::warn, .descriptor = fileno(log_.get())});
  }
  void TearDown() override { log::configure({.level = log::Level::error}); }

  // The lines that say that it cannot connect, so far.
  std::vector<std::string> complaints() {
    log::flush();
    std::rewind(log_.get());
    std::vector<std::string> found;
    std::string line;
    for (int c = std::fgetc(log_.get()); c != EOF; c = std::fgetc(log_.get())) {
      if (c != '\n') {
        line += static_cast<char>(c);
        continue;
      }
      if (line.find("redis-connect-failed") != std::string::npos) found.push_back(line);
      line.clear();
    }
    return found;
  }
  // Tries for a while in vain; the one line that says why.
  std::string why_not(const Options& options) {
    auto settings = settings_of(options, "test").value();
    settings.reconnect = {.base = 5ms, .cap = 20ms};
    Client client(io_.get_executor(), std::move(settings));
    client.start();
    EXPECT_FALSE(run(client.wait_until_connected(Deadline::after(150ms))));
    stop(client);
    const auto lines = complaints();
    EXPECT_EQ(lines.size(), 1U) << "once, not for every try";
    return lines.empty() ? "" : lines.front();
  }

  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> log_;
  SecuredServer server_{"gatehouse:test:"};
};

TEST_F(SecuredClientTest, ConnectsWithWhatTheServerAsksForAndMayDoNothingElse) {
  const auto redis = open(io_.get_executor(), server_.options(), "test").value();
  connect(*redis);
  EXPECT_EQ(command(*redis, {"GET", "gatehouse:test:k"})->type, Reply::Type::null);
  EXPECT_EQ(command(*redis, {"GET", "gatehouse:other:k"}).error().reason, "redis_no_permission");
  EXPECT_EQ(command(*redis, {"KEYS", "*"}).error().reason, "redis_no_permission");
  EXPECT_EQ(command(*redis, {"FLUSHALL"}).error().reason, "redis_no_permission");
  stop(*redis);
}

TEST_F(SecuredClientTest, AWrongPasswordIsNamed) {
  Options options = server_.options();
  options.redis.password = Secret("guessed");
  const std::string line = why_not(options);
  EXPECT_NE(line.find("WRONGPASS"), std::string::npos) << line;
  EXPECT_EQ(line.find("guessed"), std::string::npos) << line;
}

TEST_F(SecuredClientTest, AWrongHostNameIsNamed) {
  Options options = server_.options();
  options.server_name = "another.example";
  const std::string line = why_not(options);
  EXPECT_NE(line.find("hostname mismatch"), std::string::npos) << line;
}

TEST_F(SecuredClientTest, AnUnknownAuthorityIsNamed) {
  Options options = server_.options();
  options.tls->ca.clear();  // the system's
  const std::string line = why_not(options);
  EXPECT_NE(line.find("certificate"), std::string::npos) << line;
}

TEST_F(SecuredClientTest, AnExpiredServerCertificateIsNamed) {
  const test_peers::ServerProcess files("redis-files");
  const test_peers::Certificates old(files.directory(), core::SystemClock().now() - 72h);
  const TestServer expired(
      {"--tls-cert-file", old.server.certificate.string(), "--tls-key-file", old.server.key.string(),
       "--tls-ca-cert-file", old.ca.string(), "--tls-auth-clients", "no"},
      TestServer::Transport::tls);
  Options options;
  options.hosts = {{"127.0.0.1", expired.port()}};
  options.tls = net::TlsFiles{.certificate = {}, .key = {}, .ca = old.ca.string()};
  const std::string line = why_not(options);
  EXPECT_NE(line.find("expired"), std::string::npos) << line;
}

TEST_F(SecuredClientTest, ARenewedCertificateIsTakenWithoutARestart) {
  const test_peers::ServerProcess files("redis-files");
  const test_peers::Certificates strangers(files.directory(), core::SystemClock().now());
  const Options right = server_.options();
  Options options = right;
  options.tls->certificate =
      strangers.client.certificate.string();  // of an authority that the server does not know
  options.tls->key = strangers.client.key.string();
  auto settings = settings_of(options, "test").value();
  settings.reconnect = {.base = 5ms, .cap = 20ms};
  Client client(io_.get_executor(), std::move(settings));
  client.start();
  EXPECT_FALSE(run(client.wait_until_connected(Deadline::after(100ms))));
  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(right.tls->certificate, options.tls->certificate, overwrite);
  std::filesystem::copy_file(right.tls->key, options.tls->key, overwrite);
  EXPECT_TRUE(run(client.wait_until_connected(Deadline::after(5s))));
  stop(client);
}

TEST_F(SecuredClientTest, AMissingRightIsNamed) {
  server_.as_operator({"ACL", "SETUSER", "service", "-client|tracking"});
  auto settings = settings_of(server_.options(), "test").value();
  Client client(io_.get_executor(), std::move(settings));
  client.on_connect_send({"CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "gatehouse:test:"});
  client.start();
  EXPECT_FALSE(run(client.wait_until_connected(Deadline::after(100ms))));
  stop(client);
  ASSERT_FALSE(complaints().empty());
  EXPECT_NE(complaints().front().find("client|tracking"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::storage::redis
