// Payments on its real store and its real provider adapter, against the simulated provider on its own real
// store: every fault that the provider knows, requests and answers lost on the way, and processes that end in
// the middle. In the end our books must say what the provider's statement says.
#include <filesystem>
#include <random>
#include <stdlib.h>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "provider_sim/api.hpp"
#include "runtime/worker.hpp"
#include "service/testing.hpp"
#include "services/payments/adapters/http_provider.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "services/payments/http/json_of_payment.hpp"
#include "services/payments/http/payments_api.hpp"
#include "services/payments/http/policy.hpp"
#include "services/payments/usecases/resolve_unknown.hpp"
#include "telemetry/log.hpp"

namespace gatehouse {
namespace {

using service::testing::TestReply;
using service::testing::TestRequest;

struct Crash {};  // thrown where a process ends

// The provider, on a loop and a file of its own.
struct Provider {
  explicit Provider(const std::string& path)
      : file(prepared(storage::sqlite::Database::open(path).value())), database(file, pool), bank(database) {
    api.add_routes(router);
    router.seal();
  }
  static storage::sqlite::Database prepared(storage::sqlite::Database opened) {
    EXPECT_TRUE(provider_sim::prepare_bank_schema(opened));
    return opened;
  }
  TestReply send(TestRequest request) { return service::testing::send(io, router, std::move(request)); }
  void misbehave(std::string_view faults) {
    const TestReply reply =
        send({.method = "POST", .target = "/v1/control", .caller = "demo", .content = std::string(faults)});
    EXPECT_EQ(reply.status, 200U) << reply.content;
  }
  json::array statement() {
    return send({.target = "/v1/statement?limit=1000", .caller = "demo"}).json().at("data").as_array();
  }

  boost::asio::io_context io{1};
  core::SystemClock clock;
  Metrics metrics;
  BlockingPool pool{"provider"};
  storage::sqlite::Database file;
  storage::sqlite::AsyncDatabase database;
  provider_sim::Bank bank;
  provider_sim::Api api{bank, clock};
  service::Router router{provider_sim::policy(), service::testing::fake_bearer(), metrics};
};

// The way to the provider: loses requests and answers, and ends the process, by a seed.
struct Wire {
  Provider& provider;
  std::minstd_rand random;
  unsigned lost_per_mille = 0;
  unsigned crashes_per_mille = 0;

  bool hits(unsigned per_mille) { return random() % 1000 < per_mille; }
  static std::unexpected<Error> lost(std::string_view reason, bool is_safe) {
    Error error(ErrorKind::unavailable, reason, {}, Origin::upstream);
    error.safe_to_retry = is_safe;
    return std::unexpected(std::move(error));
  }
  Awaitable<Result<http::Reply>> send(http::Request& request) {
    if (hits(crashes_per_mille)) throw Crash{};
    if (hits(lost_per_mille)) co_return lost("connection_refused", true);
    if (hits(lost_per_mille)) co_return lost("request_lost", false);
    TestRequest sent{.method = request.method,
                     .target = request.target,
                     .caller = "payments",
                     .bearer = "shop:merchant",
                     .content = request.content};
    for (const auto* name : {"Idempotency-Key"}) {
      if (request.headers.contains(name))
        sent.headers.emplace_back(name, std::string(request.headers.get(name)));
    }
    TestReply answered = provider.send(std::move(sent));
    if (hits(crashes_per_mille)) throw Crash{};
    if (answered.is_dropped || hits(lost_per_mille)) co_return lost("answer_lost", false);
    co_return http::Reply{answered.status, answered.headers, answered.content};
  }
};

// One process of the payments role, but for its sockets.
struct Process {
  Process(Wire& wire, const core::Clock& clock, const std::string& path, const crypto::Envelope& envelope)
      : file(prepared(storage::sqlite::Database::open(path).value())),
        database(file, pool),
        store(database, envelope),
        calls([&wire](http::Request& request, payments::CallContext) { return wire.send(request); }, clock,
              metrics, "provider-sim", limits()),
        around{.store = store,
               .provider = provider,
               .answers = answers,
               .clock = clock,
               .measures = measures,
               .instance = "payments-1#a"} {
    payments::add_payment_routes(router, around, service::PageCursor(Secret("a key of the test")));
    router.seal();
  }
  static storage::sqlite::Database prepared(storage::sqlite::Database opened) {
    EXPECT_TRUE(payments::prepare_payment_schema(opened));
    return opened;
  }
  static payments::ProviderCallLimits limits() {
    payments::ProviderCallLimits made;
    made.retries.base = made.retries.cap = std::chrono::milliseconds{0};
    made.breaker.calls_min = 1'000'000;  // this test is about outcomes, not about mercy
    return made;
  }
  TestReply post(std::string target, std::string content, std::string key) {
    TestRequest request{
        .method = "POST", .target = std::move(target), .caller = "orders", .content = std::move(content)};
    request.headers.emplace_back("Idempotency-Key", std::move(key));
    return service::testing::send(io, router, std::move(request));
  }
  void recover(core::SystemTime now) {
    const auto due = runtime::run_to_end(io, store.due(now, 1000)).value();
    for (const payments::Payment& payment : due) {
      (void)runtime::run_to_end(io, payments::ResolveUnknown(around).run(payment));
    }
  }
  std::vector<payments::Payment> all() {
    payments::ListQuery query{.limit = 1000};
    return runtime::run_to_end(io, store.list(query)).value().payments;
  }

  boost::asio::io_context io{1};
  Metrics metrics;
  BlockingPool pool{"payments"};
  storage::sqlite::Database file;
  storage::sqlite::AsyncDatabase database;
  payments::SqlitePaymentStore store;
  payments::ProviderCalls calls;
  payments::HttpProvider provider{"provider-sim", calls, Secret("sk_test")};
  payments::JsonAnswers answers;
  payments::Measures measures{metrics, "provider-sim"};
  payments::Surroundings around;
  service::Router router{payments::policy(), service::testing::fake_bearer(), metrics};
};

struct PaymentsWithProvider : ::testing::Test {
  PaymentsWithProvider() {
    log::configure("component-test", "", log::Level::off);
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    provider = std::make_unique<Provider>(directory + "/provider.db");
    wire = std::make_unique<Wire>(Wire{*provider, std::minstd_rand(kSeed)});
    restart();
  }
  ~PaymentsWithProvider() override {
    process.reset();
    provider.reset();
    std::filesystem::remove_all(directory);
  }
  // What was in progress is forgotten; what was written is found again.
  void restart() {
    process.reset();
    process = std::make_unique<Process>(*wire, clock, directory + "/payments.db", envelope);
  }
  std::optional<TestReply> post(const std::string& target, const std::string& content,
                                const std::string& key) {
    try {
      return process->post(target, content, key);
    } catch (const Crash&) {
      restart();
      return std::nullopt;
    }
  }
  // As a client does: the same request with the same key until the answer is final.
  TestReply insist(const std::string& target, const std::string& content, const std::string& key) {
    for (int tries = 0; tries < 200; ++tries) {
      auto reply = post(target, content, key);
      if (reply && reply->status != 202 && reply->status != 409 && reply->status < 500) return *reply;
      clock.advance(std::chrono::seconds{15});
      try {
        if (tries % 3 == 2) process->recover(clock.now());
      } catch (const Crash&) {
        restart();
      }
    }
    ADD_FAILURE() << "no final answer for " << key;
    return {};
  }
  // What each payment moved, as the provider says.
  std::map<std::string, std::int64_t> nets() {
    std::map<std::string, std::int64_t> net;
    for (const json::value& line : provider->statement()) {
      net[std::string(line.at("payment_id").as_string())] += line.at("net").as_int64();
      if (line.at("type") == "capture") ++captures[std::string(line.at("payment_id").as_string())];
    }
    return net;
  }
  void expect_books_to_agree() {
    auto net = nets();
    for (const payments::Payment& payment : process->all()) {
      const payments::PaymentState& state = payment.state();
      EXPECT_TRUE(payment.check_invariants());
      EXPECT_EQ(state.captured - state.refunded, net[state.id]) << name_of(state.status);
      EXPECT_LE(captures[state.id], 1) << "charged twice";
      for (const payments::Attempt& attempt : state.attempts) EXPECT_FALSE(attempt.is_open());
      net.erase(state.id);
    }
    for (const auto& [id, minor] : net) ADD_FAILURE() << id << " is on the statement only: " << minor;
  }

  static constexpr unsigned kSeed = 20261123;
  std::string directory = (std::filesystem::temp_directory_path() / "component-XXXXXX").string();
  core::ManualClock clock;
  crypto::Envelope envelope{std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value())};
  std::unique_ptr<Provider> provider;
  std::unique_ptr<Wire> wire;
  std::unique_ptr<Process> process;
  std::map<std::string, int> captures;
};

std::string order(std::string_view token, std::string_view capture, int number) {
  return fmt::format(
      R"({{"amount":{},"currency":"EUR","payment_method":"{}","capture":"{}","reference":"ord_{}"}})",
      1000 + number, token, capture, number);
}

TEST_F(PaymentsWithProvider, TheTestCardsEndAsTheyShould) {
  struct Case {
    std::string_view token;
    unsigned status;
    std::string_view decline_code;
  };
  int number = 0;
  for (const Case& c :
       {Case{"pm_card_visa", 201, ""}, Case{"pm_card_declined", 402, "generic_decline"},
        Case{"pm_card_insufficient_funds", 402, "insufficient_funds"}, Case{"pm_card_fails_before", 201, ""},
        Case{"pm_card_fails_after", 201, ""}, Case{"pm_card_unknown", 201, ""},
        Case{"pm_card_that_nobody_knows", 402, "resource_missing"}}) {
    const TestReply reply =
        insist("/payments", order(c.token, "automatic", ++number), "key-of-the-card-" + std::string(c.token));
    EXPECT_EQ(reply.status, c.status) << c.token << " " << reply.content;
    if (reply.status == 402) EXPECT_EQ(reply.json().at("decline_code").as_string(), c.decline_code);
  }
  expect_books_to_agree();
}

TEST_F(PaymentsWithProvider, WhateverHappensTheBooksAgreeWithTheStatement) {
  provider->misbehave(R"({"decline":100,"fail_before":100,"fail_after":100,"drop_answer":100,"seed":5})");
  wire->lost_per_mille = 50;
  wire->crashes_per_mille = 50;
  int declined = 0;
  for (int i = 0; i < 120; ++i) {
    const std::string name = "key-of-the-order-" + std::to_string(i);
    const std::string body = order("pm_card_visa", i % 2 == 0 ? "automatic" : "manual", i);
    const TestReply opened = insist("/payments", body, name);
    if (opened.status == 402) {
      ++declined;
      continue;
    }
    ASSERT_EQ(opened.status, 201U) << opened.content;
    EXPECT_EQ(insist("/payments", body, name).content, opened.content);
    const std::string payment = "/payments/" + std::string(opened.json().at("id").as_string());
    if (i % 2 == 1)
      EXPECT_EQ(insist(payment + (i % 3 == 0 ? "/cancel" : "/capture"), "{}", name + "-next").status, 200U);
    if (i % 2 == 0 && i % 3 == 0) {
      EXPECT_EQ(insist(payment + "/refunds", R"({"amount":400})", name + "-refund").status, 201U);
    }
  }
  EXPECT_GT(declined, 0);
  EXPECT_LT(declined, 60);
  expect_books_to_agree();
}

}  // namespace
}  // namespace gatehouse
