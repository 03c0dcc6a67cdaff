// `gatehouse check` against real engines that are not as they should be: what an operator is told.
#include <fstream>

#include <gtest/gtest.h>

#include "storage/redis/test_server.hpp"
#include "storage/test_peers/certificates.hpp"
#include "supervisor/pki.hpp"
#include "tests/component/checking.hpp"
#include "tests/harness/consul_agent.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;
using storage::redis::TestServer;
using storage::test_peers::Certificates;

class CheckingRedis : public Checking {
 protected:
  void SetUp() override {
    if (!find_program("redis-server")) GTEST_SKIP() << "SKIPPED: no redis-server on PATH";
  }
  check::Findings probe_redis(const json::object& settings,
                              core::SystemTime now = core::SystemClock().now()) {
    return probe("redis", settings, supervisor::Platform::load(data_.path()).value(), now);
  }
  // A server with these certificates, which asks for the client's.
  static std::unique_ptr<TestServer> with_tls(const Certificates& certificates) {
    return std::make_unique<TestServer>(
        std::vector<std::string>{"--tls-cert-file", certificates.server.certificate, "--tls-key-file",
                                 certificates.server.key, "--tls-ca-cert-file", certificates.ca,
                                 "--tls-auth-clients", "yes"},
        TestServer::Transport::tls);
  }
  static json::object tls_settings(const TestServer& server, const Certificates& certificates) {
    return {{"host", "127.0.0.1"},
            {"port", server.port()},
            {"tls",
             {{"ca", certificates.ca.string()},
              {"certificate", certificates.client.certificate.string()},
              {"key", certificates.client.key.string()}}}};
  }
};

TEST_F(CheckingRedis, OverTlsTellsVersionCertificateAndClock) {
  const auto now = core::SystemClock().now();
  const Certificates certificates(data_.path(), now);
  const auto server = with_tls(certificates);
  const auto findings = probe_redis(tls_settings(*server, certificates));
  EXPECT_TRUE(check::is_fine(findings)) << told(findings);
  EXPECT_EQ(findings.tls_version, "TLSv1.3");
  EXPECT_GT(findings.certificate_expires.value(), now);
  EXPECT_TRUE(findings.version.starts_with("7.") || findings.version.starts_with("6.")) << findings.version;
  EXPECT_LT(std::abs(findings.clock_skew.value().count()), 1'000);

  const auto late = probe_redis(tls_settings(*server, certificates), now + std::chrono::minutes{10});
  EXPECT_NE(told(late).find("its clock differs from ours by -600 s"), std::string::npos) << told(late);
}

TEST_F(CheckingRedis, AnExpiredCertificateAndAWrongNameAreNamed) {
  const auto now = core::SystemClock().now();
  const Certificates expired(data_.path(), now - std::chrono::hours{72});
  const auto old_server = with_tls(expired);
  const auto findings = probe_redis(tls_settings(*old_server, expired));
  EXPECT_FALSE(check::is_fine(findings));
  EXPECT_NE(told(findings).find("expired"), std::string::npos) << told(findings);

  const Certificates good(data_.path(), now);
  const auto server = with_tls(good);
  auto settings = tls_settings(*server, good);
  settings["tls"].as_object()["server_name"] = "redis.example";
  const auto misnamed = probe_redis(settings);
  EXPECT_FALSE(check::is_fine(misnamed));
  EXPECT_NE(told(misnamed).find("tls_handshake_failed"), std::string::npos) << told(misnamed);
}

TEST_F(CheckingRedis, AWrongPasswordAndAMissingRightAreNamed) {
  const TestServer server({"--requirepass", "right", "--user", "limited", "on", ">word", "~*", "&*", "+@all",
                           "-eval", "-publish"});
  json::object settings{{"host", "127.0.0.1"}, {"port", server.port()}, {"password_file", "redis_password"}};
  const auto secret = data_.path() / "roles" / "auth" / "secrets" / "redis_password";
  EXPECT_NE(told(probe_redis(settings)).find("redis_password"), std::string::npos) << "no such secret";
  std::ofstream(secret) << "wrong\n";
  const auto refused = probe_redis(settings);
  EXPECT_TRUE(refused.is_reachable);
  EXPECT_NE(told(refused).find("does not let us in"), std::string::npos) << told(refused);
  std::ofstream(secret) << "right\n";
  EXPECT_TRUE(check::is_fine(probe_redis(settings)));
  std::ofstream(secret) << "word\n";
  settings["user"] = "limited";
  const auto limited = probe_redis(settings);
  EXPECT_EQ(limited.missing_rights, (std::vector<std::string>{"the command EVAL", "the command PUBLISH"}))
      << told(limited);
}

TEST_F(Checking, AConsulTokenThatMayNotAnnounceARoleIsNamed) {
  const auto program = find_program("consul");
  if (!program) GTEST_SKIP() << "SKIPPED: no consul on PATH (tools/peers fetches it)";
  const auto now = core::SystemClock().now();
  ASSERT_TRUE(supervisor::ensure_pki(data_.path(), now));
  const auto up = supervisor::Layout{data_.path()}.instance_dir("up");
  fs::create_directories(up);
  ASSERT_TRUE(supervisor::issue_role_leaf(data_.path(), "up", up, {"up"}, now));
  const ConsulAgent consul({.program = *program,
                            .pki = data_.path(),
                            .state = data_.path() / "consul",
                            .rules = R"(service_prefix "" { policy = "write" } )"
                                     R"(service "payment-service" { policy = "read" } )"
                                     R"(node_prefix "" { policy = "read" })"});
  const json::object discovery{
      {"consul", {{"port", consul.port()}, {"token_file", consul.token_file().string()}}}};
  std::ofstream(data_.path() / "platform.yml") << json::serialize(json::object{{"discovery", discovery}});
  const auto platform = supervisor::Platform::load(data_.path()).value();
  const auto findings = probe("consul", discovery, platform, now);
  EXPECT_TRUE(findings.is_reachable);
  EXPECT_EQ(findings.tls_version, "TLSv1.3");
  EXPECT_EQ(findings.missing_rights,
            std::vector<std::string>{"service:write on payment-service (role payments)"})
      << told(findings);
  EXPECT_TRUE(findings.problems.empty()) << told(findings);
}

}  // namespace
}  // namespace gatehouse::tests
