#include "log_shipper/shipper.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "log_shipper/test_receiver.hpp"
#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::log_shipper {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class ShipperTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/gatehouse-shipper-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    for (const char* part : {"logs", "shipper", "tls"}) fs::create_directory(directory_ / part);
    receiver_.emplace(io_.get_executor(), directory_ / "tls");
  }
  void TearDown() override {
    http_.close_idle();
    (void)runtime::run_to_end(io_, receiver_->stop());
    receiver_.reset();
    fs::remove_all(directory_);
  }

  // As LineWriter would.
  void write(const std::string& instance, std::uint64_t first, std::uint64_t count,
             telemetry::LogFileLimits limits = {}, std::string_view run = "00ab") {
    auto file = telemetry::RotatingFile::open(directory_ / "logs", instance, limits).value();
    for (std::uint64_t i = first; i < first + count; ++i)
      ASSERT_EQ(file.write(fmt::format("{{\"message\":\"{}\",\"log.record.uid\":\"{}-{}\"}}\n", i, run, i)),
                0U);
  }
  [[nodiscard]] Settings settings() const {
    Settings settings;
    settings.server.host = "localhost";
    settings.server.port = receiver_->port;
    settings.ca = receiver_->certificates.ca;
    settings.flush_interval = 10ms;
    settings.timeout = 5s;
    return settings;
  }
  std::unique_ptr<Shipper> make(Settings settings) {
    const ShipperParts parts{
        .http = http_, .pool = pool_, .metrics = metrics_, .executor = io_.get_executor()};
    auto shipper = Shipper::make(parts, std::move(settings), directory_ / "logs", directory_ / "shipper");
    EXPECT_TRUE(shipper) << shipper.error().detail;
    return std::move(*shipper);
  }
  // Runs it until `holds`, then ends it in order.
  bool ship(Shipper& shipper, std::function<bool()> holds) {
    runtime::TaskGroup tasks(io_.get_executor());
    tasks.spawn("ship", shipper.run());
    const bool held = runtime::run_to_end(io_, until(std::move(holds)));
    (void)runtime::run_to_end(io_, shipper.finish(Deadline::after(2s)));
    (void)runtime::run_to_end(io_, tasks.stop(Deadline::after(2s)));
    return held;
  }
  static Awaitable<bool> until(std::function<bool()> holds) {
    const auto patience = Deadline::after(20s);
    while (!holds()) {
      if (patience.is_over()) co_return false;
      const auto slept = co_await runtime::sleep_for(5ms);
      if (!slept) co_return false;
    }
    co_return true;
  }
  double counted(std::string_view name) { return metrics_.counter(name, "").value(); }
  [[nodiscard]] std::size_t dead_letters() const {
    telemetry::LogReader reader(directory_ / "shipper", "dead-letters");
    std::size_t count = 0;
    while (reader.next()) ++count;
    return count;
  }

  fs::path directory_;
  boost::asio::io_context io_{1};
  http::Client http_{io_.get_executor(), {}};
  BlockingPool pool_{"shipper-test", {.threads = 1}};
  Metrics metrics_;
  std::optional<TestReceiver> receiver_;
};

TEST_F(ShipperTest, EveryLineOfEveryInstanceArrivesOnceAndARestartSendsNothingAgain) {
  write("orders-1", 1, 12'000, {.file_bytes_max = 64U << 10U, .files_max = 1'000});
  write("auth-1", 1, 300, {}, "00cd");
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 12'300; }));
  EXPECT_EQ(receiver_->documents.at("00ab-7"), R"({"message":"7","log.record.uid":"00ab-7"})");
  EXPECT_EQ(receiver_->conflicts, 0);
  write("auth-1", 301, 1, {}, "00cd");
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 12'301; }));
  EXPECT_EQ(receiver_->conflicts, 0);
  EXPECT_EQ(counted("log_shipper_lines_sent_total"), 12'301);
  EXPECT_EQ(counted("log_shipper_lines_dropped_total"), 0);
}

TEST_F(ShipperTest, OnlyTheItemsThatFailedAreSentAgainAndThoseThatNeverFitAreBuried) {
  int busy = 3;
  receiver_->fails_item = [&busy](const std::string& line) -> unsigned {
    if (line.find(R"(:"5")") != std::string::npos) return 400;
    if (line.find(R"(:"6")") != std::string::npos && busy-- > 0) return 429;
    return 0;
  };
  write("orders-1", 1, 10);
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 9; }));
  EXPECT_EQ(receiver_->conflicts, 0);  // nothing that was taken came twice
  EXPECT_EQ(counted("log_shipper_lines_retried_total"), 3);
  EXPECT_EQ(counted("log_shipper_lines_dead_total"), 1);
  EXPECT_EQ(dead_letters(), 1U);
}

TEST_F(ShipperTest, ABatchWhoseAnswerWasLostIsSentAgainAndItsConflictsAreFine) {
  receiver_->loses_answer = [](int request) { return request == 1; };
  write("orders-1", 1, 50);
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->conflicts == 50; }));
  EXPECT_EQ(receiver_->documents.size(), 50U);
  EXPECT_EQ(counted("log_shipper_lines_already_there_total"), 50);
  EXPECT_EQ(dead_letters(), 0U);
}

TEST_F(ShipperTest, ABusyReceiverIsTriedAgainAndReadinessSaysSo) {
  bool was_failing = false;
  const auto shipper = make(settings());
  receiver_->fails = [&](int request) -> unsigned {
    was_failing = was_failing || !shipper->check();
    if (request <= 3) return request == 1 ? 503 : 429;
    return 0;
  };
  write("orders-1", 1, 50);
  EXPECT_TRUE(ship(*shipper, [&] { return receiver_->documents.size() == 50; }));
  EXPECT_TRUE(was_failing);
  EXPECT_TRUE(shipper->check());
  EXPECT_EQ(counted("log_shipper_request_failures_total"), 3);
}

TEST_F(ShipperTest, ABatchThatIsTooLargeIsHalved) {
  receiver_->items_max = 10;
  write("orders-1", 1, 100);
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 100; }));
  EXPECT_EQ(receiver_->conflicts, 0);
}

TEST_F(ShipperTest, CredentialsAreReadAgainWhenTheyAreRefused) {
  const auto file = directory_ / "api_key";
  std::ofstream(file) << "b2xk\n";
  Settings given = settings();
  given.api_key_file = file;
  receiver_->authorization = "ApiKey bmV3";
  receiver_->fails = [&](int request) -> unsigned {
    if (request == 2) std::ofstream(file) << "bmV3\n";
    return 0;
  };
  write("orders-1", 1, 5);
  EXPECT_TRUE(ship(*make(std::move(given)), [&] { return receiver_->documents.size() == 5; }));
}

TEST_F(ShipperTest, WhatWasRotatedAwayBeforeItWasSentIsCounted) {
  write("orders-1", 1, 10);
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 10; }));
  write("orders-1", 11, 2'000, {.file_bytes_max = 4'096, .files_max = 3});
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.contains("00ab-2010"); }));
  EXPECT_EQ(counted("log_shipper_lines_dropped_total") + static_cast<double>(receiver_->documents.size()),
            2'010);
  EXPECT_GT(counted("log_shipper_lines_dropped_total"), 1'000);
}

TEST_F(ShipperTest, WhatIsNoJsonIsBuriedAndStopsNobody) {
  auto file = telemetry::RotatingFile::open(directory_ / "logs", "orders-1", {}).value();
  ASSERT_EQ(file.write("Segmentation fault\n{\"message\":\"a stranger's\"}\n"), 0U);
  write("orders-1", 1, 1);
  EXPECT_TRUE(ship(*make(settings()), [&] { return receiver_->documents.size() == 2; }));
  EXPECT_EQ(dead_letters(), 1U);
}

TEST_F(ShipperTest, TheQueryOfTheUrlGoesWithEveryRequest) {
  Settings given = settings();
  given.server.path = "/prefix";
  given.server.query = "pipeline=clean";
  write("orders-1", 1, 1);
  EXPECT_TRUE(ship(*make(std::move(given)), [&] { return !receiver_->documents.empty(); }));
  EXPECT_TRUE(receiver_->last_target.starts_with("/prefix/_bulk?pipeline=clean&")) << receiver_->last_target;
}

}  // namespace
}  // namespace gatehouse::log_shipper
