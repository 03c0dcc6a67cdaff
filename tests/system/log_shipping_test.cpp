// Log lines on their way from the roles' files to a real receiver of the _bulk API, VictoriaLogs, while both
// ends are shot at; and what `gatehouse logs` and `gatehouse check` say of them.
//
// VictoriaLogs keeps a line twice that it is sent twice (Elasticsearch refuses the second with 409). So what
// is asked of it is how many different ids it has.
#include <fstream>

#include <gtest/gtest.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/text.hpp"
#include "storage/test_peers/certificates.hpp"
#include "storage/test_peers/server_process.hpp"
#include "telemetry/log.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using namespace std::chrono_literals;
namespace test_peers = storage::test_peers;

constexpr std::string_view kPassword = "of-the-shipper";

class VictoriaLogs {
 public:
  VictoriaLogs() { start(); }
  void start() {
    server_.launch(
        {.words = {"victoria-logs", fmt::format("-httpListenAddr=127.0.0.1:{}", server_.port()),
                   fmt::format("-storageDataPath={}", (server_.directory() / "data").string()), "-tls",
                   fmt::format("-tlsCertFile={}", certificates_.server.certificate.string()),
                   fmt::format("-tlsKeyFile={}", certificates_.server.key.string()),
                   "-httpAuth.username=shipper", fmt::format("-httpAuth.password={}", kPassword),
                   "-memory.allowedBytes=128MB", "-loggerLevel=ERROR"},
         .advice = "see tools/peers",
         .patience = 20s});
  }
  void stop() { server_.stop(); }

  [[nodiscard]] json::object settings() const {
    return {
        {"elasticsearch",
         {{"url",
           fmt::format("https://localhost:{}/insert/elasticsearch?_msg_field=message&_time_field=@timestamp&"
                       "_stream_fields=service.node.name",
                       server_.port())},
          {"ca", certificates_.ca.string()},
          {"username", "shipper"},
          {"password_file", "elasticsearch_password"},
          {"batch_size", "256KiB"},
          {"flush_interval", "100ms"}}}};
  }

  // Of one instance: lines, and how many different ids they have.
  struct Count {
    std::uint64_t lines = 0;
    std::uint64_t ids = 0;
  };
  [[nodiscard]] Count count(std::string_view instance) const {
    const auto query = fmt::format(
        R"(service.node.name:={} | stats count() lines, count_uniq("log.record.uid") ids)", instance);
    http::Target target{.host = "127.0.0.1", .port = server_.port(), .server_name = "localhost"};
    target.tls = net::ClientTls::load({.ca = certificates_.ca.string()}).value();
    demo::UserAgent agent(std::move(target), demo::AgentOptions{});
    http::Request request;
    request.target = "/select/logsql/query?query=" + core::percent_encode(query);
    request.headers.set("Authorization", "Basic " + core::to_base64(fmt::format("shipper:{}", kPassword)));
    const auto reply = agent.send(std::move(request));
    const auto answer = reply ? core::parse_json_object(reply->content) : Result<json::object>(fail(reply));
    if (!answer) return {};
    const auto number = [&answer](std::string_view name) {
      return core::parse_int<std::uint64_t>(answer->at(name).as_string()).value_or(0);
    };
    return {.lines = number("lines"), .ids = number("ids")};
  }

 private:
  test_peers::ServerProcess server_{"victoria-logs"};
  test_peers::Certificates certificates_{server_.directory(), core::SystemClock().now()};
};

class LogShipping : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("victoria-logs")) GTEST_SKIP() << "victoria-logs (tools/peers: Go module) is missing";
    receiver_.emplace();
    platform_.emplace(
        PlatformOptions{.settings = {{"log-shipper", receiver_->settings()}},
                        .secrets = {{"log-shipper", {{"elasticsearch_password", std::string(kPassword)}}}}});
    auto file = telemetry::RotatingFile::open(platform_->layout().logs_dir(), "storm-1", {.files_max = 32});
    log::configure({.service = "storm",
                    .instance = "storm-1",
                    .file = std::make_shared<telemetry::RotatingFile>(std::move(file.value()))});
  }
  void TearDown() override { log::configure({.level = log::Level::off}); }

  // Through the log that the roles use.
  static void write(int lines) {
    for (int i = 0; i < lines; ++i) {
      log::info("storm", "a line of the storm",
                {log::field("order.id", i), log::field("text", "with \"quotes\"")});
      if (i % 5'000 == 0) log::flush();
    }
    log::flush();
  }
  void strike_shipper() {
    EXPECT_TRUE(eventually(10s, [&] { return platform_->kill_instance("log-shipper-1"); }));
  }

  std::optional<VictoriaLogs> receiver_;
  std::optional<RunningPlatform> platform_;
};

TEST_F(LogShipping, AHundredThousandLinesArriveWhileBothEndsAreShotAt) {
  constexpr int kQuarter = 25'000;
  constexpr std::uint64_t kAll = 4ULL * kQuarter;
  write(kQuarter);
  strike_shipper();
  write(kQuarter);
  // Stopped, not killed: of the last seconds VictoriaLogs itself would lose what it has acknowledged.
  receiver_->stop();
  write(kQuarter);
  strike_shipper();
  EXPECT_TRUE(eventually(20s, [&] {
    return platform_->log_of("log-shipper-1").find("elasticsearch-lost") != std::string::npos;
  }));
  receiver_->start();
  write(kQuarter);
  for (int strike = 0; strike < 4; ++strike) {
    pause(300ms);
    strike_shipper();
  }
  VictoriaLogs::Count counted;
  EXPECT_TRUE(eventually(40s,
                         [&] {
                           counted = receiver_->count("storm-1");
                           if (counted.ids < kAll) pause(200ms);
                           return counted.ids >= kAll;
                         }))
      << counted.ids << " of " << kAll << "\n"
      << platform_->complaints();
  EXPECT_EQ(counted.ids, kAll);
  EXPECT_GE(counted.lines, kAll);
  RecordProperty("lines_sent_again", static_cast<int>(counted.lines - counted.ids));
  fmt::print("{} lines arrived, {} of them sent more than once\n", counted.ids, counted.lines - counted.ids);

  // The lines of the roles themselves are on their way as well.
  EXPECT_TRUE(eventually(10s, [&] { return receiver_->count("orders-1").ids > 0; }));
  const auto metrics = platform_->direct("log-shipper-1", "prometheus")->send(demo::get("/metrics"));
  ASSERT_TRUE(metrics);
  EXPECT_NE(metrics->content.find("log_shipper_lines_sent_total"), std::string::npos);
  EXPECT_NE(metrics->content.find("log_shipper_lines_dropped_total 0"), std::string::npos)
      << metrics->content;
}

TEST_F(LogShipping, CheckNamesTheReceiverAndLogsShowsWhatWasWritten) {
  const Outcome checked = platform_->gatehouse({"check"});
  EXPECT_NE(checked.output.find("elasticsearch"), std::string::npos) << checked.output;
  EXPECT_NE(checked.output.find("8.9.0"), std::string::npos) << checked.output;
  EXPECT_EQ(checked.code, 0) << checked.output;
  const auto secret = platform_->layout().secrets_dir("log-shipper") / "elasticsearch_password";
  std::ofstream(secret) << "somebody else's\n";
  const Outcome refused = platform_->gatehouse({"check"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.output.find("refuses the credentials (401)"), std::string::npos) << refused.output;

  const auto trace = TraceContext::start();
  log::warn("storm-warning", "a line with a trace", {log::field(trace)});
  write(10);
  const Outcome traced = platform_->gatehouse({"logs", "--trace", trace.trace_id_hex()});
  EXPECT_EQ(traced.code, 0);
  EXPECT_EQ(std::ranges::count(traced.output, '\n'), 1) << traced.output;
  EXPECT_NE(traced.output.find("WARN  storm-1"), std::string::npos) << traced.output;
  EXPECT_EQ(traced.output.find('\x1b'), std::string::npos);  // no terminal, no colour
  const Outcome of_role = platform_->gatehouse({"logs", "--role", "storm", "--json", "--since", "10m"});
  EXPECT_EQ(std::ranges::count(of_role.output, '\n'), 11) << of_role.output;
  EXPECT_TRUE(core::parse_json_object(of_role.output.substr(0, of_role.output.find('\n'))));
  EXPECT_EQ(platform_->gatehouse({"logs", "--since", "soon"}).code, 2);
  EXPECT_EQ(platform_->gatehouse({"logs", "--role", "nobody"}).code, 1);

  Process following({.words = {executable(), "logs", "--data", platform_->data().string(), "--follow",
                               "--role", "storm-1", "--level", "warn"},
                     .user = {}});
  EXPECT_TRUE(eventually(10s, [&] { return following.output().find("a line with") != std::string::npos; }));
  log::error("storm-late", "a line that came later");
  EXPECT_TRUE(eventually(10s, [&] { return following.output().find("came later") != std::string::npos; }));
}

}  // namespace
}  // namespace gatehouse::tests
