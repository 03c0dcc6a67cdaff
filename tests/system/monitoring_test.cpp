// Prometheus, its rules and Grafana's dashboards, as shipped, on a platform under load and on one with
// faults.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"
#include "tests/harness/or_throw.hpp"
#include "tests/harness/prometheus_server.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

#define SKIP_WITHOUT_PROMETHEUS()    \
  if (!find_program("prometheus-3")) \
  GTEST_SKIP() << "prometheus-3 (tools/peers) is missing: rules and dashboards were not tried"

http::Request order(const std::string& token, int number) {
  const json::array items{json::object{{"sku", "kettle-copper"}, {"quantity", 1}}};
  const json::object order{{"items", items}, {"payment_method", "pm_card_visa"}};
  return demo::post_json("/orders", order, token, "order-under-watch-" + std::to_string(1000 + number));
}

// A guided purchase, and then a customer who orders several times a second, as long as it lives.
class Load {
 public:
  explicit Load(const RunningPlatform& platform) : platform_(platform) {
    const Outcome purchase = platform_.gatehouse({"demo"});
    EXPECT_EQ(purchase.code, 0) << purchase.output;
    token_ = or_throw(platform_.sign_in("alice"), "alice").access.reveal();
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const auto client = platform_.through_https();
      while (!stop.stop_requested()) {
        count(client->send(order(token_, served_ + failed_)));
        count(client->send(demo::get("/orders", token_)));
        count(client->send(demo::get("/nowhere")));
        pause(std::chrono::milliseconds{200});
      }
    });
  }
  [[nodiscard]] int served() const { return served_; }  // refused ones too
  [[nodiscard]] int failed() const { return failed_; }

 private:
  void count(const Result<http::Reply>& reply) { (reply && reply->status < 500 ? served_ : failed_) += 1; }

  const RunningPlatform& platform_;
  std::string token_;
  std::atomic<int> served_{0};
  std::atomic<int> failed_{0};
  std::jthread thread_;  // last: it uses the others
};

struct Panel {
  std::string place;  // "overview: Requests"
  std::string expression;
  bool is_optional = false;
};

void collect(const std::string& board, const json::array& panels, std::vector<Panel>& found) {
  for (const json::value& value : panels) {
    const auto& panel = value.as_object();
    if (const auto* inner = panel.if_contains("panels")) collect(board, inner->as_array(), found);
    const auto* targets = panel.if_contains("targets");
    if (targets == nullptr) continue;
    const std::string title(panel.at("title").as_string());
    const auto* description = panel.if_contains("description");
    const bool is_optional =
        description != nullptr && description->as_string().find("[optional:") != std::string::npos;
    for (const json::value& target : targets->as_array())
      found.push_back({board + ": " + title, std::string(target.at("expr").as_string()), is_optional});
  }
}

std::vector<Panel> all_panels() {
  const TemporaryDirectory boards;
  const auto script = fs::path(std::getenv("GATEHOUSE_SOURCE")) / "deploy" / "grafana" / "dashboards.py";
  const Outcome written = run({.words = {"python3", script, boards.path()}, .user = {}});
  EXPECT_EQ(written.code, 0) << written.output;
  std::vector<Panel> found;
  for (const auto& file : fs::directory_iterator(boards.path())) {
    const auto text = or_throw(supervisor::read_file(file.path()), file.path().string());
    collect(file.path().stem().string(), json::parse(text).as_object().at("panels").as_array(), found);
  }
  return found;
}

// As Grafana fills it in.
std::string filled_in(std::string expression) {
  const std::pair<std::string_view, std::string_view> variables[] = {
      {"$__rate_interval", "10s"}, {"$__interval", "5s"}, {"$__range", "60s"},
      {"${role}", "orders"},       {"$role", "orders"},   {"${instance}", ".*"},
      {"$instance", ".*"},         {"${route}", ".*"},    {"$route", ".*"}};
  for (const auto& [name, value] : variables) {
    for (auto at = expression.find(name); at != std::string::npos;
         at = expression.find(name, at + value.size()))
      expression.replace(at, name.size(), value);
  }
  return in_short_time(expression);
}

TEST(Monitoring, EveryRuleEvaluatesAndEveryPanelShowsSomethingUnderLoad) {
  SKIP_WITHOUT_PROMETHEUS();
  const RunningPlatform platform;
  const PrometheusServer prometheus(platform);
  const Load load(platform);

  std::set<std::string> expected;
  for (const supervisor::Instance& instance : supervisor::instances_of(platform.plan()))
    expected.insert(instance.name);
  const bool are_all_up = eventually(seconds{30}, [&] {
    const auto up = prometheus.instances_up();
    return std::set(up.begin(), up.end()) == expected;
  });
  ASSERT_TRUE(are_all_up) << "not every instance is found and scraped: "
                          << json::serialize(prometheus.query("up"));
  ASSERT_TRUE(eventually(seconds{40}, [&] { return load.served() >= 30; })) << "nobody can buy anything";

  const std::vector<Panel> panels = all_panels();
  EXPECT_GT(panels.size(), 50U);
  std::vector<std::string> silent;
  const bool all_speak = eventually(seconds{40}, [&] {
    silent.clear();
    for (const Panel& panel : panels) {
      const std::string expression = filled_in(panel.expression);
      const auto samples = prometheus.query(expression);  // throws if it is not understood
      if (samples.empty() && !panel.is_optional) silent.push_back(panel.place + ": " + expression);
    }
    return silent.empty();
  });
  EXPECT_TRUE(all_speak) << "panels without data:\n" << fmt::format("{}", fmt::join(silent, "\n"));
  EXPECT_EQ(prometheus.broken_rules(), std::vector<std::string>{});
  EXPECT_EQ(load.failed(), 0);

  // From a chart to the log: the trace of an exemplar is found in the lines of the role that was slow.
  const auto exemplars =
      prometheus.exemplars(R"(http_server_request_duration_seconds_bucket{role="orders"})");
  ASSERT_FALSE(exemplars.empty());
  const auto& exemplar = exemplars.front().at("exemplars").as_array().back();
  EXPECT_EQ(exemplar.at("labels").at("trace_id").as_string().size(), 32U);
}

TEST(Monitoring, AHealthyPlatformAlarmsNobody) {
  SKIP_WITHOUT_PROMETHEUS();
  const RunningPlatform platform;
  const PrometheusServer prometheus(platform);
  const Load load(platform);
  pause(seconds{12});  // every window and delay has passed
  EXPECT_EQ(load.failed(), 0);
  std::string firing;
  for (const Alert& alert : prometheus.alerts()) {
    if (alert.state == "firing") firing += json::serialize(alert.labels) + "\n";
  }
  EXPECT_EQ(firing, "");
}

class Faults : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_PROMETHEUS(); }

  void expect_alert(std::string_view name, seconds limit = seconds{40}) const {
    const auto fires = [&] { return prometheus().fires(name); };
    EXPECT_TRUE(eventually(limit, fires)) << name << " does not fire";
  }
  void expect_quiet(std::string_view name, seconds limit = seconds{40}) const {
    const auto is_quiet = [&] { return !prometheus().fires(name); };
    EXPECT_TRUE(eventually(limit, is_quiet)) << name << " still fires";
  }
  [[nodiscard]] const PrometheusServer& prometheus() const {
    if (!prometheus_) prometheus_ = std::make_unique<PrometheusServer>(platform_);
    return *prometheus_;
  }
  [[nodiscard]] std::string token() const {
    return std::string(or_throw(platform_.sign_in("alice"), "alice").access.reveal());
  }
  RunningPlatform platform_;

 private:
  mutable std::unique_ptr<PrometheusServer> prometheus_;
};

TEST_F(Faults, ARoleThatHangsIsReportedUntilItGoesOn) {
  ASSERT_TRUE(eventually(seconds{30}, [&] { return prometheus().instances_up().size() >= 7; }));
  const pid_t auth = platform_.pid_of("auth-1");
  ::kill(auth, SIGSTOP);
  expect_alert("RoleDown");
  ::kill(auth, SIGCONT);
  expect_quiet("RoleDown");
}

TEST_F(Faults, AnExpiredCertificateIsReportedUntilItIsRenewed) {
  ASSERT_TRUE(eventually(seconds{30}, [&] { return prometheus().instances_up().size() >= 7; }));
  const auto directory = platform_.layout().instance_dir("orders-1");
  const auto issue = [&](core::SystemTime at) {
    const auto issued =
        supervisor::issue_role_leaf(platform_.data(), "orders", directory, {"orders-service"}, at);
    ASSERT_TRUE(issued) << issued.error().detail;
  };
  const auto now = core::SystemClock().now();
  issue(now - std::chrono::minutes{23 * 60 + 30});  // of 24 hours
  expect_alert("CertificateExpiresSoon");
  expect_alert("CertificateExpiresNow");
  issue(now);
  expect_quiet("CertificateExpiresSoon");
}

TEST_F(Faults, AProviderThatHangsOpensTheBreakerAndLeavesSagasStuck) {
  ASSERT_TRUE(eventually(seconds{30}, [&] { return prometheus().instances_up().size() >= 7; }));
  const std::string alice = token();
  const pid_t provider = platform_.pid_of("provider-sim-1");
  ::kill(provider, SIGSTOP);
  for (int i = 0; i < 12; ++i) (void)platform_.through_https()->send(order(alice, i));
  expect_alert("CircuitBreakerOpen", seconds{60});
  expect_alert("SagaStuck", seconds{100});
  ::kill(provider, SIGCONT);
  expect_quiet("CircuitBreakerOpen", seconds{60});
  expect_quiet("SagaStuck", seconds{60});
}

}  // namespace
}  // namespace gatehouse::tests
