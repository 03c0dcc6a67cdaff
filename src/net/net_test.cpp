// Mutual TLS between real sockets: who is let in, who is refused, and certificates renewed in place.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "net/listener.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::net {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

core::SystemTime now() {
  return core::SystemClock().now();
}

class MutualTlsTest : public ::testing::Test {
 protected:
  MutualTlsTest() {
    std::string pattern = ::testing::TempDir() + "gatehouse-net-XXXXXX";
    directory = ::mkdtemp(pattern.data());
    write("ca.pem", root.certificate_pem);
    issue("server", root, hours{1});
    server_tls = ServerTls::load(files("server"), ClientCertificate::required).value();
    listener = Listener::open(io.get_executor(), {.tls = server_tls}, [this](Stream stream) {
                 return echo(seen, std::move(stream));
               }).value();
    listener->start();
  }
  ~MutualTlsTest() override {
    (void)runtime::run_to_end(io, listener->stop(Deadline::after(milliseconds{10})));
    fs::remove_all(directory);
  }

  void write(const std::string& name, std::string_view text) { std::ofstream(directory / name) << text; }
  void issue(const std::string& name, const crypto::IssuedCertificate& issuer, std::chrono::seconds lifetime,
             core::SystemTime at = now()) {
    crypto::LeafRequest request;
    request.common_name = name;
    request.uri_names = {"spiffe://gatehouse.local/role/" + name};
    request.dns_names = {"localhost"};
    request.ip_addresses = {"127.0.0.1"};
    request.lifetime = lifetime;
    const auto leaf = crypto::issue_leaf(issuer, request, at).value();
    write(name + ".pem", leaf.certificate_pem);
    write(name + ".key", leaf.key_pem.reveal());
  }
  TlsFiles files(const std::string& name) {
    return {.certificate = directory / (name + ".pem"),
            .key = directory / (name + ".key"),
            .ca = directory / "ca.pem"};
  }
  // Connects, sends a word, and gives what comes back: the word, or why not.
  std::string talk(TlsFiles as, std::string peer_uri = {}) {
    auto connection = open(std::move(as), std::move(peer_uri));
    if (!connection) return std::string(connection.error().reason);
    return say(*connection, "hello");
  }
  Result<Stream> open(TlsFiles as, std::string peer_uri = {}) {
    auto tls = ClientTls::load(std::move(as)).value();
    ConnectOptions options{.host = "127.0.0.1",
                           .port = listener->port(),
                           .tls = tls,
                           .server_name = "localhost",
                           .peer_uri = std::move(peer_uri)};
    return runtime::run_to_end(io, connect(std::move(options), Deadline::after(milliseconds{3'000})));
  }
  std::string say(Stream& stream, std::string word) {
    stream.expires_at(std::chrono::steady_clock::now() + milliseconds{2'000});
    auto exchange = [](Stream& with, std::string text) -> Awaitable<std::string> {
      (void)co_await with.write(text);
      std::array<char, 64> buffer;
      const auto got = co_await with.read_some(buffer);
      if (!got) co_return std::string(got.error().reason);
      if (*got == 0) co_return "closed";
      co_return std::string(buffer.data(), *got);
    };
    return runtime::run_to_end(io, exchange(stream, std::move(word)));
  }
  static Awaitable<> echo(std::vector<std::string>& roles, Stream stream) {
    roles.push_back(stream.peer().certificate->uri_names().at(0));
    std::array<char, 64> buffer;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got || *got == 0) co_return;
      const std::string_view word(buffer.data(), *got);
      (void)co_await stream.write(word);
    }
  }

  boost::asio::io_context io;
  fs::path directory;
  crypto::IssuedCertificate root = crypto::issue_root("Root", hours{24}, now()).value();
  std::shared_ptr<ServerTls> server_tls;
  std::vector<std::string> seen;
  std::unique_ptr<Listener> listener;
};

TEST_F(MutualTlsTest, ACertificateOfThePlatformIsLetInAndItsRoleIsKnown) {
  issue("orders", root, hours{1});
  EXPECT_EQ(talk(files("orders")), "hello");
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0], "spiffe://gatehouse.local/role/orders");
}

TEST_F(MutualTlsTest, NoCertificateIsRefused) {
  EXPECT_NE(talk({.certificate = "", .key = "", .ca = directory / "ca.pem"}), "hello");
  EXPECT_TRUE(seen.empty());
}

TEST_F(MutualTlsTest, AnExpiredCertificateIsRefused) {
  issue("late", root, hours{1}, now() - hours{2});
  EXPECT_NE(talk(files("late")), "hello");
  EXPECT_TRUE(seen.empty());
}

TEST_F(MutualTlsTest, ACertificateOfAnotherAuthorityIsRefused) {
  const auto other = crypto::issue_root("Other root", hours{24}, now()).value();
  issue("forged", other, hours{1});
  EXPECT_NE(talk(files("forged")), "hello");
  EXPECT_TRUE(seen.empty());
}

TEST_F(MutualTlsTest, TheClientChecksTheServerToo) {
  issue("orders", root, hours{1});
  EXPECT_EQ(talk(files("orders"), "spiffe://gatehouse.local/role/server"), "hello");
  EXPECT_EQ(talk(files("orders"), "spiffe://gatehouse.local/role/payments"), "tls_handshake_failed");
  const auto other = crypto::issue_root("Other root", hours{24}, now()).value();
  write("other.pem", other.certificate_pem);
  auto trusting_another = files("orders");
  trusting_another.ca = directory / "other.pem";
  EXPECT_EQ(talk(trusting_another), "tls_handshake_failed");
}

TEST_F(MutualTlsTest, ARenewedCertificateServesNewConnectionsAndDropsNoOldOne) {
  issue("orders", root, hours{1});
  auto before = open(files("orders"));
  ASSERT_TRUE(before);
  EXPECT_EQ(say(*before, "one"), "one");
  const auto old_serial = before->peer().certificate->serial();

  issue("server", root, hours{2});
  ASSERT_TRUE(server_tls->reload());
  auto after = open(files("orders"));
  ASSERT_TRUE(after);
  EXPECT_NE(after->peer().certificate->serial(), old_serial);
  EXPECT_EQ(say(*after, "two"), "two");
  EXPECT_EQ(say(*before, "still here"), "still here");

  write("server.pem", "not a certificate");
  EXPECT_FALSE(server_tls->reload());
  EXPECT_EQ(talk(files("orders")), "hello");  // the last good one stays in force
}

TEST_F(MutualTlsTest, APortThatIsTakenIsSaidSo) {
  const auto taken = port_is_free("127.0.0.1", listener->port());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().reason, "address_in_use");
  EXPECT_EQ(port_is_free("192.0.2.1", 0).error().reason, "address_not_available");
}

}  // namespace
}  // namespace gatehouse::net
