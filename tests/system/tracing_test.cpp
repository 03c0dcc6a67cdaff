// One purchase as a real receiver of OTLP sees it: the OpenTelemetry collector, which writes down what it
// takes.
#include <fstream>
#include <map>
#include <ranges>
#include <set>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "storage/test_peers/certificates.hpp"
#include "storage/test_peers/server_process.hpp"
#include "tests/harness/or_throw.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using namespace std::chrono_literals;
namespace test_peers = storage::test_peers;

struct SeenSpan {
  std::string service;
  std::string trace;
  std::string id;
  std::string parent;
  std::string name;
  std::string kind;
  std::string status;
  std::map<std::string, std::string> attributes;
};

class Collector {
 public:
  Collector() {
    std::ofstream(directory() / "collector.yaml") << fmt::format(
        R"(receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{}", tls: {{cert_file: {}, key_file: {}}}}}}}}}}}
exporters: {{debug: {{verbosity: detailed, use_internal_logger: false, output_paths: [{}]}}}}
service:
  telemetry: {{metrics: {{level: none}}, logs: {{level: error}}}}
  pipelines: {{traces: {{receivers: [otlp], exporters: [debug]}}}}
)",
        server_.port(), certificates_.server.certificate.string(), certificates_.server.key.string(),
        output().string());
    server_.launch({.words = {"otelcol", "--config", (directory() / "collector.yaml").string()},
                    .advice = "see tools/peers",
                    .patience = 20s});
  }

  [[nodiscard]] json::object settings(double ratio) const {
    return {{"endpoint", fmt::format("https://localhost:{}", server_.port())},
            {"ca", certificates_.ca.string()},
            {"sample_ratio", ratio}};
  }

  // What has arrived so far; of one trace, unless that is empty.
  [[nodiscard]] std::vector<SeenSpan> spans(std::string_view trace = {}) const;

 private:
  [[nodiscard]] const std::filesystem::path& directory() const { return server_.directory(); }
  [[nodiscard]] std::filesystem::path output() const { return directory() / "spans.txt"; }

  test_peers::ServerProcess server_{"otelcol"};
  test_peers::Certificates certificates_{server_.directory(), core::SystemClock().now()};
};

// "    Trace ID       : 0af7…" and "     -> http.route: Str(/orders)"
std::vector<SeenSpan> Collector::spans(std::string_view trace) const {
  std::ifstream file(output());
  std::vector<SeenSpan> seen;
  std::string service;
  bool is_resource = false;
  for (std::string line; std::getline(file, line);) {
    const auto text = core::trim(line);
    if (text.starts_with("ResourceSpans #")) is_resource = true;
    if (text.starts_with("Span #")) {
      is_resource = false;
      seen.push_back({.service = service});
    }
    if (text.starts_with("-> ")) {
      const auto halves = text.substr(3);
      const auto colon = halves.find(": ");
      const auto open = halves.find('(', colon);
      if (colon == std::string_view::npos || open == std::string_view::npos) continue;
      const std::string key(halves.substr(0, colon));
      const std::string value(halves.substr(open + 1, halves.size() - open - 2));
      if (is_resource && key == "service.name") service = value;
      if (!is_resource) seen.back().attributes[key] = value;
      continue;
    }
    const auto colon = text.find(':');
    if (is_resource || seen.empty() || colon == std::string_view::npos) continue;
    const auto key = core::trim(text.substr(0, colon));
    const std::string value(core::trim(text.substr(colon + 1)));
    SeenSpan& span = seen.back();
    for (const auto& [name, member] : {std::pair{"Trace ID", &SeenSpan::trace},
                                       {"ID", &SeenSpan::id},
                                       {"Parent ID", &SeenSpan::parent},
                                       {"Name", &SeenSpan::name},
                                       {"Kind", &SeenSpan::kind},
                                       {"Status code", &SeenSpan::status}})
      if (key == name) span.*member = value;
  }
  if (!trace.empty()) std::erase_if(seen, [&](const SeenSpan& span) { return span.trace != trace; });
  return seen;
}

// "payment-service: POST /payments < POST payment-service < saga authorizing < …": the way to the root.
std::string way_of(const SeenSpan& span, const std::map<std::string, const SeenSpan*>& by_id) {
  std::string way = fmt::format("{}: {}", span.service, span.name);
  const auto above = by_id.find(span.parent);
  return above == by_id.end() ? way : way + " < " + way_of(*above->second, by_id);
}

class Tracing : public testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("otelcol")) GTEST_SKIP() << "otelcol (tools/peers: Go modules) is missing";
    collector_.emplace();
  }
  void start(double ratio) { platform_.emplace(PlatformOptions{.tracing = collector_->settings(ratio)}); }

  // As a customer; `trace` is the span of a browser that is above all others.
  [[nodiscard]] http::Reply order(const TraceContext& trace) {
    const std::string token(or_throw(platform_->sign_in("alice"), "alice").access.reveal());
    const json::object order{{"items", json::array{json::object{{"sku", "kettle-copper"}, {"quantity", 1}}}},
                             {"payment_method", "pm_card_visa"}};
    auto request = demo::post_json("/orders", order, token, "order-" + trace.span_id_hex());
    request.headers.set("traceparent", trace.to_header());
    return or_throw(platform_->through_https()->send(std::move(request)), "order");
  }

  std::optional<Collector> collector_;
  std::optional<RunningPlatform> platform_;
};

TEST_F(Tracing, APurchaseIsOneTreeFromTheBrowserToTheProvidersStatement) {
  start(1);
  const TraceContext browser = TraceContext::start();
  const http::Reply placed = order(browser);
  ASSERT_EQ(placed.status, 201U) << placed.content;

  const std::string trace = browser.trace_id_hex();
  std::set<std::string> ways;
  std::vector<SeenSpan> spans;
  const auto look = [&] {
    ways.clear();
    spans = collector_->spans(trace);
    std::map<std::string, const SeenSpan*> by_id;
    for (const SeenSpan& span : spans) by_id[span.id] = &span;
    for (const SeenSpan& span : spans) ways.insert(way_of(span, by_id));
  };
  const std::string at_gateway = "gateway: POST gatehouse-orders";
  const std::string at_orders = "orders-service: POST /orders < gateway: POST orders-service < " + at_gateway;
  const std::string authorizing = "orders-service: saga authorizing < " + at_orders;
  const std::string at_payments =
      "payment-service: POST /payments < orders-service: POST payment-service < " + authorizing;
  const std::string capturing = "orders-service: saga capturing < " + at_orders;
  const std::vector<std::string> expected{
      at_gateway,
      at_orders,
      "orders-service: sqlite write < " + at_orders,
      authorizing,
      "orders-service: sqlite write < " + authorizing,
      at_payments,
      "payment-service: sqlite write < " + at_payments,
      "payment-service: POST provider-sim < " + at_payments,
      capturing,
      "payment-service: POST /payments/{id}/capture < orders-service: POST payment-service < " + capturing};
  const auto is_missing = [&](const std::string& way) { return !ways.contains(way); };
  EXPECT_TRUE(eventually(15s,
                         [&] {
                           look();
                           return std::ranges::none_of(expected, is_missing);
                         }))
      << fmt::format("missing: {}\nhave: {}", fmt::join(expected | std::views::filter(is_missing), "\n"),
                     fmt::join(ways, "\n"));

  // Nothing hangs in the air: every span is below another, and the uppermost below the browser's.
  std::set<std::string> ids{browser.span_id_hex()};
  for (const SeenSpan& span : spans) EXPECT_TRUE(ids.insert(span.id).second) << span.name;
  for (const SeenSpan& span : spans) EXPECT_TRUE(ids.contains(span.parent)) << span.service << span.name;
  const bool has_provider = std::ranges::any_of(
      spans, [](const SeenSpan& span) { return span.service == "provider-sim" && span.kind == "Server"; });
  EXPECT_TRUE(has_provider) << fmt::format("{}", fmt::join(ways, "\n"));
}

TEST_F(Tracing, ARequestIdFoundInTheBrowserLeadsToTheTraceAndToTheLogLines) {
  start(1);
  const TraceContext browser = TraceContext::start();
  const http::Reply placed = order(browser);
  const std::string request_id(placed.headers.get("X-Kong-Request-Id"));
  std::vector<SeenSpan> at_the_door;
  EXPECT_TRUE(eventually(15s, [&] {
    at_the_door = collector_->spans(browser.trace_id_hex());
    std::erase_if(at_the_door, [&](const SeenSpan& span) { return span.parent != browser.span_id_hex(); });
    return !at_the_door.empty();
  }));
  ASSERT_EQ(at_the_door.size(), 1U);
  EXPECT_EQ(at_the_door[0].attributes["gatehouse.request.id"], request_id);
  EXPECT_EQ(at_the_door[0].attributes["http.response.status_code"], "201");
  for (const std::string& id : {browser.trace_id_hex(), request_id}) {
    const auto lines = [&] { return platform_->gatehouse({"logs", "--trace", id, "--json"}).output; };
    EXPECT_TRUE(eventually(10s, [&] { return lines().contains("order-changed"); })) << lines();
    EXPECT_TRUE(lines().contains(request_id)) << lines();
  }

  const Outcome checked = platform_->gatehouse({"check"});
  EXPECT_EQ(checked.code, 0) << checked.output;
  EXPECT_TRUE(checked.output.contains("otlp")) << checked.output;
}

TEST_F(Tracing, OfTracesThatWereNotChosenOnlyWhatFailedIsKept) {
  start(0);
  const auto admin = platform_->admin();
  const auto added = admin->send(
      demo::post_form("/services", {{"name", "broken"}, {"url", "http://127.0.0.1:1"}, {"retries", "0"}}));
  ASSERT_EQ(added->status, 201U) << added->content;
  ASSERT_EQ(
      admin->send(demo::post_form("/services/broken/routes", {{"name", "broken"}, {"paths[]", "/broken"}}))
          ->status,
      201U);
  const TraceContext browser = TraceContext::start();
  ASSERT_EQ(order(browser).status, 201U) << "its caller has chosen this one";
  const auto client = platform_->through_https();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client->send(demo::get("/products"))->status, 200U);
  EXPECT_EQ(client->send(demo::get("/broken"))->status, 502U);

  std::vector<SeenSpan> broken;
  EXPECT_TRUE(eventually(15s, [&] {
    broken = collector_->spans();
    std::erase_if(broken, [&](const SeenSpan& span) { return span.trace == browser.trace_id_hex(); });
    return broken.size() >= 2;
  })) << broken.size();
  for (const SeenSpan& span : broken) {
    EXPECT_EQ(span.service, "gateway") << span.name;
    EXPECT_EQ(span.status, "Error") << span.name;
    EXPECT_EQ(span.trace, broken.front().trace) << span.name;
  }
  EXPECT_TRUE(eventually(15s, [&] { return collector_->spans(browser.trace_id_hex()).size() > 10; }));
}

}  // namespace
}  // namespace gatehouse::tests
