#include "gateway/plugins/mtls_auth.hpp"

#include <gtest/gtest.h>

#include "gateway/plugins/plugin_bench.hpp"

namespace gatehouse::gateway::plugins {
namespace {

using namespace std::chrono_literals;

class MtlsAuthTest : public testing::Test {
 protected:
  MtlsAuthTest()
      : now_(core::ManualClock{}.now()),
        ca_(*crypto::issue_root("Shop CA", 24h, now_)),
        stranger_ca_(*crypto::issue_root("Other CA", 24h, now_)) {}

  [[nodiscard]] TestConfiguration configured(json::object more = {}) const {
    TestConfiguration configuration;
    const auto service = configuration.service("upstream.example", 80);
    configuration.route(service, "/");
    const auto ca = configuration.add("ca_certificates", {{"cert", ca_.certificate_pem}});
    more["ca_certificates"] = json::array{json::string(ca)};
    configuration.plugin("mtls-auth", std::move(more));
    return configuration;
  }
  [[nodiscard]] static std::shared_ptr<const crypto::Certificate> leaf(
      const crypto::IssuedCertificate& issuer, crypto::LeafRequest request, core::SystemTime now) {
    const auto issued = crypto::issue_leaf(issuer, request, now);
    return std::make_shared<const crypto::Certificate>(
        *crypto::Certificate::from_pem(issued->certificate_pem));
  }

  core::SystemTime now_;
  crypto::IssuedCertificate ca_;
  crypto::IssuedCertificate stranger_ca_;
};

TEST_F(MtlsAuthTest, RefusesARequestWithoutCertificateOrWithOneOfAnotherCa) {
  PluginBench bench{configured()};
  const auto without = bench.send({});
  EXPECT_EQ(without.status, 401U);
  EXPECT_EQ(without.content, R"({"message":"No required TLS certificate was sent"})");
  const auto stranger = bench.send({.certificate = leaf(stranger_ca_, {.common_name = "alice"}, now_)});
  EXPECT_EQ(stranger.status, 401U);
  EXPECT_EQ(stranger.content, R"({"message":"TLS certificate failed verification"})");
}

TEST_F(MtlsAuthTest, RefusesAnExpiredCertificateAlsoOneThatWasVerifiedBefore) {
  PluginBench bench{configured()};
  const auto certificate = leaf(ca_, {.common_name = "alice", .lifetime = 30s}, now_);
  EXPECT_EQ(bench.send({.certificate = certificate}).status, 200U);
  bench.clock.advance(31s);
  EXPECT_EQ(bench.send({.certificate = certificate}).status, 401U);
}

TEST_F(MtlsAuthTest, TakesTheCertificateItselfWhileThereAreNoConsumers) {
  PluginBench bench{configured()};
  const auto answer =
      bench.send({.certificate = leaf(ca_, {.common_name = "alice", .dns_names = {"alice.example"}}, now_)});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.subject, "CN=alice");
  EXPECT_EQ(answer.upstream.get("X-Client-Cert-Dn"), "CN=alice");
  EXPECT_EQ(answer.upstream.get("X-Client-Cert-San"), "alice.example,alice");
}

TEST_F(MtlsAuthTest, FindsTheConsumerBySanThenByCommonName) {
  auto configuration = configured();
  configuration.add("consumers", {{"username", "alice"}});
  configuration.add("consumers", {{"username", "by-san"}, {"custom_id", "shop.example"}});
  PluginBench bench{std::move(configuration)};
  const auto both = leaf(ca_, {.common_name = "alice", .dns_names = {"shop.example"}}, now_);
  EXPECT_EQ(bench.send({.certificate = both}).subject, "by-san");
  EXPECT_EQ(bench.send({.certificate = leaf(ca_, {.common_name = "alice"}, now_)}).subject, "alice");
  const auto nobody = bench.send({.certificate = leaf(ca_, {.common_name = "mallory"}, now_)});
  EXPECT_EQ(nobody.status, 401U);
  EXPECT_EQ(nobody.content, R"({"message":"TLS certificate failed verification"})");
}

TEST_F(MtlsAuthTest, FallsBackToTheDefaultOrSkipsTheLookUp) {
  auto with_default = configured({{"default_consumer", "partner"}});
  with_default.add("consumers", {{"username", "partner"}});
  PluginBench fallback{std::move(with_default)};
  EXPECT_EQ(fallback.send({.certificate = leaf(ca_, {.common_name = "x"}, now_)}).subject, "partner");

  auto skipping = configured({{"skip_consumer_lookup", true}});
  skipping.add("consumers", {{"username", "x"}});
  PluginBench skips{std::move(skipping)};
  EXPECT_EQ(skips.send({.certificate = leaf(ca_, {.common_name = "x"}, now_)}).subject, "CN=x");
}

TEST_F(MtlsAuthTest, DoesNotBelieveTheClientsOwnIdentityHeaders) {
  PluginBench bench{configured()};
  const auto answer = bench.send({.headers = {{"X-Client-Cert-Dn", "CN=root"}, {"X-Consumer-ID", "root"}},
                                  .certificate = leaf(ca_, {.common_name = "alice"}, now_)});
  EXPECT_EQ(answer.upstream.count("X-Client-Cert-Dn"), 1U);
  EXPECT_EQ(answer.upstream.get("X-Client-Cert-Dn"), "CN=alice");
  EXPECT_FALSE(answer.upstream.contains("X-Consumer-ID"));
}

}  // namespace
}  // namespace gatehouse::gateway::plugins
