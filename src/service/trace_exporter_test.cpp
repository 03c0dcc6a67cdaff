// The way of spans to a receiver: batches, answers of every kind, and nobody there.
#include "service/trace_exporter.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::service {
namespace {

using std::chrono::milliseconds;

// Takes what the tests want it to take.
class Receiver final : public http::Handler {
 public:
  Awaitable<> serve(http::Exchange& exchange) override {
    const auto content = co_await http::read_all(*exchange.request.body, 10'000'000);
    targets.push_back(exchange.request.target);
    authorization = exchange.request.headers.get("Authorization");
    if (!statuses.empty()) {
      exchange.response = http::Response(statuses.front());
      statuses.erase(statuses.begin());
      co_return;
    }
    const auto document = core::parse_json_object(*content).value();
    const auto& of_role = document.at("resourceSpans").at(0);
    batches.push_back(of_role.at("scopeSpans").at(0).at("spans").as_array().size());
    exchange.response = http::json_response(200, answer);
  }
  void finish(const http::Exchange&, std::chrono::nanoseconds) noexcept override {}

  std::vector<std::string> targets;
  std::string authorization;
  std::vector<unsigned> statuses;  // of the next answers; then 200
  json::object answer;
  std::vector<std::size_t> batches;
};

class TraceExporterTest : public testing::Test {
 protected:
  TraceExporterTest() : server_(io_.get_executor(), receiver, {}), client_(io_.get_executor(), {}) {
    settings.endpoint = {.uses_tls = false, .host = "127.0.0.1", .path = "/otlp"};
    settings.endpoint.port = server_.listen({.address = "127.0.0.1", .port = 0}).value();
    settings.spans.ratio = 1;
  }
  ~TraceExporterTest() override {
    exporter.reset();
    client_.close_idle();
    (void)runtime::run_to_end(io_, server_.stop(Deadline::after(milliseconds{1'000})));
  }

  void start() {
    auto started = TraceExporter::start(client_, settings, {"orders-service", "orders-1", "1.0"}, metrics);
    ASSERT_TRUE(started) << started.error().detail;
    exporter = std::move(*started);
  }
  static void keep(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) spans::keep({.context = TraceContext::start(), .name = "x"});
  }
  // Lets the exporter run until `is_done`, at most five seconds.
  void run_until(std::function<bool()> is_done) {
    TaskGroup tasks(io_.get_executor());
    tasks.spawn("traces", exporter->run());
    auto wait = [](std::function<bool()> until) -> Awaitable<> {
      const auto deadline = Deadline::after(milliseconds{5'000});
      while (!until() && !deadline.is_over()) (void)co_await runtime::sleep_for(milliseconds{5});
    };
    runtime::run_to_end(io_, wait(std::move(is_done)));
    EXPECT_TRUE(runtime::run_to_end(io_, tasks.stop(Deadline::after(milliseconds{1'000}))));
  }
  double count(const char* outcome) {
    return metrics.counter("trace_spans_exported_total", "", {{"outcome", outcome}}).value();
  }

  boost::asio::io_context io_;
  Receiver receiver;
  telemetry::Metrics metrics;
  TraceSettings settings;
  std::unique_ptr<TraceExporter> exporter;

 private:
  http::Server server_;

 protected:
  http::Client client_;
};

TEST_F(TraceExporterTest, SendsWhatWaitsInBatches) {
  start();
  keep(1'300);
  run_until([&] { return count("sent") == 1'300; });
  EXPECT_EQ(receiver.batches, (std::vector<std::size_t>{512, 512, 276}));
  EXPECT_EQ(receiver.targets.front(), "/otlp/v1/traces");
  EXPECT_EQ(receiver.authorization, "");
}

TEST_F(TraceExporterTest, TriesAgainWhileTheReceiverIsBusyAndNotWhenItRefuses) {
  receiver.statuses = {503, 429};
  start();
  keep(2);
  run_until([&] { return count("sent") == 2; });
  EXPECT_EQ(receiver.targets.size(), 3U);

  receiver.statuses = {400};
  keep(3);
  run_until([&] { return count("refused") == 3; });
  EXPECT_EQ(receiver.targets.size(), 4U);
}

TEST_F(TraceExporterTest, CountsWhatTheReceiverTookOnlyInPart) {
  receiver.answer = {{"partialSuccess", {{"rejectedSpans", "2"}, {"errorMessage", "too old"}}}};
  start();
  keep(5);
  run_until([&] { return count("sent") == 3; });
  EXPECT_EQ(count("refused"), 2);
}

TEST_F(TraceExporterTest, ShowsTheCredentialsFromItsFile) {
  const auto file = std::filesystem::temp_directory_path() / ("otlp-" + std::to_string(::getpid()));
  settings.authorization_file = file;
  EXPECT_EQ(TraceExporter::start(client_, settings, {}, metrics).error().reason, "secret_missing");
  std::ofstream(file) << "Bearer abc\n";
  start();
  std::filesystem::remove(file);
  keep(1);
  run_until([&] { return count("sent") == 1; });
  EXPECT_EQ(receiver.authorization, "Bearer abc");
}

TEST_F(TraceExporterTest, SendsTheRestAtTheEndAndDropsWhatNobodyTakes) {
  start();
  keep(3);
  runtime::run_to_end(io_, exporter->send_rest(Deadline::after(milliseconds{1'000})));
  EXPECT_EQ(count("sent"), 3);
  EXPECT_EQ(spans::waiting(), 0U);

  keep(settings.spans.buffered_max + 7);
  exporter->sample();
  EXPECT_EQ(count("dropped"), 7);
  EXPECT_EQ(metrics.gauge("trace_spans_waiting", "", {}).value(),
            static_cast<double>(settings.spans.buffered_max));
  exporter.reset();
  EXPECT_FALSE(spans::are_on());
}

TEST(TraceSettings, SayWhatIsWrongAndWhere) {
  const auto read = [](std::string_view text) {
    return TraceSettings::from_json(core::parse_json_object(text).value(), "/secrets");
  };
  const auto settings = read(R"({"endpoint":"https://a.example:4319/x/","sample_ratio":1,"slow":"250ms",
                                 "authorization_file":"otlp"})");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(settings->endpoint.port, 4319);
  EXPECT_EQ(settings->endpoint.path, "/x");
  EXPECT_EQ(settings->spans.ratio, 1);
  EXPECT_EQ(settings->spans.slow, milliseconds{250});
  EXPECT_EQ(settings->authorization_file, "/secrets/otlp");
  struct Case {
    const char* text;
    const char* key;
  };
  for (const Case& c : {Case{R"({})", "endpoint"}, Case{R"({"endpoint":"collector:4318"})", "endpoint"},
                        Case{R"({"endpoint":"http://collector:4318"})", "endpoint"},
                        Case{R"({"endpoint":"https://a?x=1"})", "endpoint"},
                        Case{R"({"endpoint":"https://a","sample_ratio":1.5})", "sample_ratio"},
                        Case{R"({"endpoint":"https://a","sample_ratio":"all"})", "sample_ratio"},
                        Case{R"({"endpoint":"https://a","slow":"0ms"})", "slow"},
                        Case{R"({"endpoint":"https://a","colour":"red"})", "colour"}}) {
    const auto refused = read(c.text);
    ASSERT_FALSE(refused) << c.text;
    EXPECT_TRUE(refused.error().detail.starts_with(fmt::format("tracing.{}", c.key)))
        << refused.error().detail;
  }
}

}  // namespace
}  // namespace gatehouse::service
