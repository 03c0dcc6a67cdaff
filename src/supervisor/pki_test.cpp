#include "supervisor/pki.hpp"

#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr core::SystemTime kNow{seconds{1'800'000'000}};
constexpr hours kDay{24};

mode_t mode_of(const std::filesystem::path& path) {
  struct stat found{};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 07777;
}

class PkiTest : public testing::Test {
 protected:
  PkiTest() { std::filesystem::create_directories(data_); }
  ~PkiTest() override { std::filesystem::remove_all(data_); }

  std::string text(const std::filesystem::path& path) const { return read_file(data_ / path).value(); }
  std::vector<crypto::Certificate> chain(const std::filesystem::path& path) const {
    return crypto::certificates_from_pem(text(path)).value();
  }
  Result<void> issue(core::SystemTime now = kNow) const {
    return issue_role_leaf(data_, "orders", orders_, {"orders-service"}, now);
  }

  const std::filesystem::path data_ =
      std::filesystem::path(testing::TempDir()) / ("gatehouse-pki-" + core::random_token(6));
  const std::filesystem::path orders_ = data_ / "orders" / "orders-1";
};

TEST_F(PkiTest, FirstStartMakesRootIssuingCaAndAnchorWithTightPermissions) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  EXPECT_EQ(mode_of(data_ / "pki/root"), 0700U);
  EXPECT_EQ(mode_of(data_ / "pki/issuing"), 0700U);
  EXPECT_EQ(mode_of(data_ / "pki/root/root.key"), 0600U);
  EXPECT_EQ(mode_of(data_ / "pki/issuing/issuing.key"), 0600U);
  EXPECT_EQ(mode_of(data_ / "pki/ca.pem"), 0644U);
  EXPECT_EQ(text("pki/ca.pem"), text("pki/root/root.pem"));
  EXPECT_EQ(chain("pki/ca.pem").front().not_after(), kNow + 3650 * kDay);
  EXPECT_EQ(chain("pki/issuing/issuing.pem").front().not_after(), kNow + 365 * kDay);
  EXPECT_TRUE(chain("pki/issuing/issuing.pem").front().is_issued_by(chain("pki/ca.pem").front()));
}

TEST_F(PkiTest, ASecondStartChangesNothing) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  const std::string root = text("pki/root/root.pem");
  const std::string issuing = text("pki/issuing/issuing.pem");
  ASSERT_TRUE(ensure_pki(data_, kNow + kDay));
  EXPECT_EQ(text("pki/root/root.pem"), root);
  EXPECT_EQ(text("pki/issuing/issuing.pem"), issuing);
}

TEST_F(PkiTest, ALeafNamesItsRoleAndChainsToTheAnchor) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  const auto sent = chain("orders/orders-1/tls/cert.pem");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].uri_names(), std::vector<std::string>{"spiffe://gatehouse.local/role/orders"});
  EXPECT_EQ(sent[0].dns_names(), (std::vector<std::string>{"orders-service", "localhost"}));
  EXPECT_EQ(sent[0].ip_addresses(), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(sent[0].not_after(), kNow + kDay);
  EXPECT_EQ(mode_of(orders_ / "tls/key.pem"), 0600U);
  for (const auto purpose : {crypto::ChainPurpose::client, crypto::ChainPurpose::server}) {
    EXPECT_TRUE(
        crypto::verify_chain(sent[0], std::span(sent).subspan(1), chain("pki/ca.pem"), kNow, purpose));
  }
}

TEST_F(PkiTest, RenewalIsDueFromTwoThirdsOfTheLifeOn) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  // The life begins five minutes before now: 24 h 5 min, two thirds are 16 h 3 min 20 s.
  const core::SystemTime due = kNow - minutes{5} + seconds{16 * 3600 + 200};
  EXPECT_FALSE(needs_renewal(data_, orders_, kNow));
  EXPECT_FALSE(needs_renewal(data_, orders_, due - seconds{1}));
  EXPECT_TRUE(needs_renewal(data_, orders_, due));
  ASSERT_TRUE(issue(due));
  EXPECT_FALSE(needs_renewal(data_, orders_, due));
}

TEST_F(PkiTest, RenewalIsDueWhenTheFilesAreMissingOrDoNotBelongTogether) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  EXPECT_TRUE(needs_renewal(data_, orders_, kNow)) << "nothing issued yet";
  ASSERT_TRUE(issue());
  const std::string old_key = text("orders/orders-1/tls/key.pem");
  ASSERT_TRUE(issue());
  ASSERT_TRUE(write_durably(orders_ / "tls/key.pem", old_key, kOwnerOnly));
  EXPECT_TRUE(needs_renewal(data_, orders_, kNow)) << "a renewal was cut short between the two files";
  ASSERT_TRUE(issue());
  std::filesystem::remove_all(data_ / "pki");
  ASSERT_TRUE(ensure_pki(data_, kNow));
  EXPECT_TRUE(needs_renewal(data_, orders_, kNow)) << "issued by a PKI that is gone";
}

TEST_F(PkiTest, TheRootMayBeMovedAwayUntilTheIssuingCaIsRenewed) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  const std::filesystem::path safe = data_ / "safe";
  std::filesystem::rename(data_ / "pki/root", safe);
  EXPECT_TRUE(ensure_pki(data_, kNow + 200 * kDay));
  EXPECT_TRUE(issue(kNow + 200 * kDay));
  EXPECT_TRUE(ensure_pki(data_, kNow + 300 * kDay)) << "renewal is due, but the CA is still valid";
  const auto expired = ensure_pki(data_, kNow + 366 * kDay);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().reason, "pki_root_offline");
  EXPECT_NE(expired.error().detail.find("root.pem"), std::string::npos) << expired.error().detail;

  std::filesystem::rename(safe, data_ / "pki/root");
  ASSERT_TRUE(ensure_pki(data_, kNow + 366 * kDay));
  EXPECT_EQ(chain("pki/issuing/issuing.pem").front().not_after(), kNow + (366 + 365) * kDay);
}

TEST_F(PkiTest, LeavesOfTheOldIssuingCaStayGoodAfterItsRenewal) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  ASSERT_TRUE(renew_issuing_ca(data_, kNow));
  EXPECT_FALSE(needs_renewal(data_, orders_, kNow));
}

TEST_F(PkiTest, AFirstStartThatWasCutShortIsFinishedByTheNext) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  const std::string root = text("pki/root/root.pem");
  std::filesystem::remove(data_ / "pki/ca.pem");
  std::filesystem::remove_all(data_ / "pki/issuing");
  ASSERT_TRUE(ensure_pki(data_, kNow));
  EXPECT_EQ(text("pki/ca.pem"), root) << "the root was whole";

  std::filesystem::remove(data_ / "pki/ca.pem");
  std::filesystem::remove(data_ / "pki/root/root.pem");
  std::filesystem::remove_all(data_ / "pki/issuing");
  ASSERT_TRUE(ensure_pki(data_, kNow)) << "a key without a certificate is made anew";
}

TEST_F(PkiTest, NeverReplacesATrustAnchorThatIsInUse) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(write_durably(data_ / "pki/ca.pem", "scribble", kReadableByAll));
  EXPECT_EQ(ensure_pki(data_, kNow).error().reason, "pki_damaged");
  std::filesystem::remove(data_ / "pki/ca.pem");
  EXPECT_EQ(ensure_pki(data_, kNow).error().reason, "pki_damaged") << "an issuing CA without its anchor";
}

TEST_F(PkiTest, ARootThatNobodyTrustsDoesNotIssue) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  const auto stranger = crypto::issue_root("Gatehouse root CA", kDay, kNow).value();
  ASSERT_TRUE(write_durably(data_ / "pki/root/root.key", stranger.key_pem.reveal(), kOwnerOnly));
  ASSERT_TRUE(write_durably(data_ / "pki/root/root.pem", stranger.certificate_pem, kReadableByAll));
  EXPECT_EQ(renew_issuing_ca(data_, kNow).error().reason, "pki_damaged");
}

TEST_F(PkiTest, RolesArePlainWords) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  for (const auto* role :
       {"", "Gateway", "a/b", "../gateway", "a b", "roles/gateway", "abcdefghijklmnopqrstuvwxyz1234567"}) {
    EXPECT_EQ(issue_role_leaf(data_, role, orders_, {}, kNow).error().reason, "bad_role") << role;
  }
}

TEST_F(PkiTest, RenewingAllLeavesKeepsTheirNames) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  ASSERT_TRUE(issue_role_leaf(data_, "gateway", data_ / "gateway", {"gateway"}, kNow));
  const auto before = chain("orders/orders-1/tls/cert.pem").front();
  const auto renewed = renew_all_leaves(data_, kNow + hours{1});
  ASSERT_TRUE(renewed);
  EXPECT_EQ(*renewed, (std::vector<std::filesystem::path>{data_ / "gateway", orders_}));
  const auto after = chain("orders/orders-1/tls/cert.pem").front();
  EXPECT_NE(after.serial(), before.serial());
  EXPECT_EQ(after.uri_names(), before.uri_names());
  EXPECT_EQ(after.dns_names(), before.dns_names());
}

TEST_F(PkiTest, TheTableShowsEveryCertificateWithItsState) {
  EXPECT_EQ(pki_table(data_, kNow).error().reason, "file_missing");
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  const std::string table = pki_table(data_, kNow + hours{20}).value();
  for (const auto* expected : {"CN=Gatehouse root CA", "CN=Gatehouse issuing CA",
                               "orders/orders-1/tls/cert.pem", "spiffe://gatehouse.local/role/orders",
                               "2027-01-16 08:00 UTC", "renewal due", "The root's key is on this machine"}) {
    EXPECT_NE(table.find(expected), std::string::npos) << expected << " in\n" << table;
  }
  EXPECT_NE(pki_table(data_, kNow + hours{25})->find("expired"), std::string::npos);
}

TEST_F(PkiTest, ADirectoryThatCannotBeWrittenIsOneClearError) {
  const auto refused = ensure_pki("/proc/gatehouse", kNow);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "cannot_write");
  EXPECT_NE(refused.error().detail.find("/proc/gatehouse"), std::string::npos) << refused.error().detail;

  ASSERT_TRUE(write_durably(data_ / "pki", "a file where a directory belongs", kReadableByAll));
  EXPECT_FALSE(ensure_pki(data_, kNow));
}

// As a full disk: the write fails half way.
TEST_F(PkiTest, AFullDiskLeavesTheOldFilesWholeAndNoTemporaryOnes) {
  ASSERT_TRUE(ensure_pki(data_, kNow));
  ASSERT_TRUE(issue());
  const std::string old_certificate = text("orders/orders-1/tls/cert.pem");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
  const auto issued = issue();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  ASSERT_FALSE(issued);
  EXPECT_EQ(issued.error().reason, "cannot_write");
  EXPECT_EQ(text("orders/orders-1/tls/cert.pem"), old_certificate);
  EXPECT_FALSE(needs_renewal(data_, orders_, kNow)) << "the old pair still fits";
  const auto files = std::filesystem::directory_iterator(orders_ / "tls");
  EXPECT_EQ(std::distance(begin(files), end(files)), 2);
}

}  // namespace
}  // namespace gatehouse::supervisor
