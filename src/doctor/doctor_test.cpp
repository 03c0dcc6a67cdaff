// A platform that was prepared and never started, hurt in one place at a time.
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "doctor/examination.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"
#include "supervisor/prepare.hpp"

namespace gatehouse::doctor {
namespace {

namespace fs = std::filesystem;

class Doctor : public ::testing::Test {
 protected:
  Doctor() {
    std::string name = (fs::temp_directory_path() / "gatehouse-doctor-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    platform_ = supervisor::Platform::load(directory_).value();
    supervisor::prepare(platform_, now_).value();
  }
  ~Doctor() override { fs::remove_all(directory_); }

  [[nodiscard]] Patient patient() const { return {.platform = platform_, .roles = {}, .now = now_}; }
  [[nodiscard]] supervisor::Layout layout() const { return {directory_}; }

  // Exactly one, which says so.
  static void expect_one(const Findings& findings, Verdict verdict, std::string_view subject,
                         std::string_view words) {
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings.front().verdict, verdict);
    EXPECT_TRUE(findings.front().subject.ends_with(subject)) << findings.front().subject;
    EXPECT_NE(findings.front().words.find(words), std::string::npos) << findings.front().words;
    EXPECT_FALSE(findings.front().remedy.empty());
  }

  core::SystemTime now_ = core::SystemClock().now();
  fs::path directory_;
  supervisor::Platform platform_;
};

TEST_F(Doctor, FindsNothingWhereNothingIsWrong) {
  for (const auto examine :
       {examine_data_directory, examine_clock, examine_settings, examine_certificates, examine_roles}) {
    const Findings findings = examine(patient());
    EXPECT_TRUE(findings.empty()) << findings.front().subject << ": " << findings.front().words;
  }
}

TEST_F(Doctor, SaysThatThereIsNoPlatformYet) {
  platform_.data = directory_ / "elsewhere";
  expect_one(examine_data_directory(patient()), Verdict::warning, "elsewhere", "none yet");
  EXPECT_TRUE(examine_certificates(patient()).empty());
}

TEST_F(Doctor, NamesASecretThatOthersMayRead) {
  fs::permissions(layout().secrets_dir("orders") / "cursor.key", fs::perms{0644});
  expect_one(examine_data_directory(patient()), Verdict::fault, "secrets/cursor.key",
             "others than its owner");
}

TEST_F(Doctor, TellsAnExpiredCertificateFromAClockThatIsWrong) {
  const fs::path orders = layout().instance_dir("orders-1");
  ASSERT_TRUE(supervisor::issue_role_leaf(directory_, "orders", orders, {}, now_ - std::chrono::hours{48}));
  expect_one(examine_certificates(patient()), Verdict::fault, "orders-1/tls/cert.pem", "expired at");

  ASSERT_TRUE(supervisor::issue_role_leaf(directory_, "orders", orders, {}, now_ + std::chrono::hours{1}));
  expect_one(examine_certificates(patient()), Verdict::fault, "orders-1/tls/cert.pem", "is the clock right?");
}

TEST_F(Doctor, NoticesTheKeyOfAnotherAndADamagedCertificate) {
  const fs::path orders = layout().instance_dir("orders-1") / "tls";
  fs::copy_file(layout().instance_dir("payments-1") / "tls" / "key.pem", orders / "key.pem",
                fs::copy_options::overwrite_existing);
  expect_one(examine_certificates(patient()), Verdict::fault, "orders-1/tls/cert.pem", "key is another's");
  std::ofstream(orders / "cert.pem") << "-----BEGIN CERTIFICATE-----\nnonsense\n";
  expect_one(examine_certificates(patient()), Verdict::fault, "orders-1/tls/cert.pem", "cannot be used");
}

TEST_F(Doctor, NoticesThatTheClockWasSetBack) {
  ASSERT_TRUE(supervisor::write_status(layout(), {.pid = ::getpid(), .state = "stopped"}));
  EXPECT_TRUE(examine_clock(patient()).empty());
  now_ -= std::chrono::minutes{10};
  expect_one(examine_clock(patient()), Verdict::fault, "this machine", "s in the future");
}

TEST_F(Doctor, NamesWhoHasAPort) {
  boost::asio::io_context io;
  const boost::asio::ip::tcp::acceptor taken(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  platform_.gateway_https = taken.local_endpoint().port();
  Findings findings = examine_ports(patient());
  std::erase_if(findings, [](const Finding& finding) { return finding.subject != "gateway https"; });
  expect_one(findings, Verdict::fault, "gateway https",
             fmt::format("port {} is taken by doctor_test, process {}", platform_.gateway_https, ::getpid()));
  Patient running = patient();
  running.is_running = true;
  EXPECT_TRUE(examine_ports(running).empty()) << "they are its own";
}

TEST_F(Doctor, SaysHowTheLastSupervisorEnded) {
  Patient killed = patient();
  killed.status = supervisor::PlatformStatus{
      .pid = 1, .state = "ready", .roles = {{.instance = "orders-1", .pid = ::getpid()}}};
  expect_one(examine_roles(killed), Verdict::warning, "supervisor", "was ready when it ended without a word");
  killed.status->state = "stopped";
  EXPECT_TRUE(examine_roles(killed).empty());
}

TEST_F(Doctor, GivesTheLastWordsOfARoleThatDoesNotStartAndOfOneThatDoesNotAnswer) {
  Patient running = patient();
  running.is_running = true;
  running.status = supervisor::PlatformStatus{.pid = 1,
                                              .state = "degraded",
                                              .roles = {{.instance = "orders-1",
                                                         .role = "orders",
                                                         .state = "waiting",
                                                         .last_words = "the store is damaged"}}};
  expect_one(examine_roles(running), Verdict::fault, "orders-1",
             "is waiting, its last words: the store is damaged");

  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor closed(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  running.status->roles = {
      {.instance = "orders-1", .role = "orders", .port = closed.local_endpoint().port(), .state = "ready"}};
  closed.close();
  expect_one(examine_roles(running), Verdict::fault, "orders-1", "does not answer: connect_failed");
}

TEST_F(Doctor, ReadsWorkThatDoesNotGoOnFromTheMetrics) {
  EXPECT_TRUE(signs_in("orders-1",
                       "# HELP saga_stuck Not moved\n# TYPE saga_stuck gauge\nsaga_stuck 0\n"
                       "saga_stuck_other 7\noutbox_pending 1000\n"
                       "circuit_breaker_state{upstream=\"a\",operation=\"any\"} 1\n")
                  .empty());
  expect_one(signs_in("orders-1", "saga_unfinished 5\nsaga_stuck 3\n"), Verdict::fault, "orders-1",
             "3 orders have not moved for a minute");
  expect_one(signs_in("payments-1",
                      "circuit_breaker_state{upstream=\"ok\",operation=\"any\"} 0\n"
                      "circuit_breaker_state{operation=\"any\",upstream=\"provider-sim\"} 2\n"),
             Verdict::fault, "payments-1", "does not ask provider-sim any more");
  expect_one(signs_in("orders-1", "outbox_pending 1001"), Verdict::warning, "orders-1",
             "1001 events wait for subscribers");
}

TEST_F(Doctor, NamesASettingThatARoleDoesNotKnow) {
  constexpr check::KnownRole kKnown[] = {{"orders", [](const service::Config& c) -> Result<void> {
                                            if (c.settings.contains("products")) return {};
                                            return fail(ErrorKind::invalid, "invalid_field",
                                                        "products: is missing");
                                          }}};
  Patient one = patient();
  one.roles = kKnown;
  EXPECT_TRUE(examine_settings(one).empty());
  constexpr check::KnownRole kRefusing[] = {{"payments", [](const service::Config&) -> Result<void> {
                                               return fail(ErrorKind::invalid, "unknown_field",
                                                           "settings.colour: unknown");
                                             }}};
  one.roles = kRefusing;
  expect_one(examine_settings(one), Verdict::fault, "unknown_field", "roles.payments.settings.colour");
}

}  // namespace
}  // namespace gatehouse::doctor
