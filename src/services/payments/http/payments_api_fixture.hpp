// The service's HTTP face through its router, on memory adapters, for the tests of this room.
#pragma once

#include <gtest/gtest.h>

#include "runtime/worker.hpp"
#include "service/testing.hpp"
#include "services/payments/adapters/memory_payment_store.hpp"
#include "services/payments/adapters/memory_provider.hpp"
#include "services/payments/http/json_of_payment.hpp"
#include "services/payments/http/payments_api.hpp"
#include "services/payments/http/policy.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::payments::testing {

using service::testing::TestReply;
using service::testing::TestRequest;
using Mood = MemoryProvider::Mood;

inline constexpr std::string_view kOrder =
    R"({"amount":1999,"currency":"EUR","payment_method":"pm_card_visa","reference":"ord_1"})";
inline constexpr std::string_view kManualOrder =
    R"({"amount":1999,"currency":"EUR","payment_method":"pm_card_visa","reference":"ord_1","capture":"manual"})";

struct PaymentsApi : ::testing::Test {
  PaymentsApi() {
    log::configure("payments-test", "", log::Level::off);
    add_payment_routes(router, around, service::PageCursor(Secret("a key of the test")));
    router.seal();
  }

  // Every answer of every test must be one that the API's description names.
  TestReply send(TestRequest request) {
    static const auto kDocumented = service::testing::documented_statuses("payments");
    const std::string route = request.method + " " + template_of(request.target);
    const TestReply reply = service::testing::send(io, router, std::move(request));
    const auto found = kDocumented.find(route);
    EXPECT_TRUE(found != kDocumented.end() && found->second.contains(reply.status))
        << route << " " << reply.status;
    return reply;
  }
  static std::string template_of(std::string target) {
    target = target.substr(0, target.find('?'));
    const auto id = target.find("/pay_");
    if (id != std::string::npos) target.replace(id, target.find('/', id + 1) - id, "/{id}");
    return target;
  }
  TestReply post(std::string target, std::string_view content, std::string key,
                 std::string bearer = "pia:payment") {
    TestRequest request{.method = "POST",
                        .target = std::move(target),
                        .bearer = std::move(bearer),
                        .content = std::string(content)};
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", std::move(key));
    return send(std::move(request));
  }
  TestReply get(std::string target, std::string bearer = "pia:payment") {
    return send({.target = std::move(target), .bearer = std::move(bearer)});
  }
  // A new payment's id.
  std::string paid(std::string_view order = kOrder) {
    const TestReply reply = post("/payments", order, "key-of-the-order-" + std::to_string(++orders));
    EXPECT_EQ(reply.status, 201U) << reply.content;
    return std::string(reply.json().at("id").as_string());
  }

  boost::asio::io_context io{1};
  core::ManualClock clock;
  Metrics metrics;
  MemoryPaymentStore store;
  MemoryProvider provider;
  Measures measures{metrics, provider.name()};
  JsonAnswers answers;
  Surroundings around{.store = store,
                      .provider = provider,
                      .answers = answers,
                      .clock = clock,
                      .measures = measures,
                      .instance = "payments-1#a"};
  service::Router router{policy(), service::testing::fake_bearer(), metrics};
  int orders = 0;
};

}  // namespace gatehouse::payments::testing
