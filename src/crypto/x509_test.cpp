#include "crypto/x509.hpp"

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "crypto/digest.hpp"
#include "crypto/jwk.hpp"
#include "crypto/x509_test_certificates.hpp"

namespace gatehouse::crypto {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr core::SystemTime kNow{seconds{1'800'000'000}};
constexpr hours kYear{365 * 24};

Certificate read(const IssuedCertificate& issued) {
  return Certificate::from_pem(issued.certificate_pem).value();
}

class X509Test : public testing::Test {
 protected:
  static LeafRequest request() {
    return {.common_name = "orders",
            .uri_names = {"spiffe://gatehouse.local/role/orders"},
            .dns_names = {"orders-service", "localhost"},
            .ip_addresses = {"127.0.0.1", "::1"},
            .lifetime = hours{24}};
  }
  std::string_view outcome(const Certificate& leaf, std::vector<Certificate> sent,
                           std::vector<Certificate> trusted, core::SystemTime now = kNow,
                           ChainPurpose purpose = ChainPurpose::client) const {
    const auto good = verify_chain(leaf, sent, trusted, now, purpose);
    return good ? "accepted" : good.error().reason;
  }

  const IssuedCertificate root_ = issue_root("Gatehouse root", 10 * kYear, kNow).value();
  const IssuedCertificate issuing_ = issue_intermediate(root_, "Gatehouse issuing", kYear, kNow).value();
  const IssuedCertificate leaf_ = issue_leaf(issuing_, request(), kNow).value();
};

TEST_F(X509Test, ALeafSaysWhoItIs) {
  const Certificate leaf = read(leaf_);
  EXPECT_EQ(leaf.subject_common_name(), "orders");
  EXPECT_EQ(leaf.subject_dn(), "CN=orders");
  EXPECT_EQ(leaf.issuer_dn(), "CN=Gatehouse issuing");
  EXPECT_EQ(leaf.uri_names(), std::vector<std::string>{"spiffe://gatehouse.local/role/orders"});
  EXPECT_EQ(leaf.dns_names(), (std::vector<std::string>{"orders-service", "localhost"}));
  EXPECT_EQ(leaf.ip_addresses(), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(leaf.not_before(), kNow - minutes{5});
  EXPECT_EQ(leaf.not_after(), kNow + hours{24});
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_TRUE(read(root_).is_ca());
  EXPECT_EQ(leaf.sha256_fingerprint(), core::to_hex(sha256(leaf.der())));
  EXPECT_EQ(leaf.pem(), leaf_.certificate_pem);
  EXPECT_EQ(Certificate::from_der(leaf.der())->serial(), leaf.serial());
  EXPECT_NE(leaf.serial(), read(issue_leaf(issuing_, request(), kNow).value()).serial());
  EXPECT_GE(leaf.serial().size(), 24U) << "128 random bits";
  EXPECT_TRUE(SigningKey::from_private_pem(Algorithm::es256, leaf_.key_pem)) << "a P-256 key in PKCS #8";
}

TEST_F(X509Test, ChainIsAcceptedForBothEndsOfMutualTls) {
  EXPECT_EQ(outcome(read(leaf_), {read(issuing_)}, {read(root_)}), "accepted");
  EXPECT_EQ(outcome(read(leaf_), {read(issuing_)}, {read(root_)}, kNow, ChainPurpose::server), "accepted");
  EXPECT_EQ(outcome(read(leaf_), {}, {read(root_), read(issuing_)}), "accepted")
      << "intermediate known beforehand";
}

TEST_F(X509Test, ChainIsRefusedForTheRightReason) {
  const IssuedCertificate other_root = issue_root("Gatehouse root", kYear, kNow).value();
  const Certificate leaf = read(leaf_);
  const Certificate issuing = read(issuing_);
  const Certificate root = read(root_);
  EXPECT_EQ(outcome(leaf, {issuing}, {read(other_root)}), "certificate_untrusted")
      << "another CA of the same name";
  EXPECT_EQ(outcome(leaf, {}, {root}), "certificate_untrusted") << "the intermediate was not sent";
  EXPECT_EQ(outcome(leaf, {issuing}, {}), "certificate_untrusted") << "nothing is trusted";
  EXPECT_EQ(outcome(leaf, {}, {issuing}), "certificate_untrusted") << "an intermediate is no root";
  EXPECT_EQ(outcome(leaf, {issuing, root}, {}), "certificate_untrusted")
      << "a root that was sent is not trusted";
  EXPECT_EQ(outcome(leaf, {issuing}, {root}, kNow + hours{24} + seconds{1}), "certificate_expired");
  EXPECT_EQ(outcome(leaf, {issuing}, {root}, kNow - minutes{6}), "certificate_not_yet_valid");
  EXPECT_EQ(outcome(leaf, std::vector<Certificate>(9, issuing), {root}), "certificate_rejected")
      << "too many";
  EXPECT_EQ(outcome(read(other_root), {}, {root}), "certificate_untrusted") << "self-signed";
}

TEST_F(X509Test, AnExpiredIssuingCaEndsItsLeaves) {
  const IssuedCertificate brief = issue_intermediate(root_, "Brief", hours{1}, kNow).value();
  const Certificate leaf = read(issue_leaf(brief, request(), kNow).value());
  EXPECT_EQ(leaf.not_after(), kNow + hours{1}) << "never longer than the issuer";
  EXPECT_EQ(issue_leaf(brief, request(), kNow + hours{1}).error().reason, "bad_issuer");
  EXPECT_EQ(outcome(leaf, {read(brief)}, {read(root_)}, kNow + hours{2}), "certificate_expired");
}

TEST_F(X509Test, ALeafIssuesNothingAndAnIntermediateIssuesLeavesOnly) {
  EXPECT_EQ(issue_leaf(leaf_, request(), kNow).error().reason, "bad_issuer");
  EXPECT_EQ(issue_intermediate(issuing_, "Deeper", kYear, kNow).error().reason, "bad_issuer");
  EXPECT_EQ(issue_leaf({root_.certificate_pem, issuing_.key_pem}, request(), kNow).error().reason,
            "bad_issuer");
  EXPECT_EQ(issue_leaf({"", Secret()}, request(), kNow).error().reason, "bad_issuer");
}

TEST_F(X509Test, OnlyACaIssuesAndOnlyAClientCertificateNamesAClient) {
  const auto now = core::from_unix_seconds(1'900'000'000);
  const Certificate root = Certificate::from_pem(kPlainRoot).value();
  const Certificate leaf = Certificate::from_pem(kPlainLeaf).value();
  const Certificate leaf_of_a_leaf = Certificate::from_pem(kLeafOfALeaf).value();
  const Certificate server_only = Certificate::from_pem(kServerOnly).value();
  EXPECT_EQ(outcome(leaf, {}, {root}, now), "accepted");
  EXPECT_EQ(outcome(leaf_of_a_leaf, {leaf}, {root}, now), "certificate_rejected");
  EXPECT_EQ(outcome(leaf_of_a_leaf, {}, {root, leaf}, now), "certificate_rejected");
  EXPECT_EQ(outcome(server_only, {}, {root}, now), "certificate_rejected");
  EXPECT_EQ(outcome(server_only, {}, {root}, now, ChainPurpose::server), "accepted");
}

TEST_F(X509Test, ALeafIsNoTrustAnchorForAnother) {
  const Certificate another = read(issue_leaf(issuing_, request(), kNow).value());
  EXPECT_EQ(outcome(read(leaf_), {another}, {read(root_)}), "certificate_untrusted");
  EXPECT_EQ(outcome(another, {}, {read(leaf_)}), "certificate_untrusted");
}

TEST_F(X509Test, RefusesRequestsThatMakeNoSense) {
  const auto reason = [&](auto change) {
    LeafRequest changed = request();
    change(changed);
    const auto issued = issue_leaf(issuing_, changed, kNow);
    return issued ? std::string_view("issued") : issued.error().reason;
  };
  EXPECT_EQ(reason([](LeafRequest&) {}), "issued");
  EXPECT_EQ(reason([](LeafRequest& r) { r.common_name = ""; }), "bad_certificate_request");
  EXPECT_EQ(reason([](LeafRequest& r) { r.common_name = std::string(65, 'x'); }), "bad_certificate_request");
  EXPECT_EQ(reason([](LeafRequest& r) { r.uri_names = {"spiffe://a b"}; }), "bad_certificate_request");
  EXPECT_EQ(reason([](LeafRequest& r) { r.dns_names = {std::string("a\0b", 3)}; }),
            "bad_certificate_request");
  EXPECT_EQ(reason([](LeafRequest& r) { r.ip_addresses = {"127.0.0.256"}; }), "bad_certificate_request");
  EXPECT_EQ(reason([](LeafRequest& r) { r.lifetime = seconds{0}; }), "bad_certificate_request");
  EXPECT_EQ(issue_root("", kYear, kNow).error().reason, "bad_certificate_request");
}

TEST_F(X509Test, ANameCannotSmuggleInAnother) {
  LeafRequest sly = request();
  sly.common_name = "orders,O=admin/CN=gateway";
  sly.dns_names = {"a,URI:spiffe://gatehouse.local/role/gateway"};
  const Certificate leaf = read(issue_leaf(issuing_, sly, kNow).value());
  EXPECT_EQ(leaf.uri_names(), request().uri_names);
  EXPECT_EQ(leaf.subject_common_name(), sly.common_name);
  EXPECT_EQ(leaf.subject_dn(), R"(CN=orders\,O=admin/CN=gateway)");
}

TEST_F(X509Test, KnowsItsKeyAndItsIssuer) {
  EXPECT_TRUE(read(leaf_).fits(leaf_.key_pem));
  EXPECT_FALSE(read(leaf_).fits(issuing_.key_pem));
  EXPECT_FALSE(read(leaf_).fits(Secret("no key")));
  EXPECT_TRUE(read(leaf_).is_issued_by(read(issuing_)));
  EXPECT_TRUE(read(root_).is_issued_by(read(root_)));
  EXPECT_FALSE(read(leaf_).is_issued_by(read(root_)));
  const IssuedCertificate namesake = issue_intermediate(root_, "Gatehouse issuing", kYear, kNow).value();
  EXPECT_FALSE(read(leaf_).is_issued_by(read(namesake))) << "the same name, another key";
  const Certificate leaf = Certificate::from_pem(kPlainLeaf).value();
  EXPECT_FALSE(Certificate::from_pem(kLeafOfALeaf)->is_issued_by(leaf)) << "not a CA";
}

TEST_F(X509Test, ReadsBundlesInOrder) {
  const auto bundle =
      certificates_from_pem("# a comment\n" + leaf_.certificate_pem + issuing_.certificate_pem);
  ASSERT_TRUE(bundle);
  ASSERT_EQ(bundle->size(), 2U);
  EXPECT_EQ((*bundle)[1].subject_common_name(), "Gatehouse issuing");
}

TEST_F(X509Test, RefusesWhatIsNoCertificate) {
  std::string broken = leaf_.certificate_pem;
  broken[broken.size() / 2] = '!';
  for (const std::string& text :
       {std::string(), std::string("hello"), broken, std::string(leaf_.key_pem.reveal()),
        leaf_.certificate_pem + broken, std::string(2'000'000, 'x')}) {
    EXPECT_EQ(certificates_from_pem(text).error().reason, "bad_certificate") << text.size();
  }
  const std::string der = read(leaf_).der();
  EXPECT_FALSE(Certificate::from_der(""));
  EXPECT_FALSE(Certificate::from_der(der + '\0'));
  EXPECT_FALSE(Certificate::from_der(der.substr(0, der.size() - 1)));
  EXPECT_FALSE(Certificate::from_der(std::string(70'000, '\x30')));
}

}  // namespace
}  // namespace gatehouse::crypto
