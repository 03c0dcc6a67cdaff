// The simulated provider through its router: what it promises, how it misbehaves, and that it survives its
// own death.
#include <filesystem>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "provider_sim/api.hpp"
#include "runtime/worker.hpp"
#include "service/testing.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::provider_sim {
namespace {

using service::testing::TestReply;
using service::testing::TestRequest;

constexpr std::string_view kCharge =
    R"({"amount":1999,"currency":"EUR","payment_method":"pm_card_visa","reference":"ord_1","payment_id":"pay_1"})";

std::string charge_with(std::string_view token, std::string_view capture = "automatic") {
  return fmt::format(R"({{"amount":1999,"currency":"EUR","payment_method":"{}","capture":"{}"}})", token,
                     capture);
}

// One process of the provider on a file that outlives it.
struct Process {
  explicit Process(const std::string& path)
      : file(storage::sqlite::Database::open(path).value()), database(prepared(file), pool), bank(database) {
    EXPECT_TRUE(runtime::run_to_end(api.restore_faults()));
    api.add_routes(router);
    router.seal();
  }
  static storage::sqlite::Database prepared(storage::sqlite::Database& file) {
    EXPECT_TRUE(prepare_bank_schema(file));
    return file;
  }
  // Every answer of every test must be one that the API's description names.
  TestReply send(TestRequest request) {
    static const auto kDocumented = service::testing::documented_statuses("provider-sim");
    std::string path = request.target.substr(0, request.target.find('?'));
    const auto id = path.find("/ch_");
    if (id != std::string::npos) path.replace(id, path.find('/', id + 1) - id, "/{id}");
    const std::string route = request.method + " " + path;
    const TestReply reply = service::testing::send(io, router, std::move(request));
    const auto found = kDocumented.find(route);
    EXPECT_TRUE(found != kDocumented.end() && found->second.contains(reply.status))
        << route << " " << reply.status;
    return reply;
  }
  TestReply post(std::string target, std::string_view content, std::string key) {
    TestRequest request{.method = "POST",
                        .target = std::move(target),
                        .caller = "payments",
                        .bearer = "shop:merchant",
                        .content = std::string(content)};
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", std::move(key));
    return send(std::move(request));
  }
  TestReply get(std::string target) {
    return send({.target = std::move(target), .caller = "payments", .bearer = "shop:merchant"});
  }
  TestReply control(std::string_view content) {
    return send(
        {.method = "POST", .target = "/v1/control", .caller = "demo", .content = std::string(content)});
  }
  json::array statement() { return get("/v1/statement").json().at("data").as_array(); }

  boost::asio::io_context io{1};
  core::SystemClock clock;
  Metrics metrics;
  BlockingPool pool{"test"};
  storage::sqlite::Database file;
  storage::sqlite::AsyncDatabase database;
  Bank bank;
  Api api{bank, clock, {.slow_token = std::chrono::milliseconds{20}}};
  service::Router router{policy(), service::testing::fake_bearer(), metrics};
};

struct ProviderSim : ::testing::Test {
  ProviderSim() {
    log::configure("provider-test", "", log::Level::off);
    directory = (std::filesystem::temp_directory_path() / "provider-XXXXXX").string();
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    restart();
  }
  ~ProviderSim() override {
    process.reset();
    std::filesystem::remove_all(directory);
  }
  void restart() {
    process.reset();
    process = std::make_unique<Process>(directory + "/provider.db");
  }

  std::string directory;
  std::unique_ptr<Process> process;
};

TEST_F(ProviderSim, ChargesOncePerKeyAlsoAcrossItsOwnDeath) {
  const TestReply first = process->post("/v1/charges", kCharge, "k1");
  ASSERT_EQ(first.status, 200U) << first.content;
  restart();
  const TestReply second = process->post("/v1/charges", kCharge, "k1");

  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
  EXPECT_FALSE(first.headers.contains("Idempotent-Replayed"));
  ASSERT_EQ(process->statement().size(), 1U);
  EXPECT_EQ(process->statement()[0].at("net"), 1999);
  EXPECT_EQ(process->post("/v1/charges", charge_with("pm_card_visa"), "k1").status, 400U)
      << "another request";
  EXPECT_EQ(process->post("/v1/charges", kCharge, "k2").status, 200U);
  EXPECT_EQ(process->statement().size(), 2U);
}

TEST_F(ProviderSim, CapturesVoidsAndRefundsByTheRules) {
  const auto charge = [&](std::string key) {
    return std::string(
        process->post("/v1/charges", charge_with("pm_card_visa", "manual"), key).json().at("id").as_string());
  };
  const std::string captured = "/v1/charges/" + charge("k1");
  EXPECT_EQ(process->post(captured + "/capture", R"({"amount":500})", "k2").json().at("amount_captured"),
            500);
  EXPECT_EQ(process->post(captured + "/capture", "", "k3").json().at("error").at("code"),
            "charge_already_captured");
  const std::string refund = fmt::format(R"({{"charge":"{}","amount":300}})", captured.substr(12));
  EXPECT_EQ(process->post("/v1/refunds", refund, "k4").json().at("status"), "succeeded");
  EXPECT_EQ(process->post("/v1/refunds", refund, "k5").json().at("error").at("code"), "amount_too_large");

  const std::string voided = "/v1/charges/" + charge("k6");
  EXPECT_EQ(process->post(voided + "/void", "", "k7").json().at("status"), "canceled");
  EXPECT_EQ(process->post(voided + "/capture", "", "k8").json().at("error").at("code"),
            "charge_already_canceled");
  EXPECT_EQ(process->get("/v1/charges/ch_none").status, 404U);

  std::int64_t net = 0;
  for (const json::value& line : process->statement()) net += line.at("net").as_int64();
  EXPECT_EQ(net, 200);
}

TEST_F(ProviderSim, TestTokensDoWhatTheirNamesSay) {
  struct Case {
    std::string_view token;
    unsigned first;
    unsigned second;
    std::size_t lines;
  };
  for (const Case& c : {Case{"pm_card_visa", 200, 200, 1}, Case{"pm_card_declined", 402, 402, 0},
                        Case{"pm_card_insufficient_funds", 402, 402, 0}, Case{"pm_card_slow", 200, 200, 1},
                        Case{"pm_card_fails_before", 500, 200, 1}, Case{"pm_card_fails_after", 500, 500, 1},
                        Case{"pm_card_unknown", 200, 200, 1}, Case{"pm_nonsense", 400, 400, 0}}) {
    const std::size_t before = process->statement().size();
    const std::string key = "key-" + std::string(c.token);
    EXPECT_EQ(process->post("/v1/charges", charge_with(c.token), key).status, c.first) << c.token;
    EXPECT_EQ(process->post("/v1/charges", charge_with(c.token), key).status, c.second) << c.token;
    EXPECT_EQ(process->statement().size() - before, c.lines) << c.token;
  }
  EXPECT_EQ(process->get("/v1/charges?idempotency_key=key-pm_card_fails_after")
                .json()
                .at("data")
                .at(0)
                .at("status"),
            "captured");
  EXPECT_EQ(
      process->get("/v1/charges?idempotency_key=key-pm_card_declined").json().at("data").at(0).at("status"),
      "declined");
  EXPECT_TRUE(process->get("/v1/charges?idempotency_key=key-none").json().at("data").as_array().empty());
}

TEST_F(ProviderSim, FaultsFollowTheSeedAndSurviveARestart) {
  ASSERT_EQ(process->control(R"({"decline":300,"fail_before":200,"fail_after":100,"seed":7})").status, 200U);
  const auto life = [&](std::string_view name) {
    std::vector<unsigned> statuses;
    for (int i = 0; i < 60; ++i)
      statuses.push_back(process->post("/v1/charges", kCharge, fmt::format("{}{}", name, i)).status);
    return statuses;
  };
  const auto first = life("a");
  for (const unsigned expected : {200U, 402U, 500U})
    EXPECT_NE(std::ranges::find(first, expected), first.end());

  std::filesystem::rename(directory + "/provider.db", directory + "/old.db");
  restart();
  ASSERT_EQ(process->control(R"({"decline":300,"fail_before":200,"fail_after":100,"seed":7})").status, 200U);
  EXPECT_EQ(life("a"), first);

  restart();
  const json::value kept = process->send({.target = "/v1/control", .caller = "demo"}).json();
  EXPECT_EQ(kept.at("decline"), 300);
  EXPECT_EQ(process->control(R"({"decline":1001})").status, 400U);
}

TEST_F(ProviderSim, TheStatementIsPagedAndAppendOnly) {
  for (int i = 0; i < 5; ++i)
    ASSERT_EQ(process->post("/v1/charges", kCharge, fmt::format("k{}", i)).status, 200U);
  std::vector<std::int64_t> seen;
  for (std::int64_t after = 0;;) {
    const json::value page = process->get(fmt::format("/v1/statement?limit=2&after={}", after)).json();
    for (const json::value& line : page.at("data").as_array()) seen.push_back(line.at("sequence").as_int64());
    after = seen.back();
    if (!page.at("has_more").as_bool()) break;
  }
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  for (const auto* sql : {"DELETE FROM statement", "UPDATE statement SET net = 0"}) {
    auto tamper = [sql](storage::sqlite::Connection& connection) { return connection.run(sql); };
    EXPECT_FALSE(runtime::run_to_end(process->database.write(tamper))) << sql;
  }
}

TEST(ProviderSimDescription, NamesTheRoutesOfThePolicyAndNoOthers) {
  std::set<std::string> served;
  for (const service::RoutePolicy& route : policy().routes) {
    served.insert(fmt::format("{} {}", route.method, route.path));
  }
  std::set<std::string> described;
  for (const auto& [route, statuses] : service::testing::documented_statuses("provider-sim"))
    described.insert(route);
  EXPECT_EQ(described, served);
}

TEST_F(ProviderSim, MoneyWantsTheApiKeyAndFaultsWantAnOperator) {
  TestRequest charge{
      .method = "POST", .target = "/v1/charges", .caller = "payments", .content = std::string(kCharge)};
  EXPECT_EQ(process->send(charge).status, 401U);
  charge.bearer = "shop:customer";
  EXPECT_EQ(process->send(charge).status, 403U);
  charge.bearer = "shop:merchant";
  charge.caller = "orders";
  EXPECT_EQ(process->send(charge).status, 403U);
  EXPECT_EQ(process->send({.target = "/v1/control", .caller = "payments", .bearer = "shop:merchant"}).status,
            403U);
  EXPECT_EQ(process->send({.target = "/v1/statement", .caller = "demo"}).status, 200U);
}

}  // namespace
}  // namespace gatehouse::provider_sim
