// What the payments service's answers mean for an order.
#include "services/orders/adapters/http_payments.hpp"

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::orders {
namespace {

using Kind = PaymentReply::Kind;
using runtime::run_to_end;

const Currency kEuro = Currency::from_code("EUR").value();

std::string payment_json(std::string_view status) {
  return std::string(R"({"id":"pay_1","status":")") + std::string(status) +
         R"(","amount":2500,"currency":"EUR","amount_captured":0,"amount_refunded":0,"reference":"ord_1",)" +
         R"("decline_code":null,"version":1})";
}

TEST(PaymentAnswer, MeansNothingUnlessItIsCertain) {
  struct Case {
    unsigned status;
    std::string body;
    Kind kind;
    std::string code;
  };
  const std::vector<Case> cases{
      {201, payment_json("authorized"), Kind::view, ""},
      {202, payment_json("unknown"), Kind::view, ""},
      {200, payment_json("captured"), Kind::view, ""},
      {200, payment_json("melted"), Kind::unknown, ""},
      {200, "{}", Kind::unknown, ""},
      {200, "<html>", Kind::unknown, ""},
      {201, R"({"id":"pay_1","status":"authorized","amount":25.0,"currency":"EUR","amount_captured":0})",
       Kind::unknown, ""},
      {302, "", Kind::unknown, ""},
      {402, R"({"code":"card_declined","decline_code":"insufficient_funds","payment_id":"pay_1"})",
       Kind::declined, "insufficient_funds"},
      {402, R"({"code":"capture_declined"})", Kind::declined, "capture_declined"},
      {400, R"({"code":"invalid_field"})", Kind::refused, "invalid_field"},
      {401, "", Kind::unavailable, ""},
      {403, "", Kind::unavailable, ""},
      {404, "", Kind::missing, ""},
      {409, R"({"code":"illegal_transition"})", Kind::refused, "illegal_transition"},
      {409, R"({"code":"idempotency_key_in_use"})", Kind::unknown, "idempotency_key_in_use"},
      {422, R"({"code":"amount_too_large"})", Kind::refused, "amount_too_large"},
      {422, R"({"code":"idempotency_key_reused"})", Kind::unknown, "idempotency_key_reused"},
      {429, "", Kind::unavailable, ""},
      {500, "", Kind::unknown, ""},
      {503, payment_json("authorized"), Kind::unknown, ""}};
  for (const Case& row : cases) {
    const PaymentReply reply = reply_in({row.status, {}, row.body});
    EXPECT_EQ(reply.kind, row.kind) << row.status << row.body;
    EXPECT_EQ(reply.code, row.code);
    EXPECT_EQ(reply.view.has_value(), row.kind == Kind::view);
  }
}

// Remembers what it was sent and answers from a list.
class HttpPaymentsTest : public testing::Test {
 protected:
  struct Sent {
    std::string method, target, key, content, trace_id;
  };

  CallPeer peer() {
    return [this](http::Request& request, Deadline,
                  const TraceContext& trace) -> Awaitable<Result<http::Reply>> {
      sent.push_back({request.method, request.target, std::string(request.headers.get("Idempotency-Key")),
                      request.content, trace.trace_id_hex()});
      if (answers.empty()) co_return fail(ErrorKind::timeout, "deadline_passed", {}, Origin::upstream);
      Result<http::Reply> answer = std::move(answers.front());
      answers.erase(answers.begin());
      co_return answer;
    };
  }
  static PaymentRequest request(std::optional<std::string> payment_id = "pay_1") {
    return {"ord_1",
            {2'500, kEuro},
            "pm_card_visa",
            std::move(payment_id),
            "ord:ord_1:authorize",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            Deadline::after(std::chrono::seconds{1})};
  }

  core::ManualClock clock;
  std::vector<Sent> sent;
  std::vector<Result<http::Reply>> answers;
  telemetry::Metrics metrics;
  HttpPayments payments{peer(), clock, metrics};
};

TEST_F(HttpPaymentsTest, AuthorizesWithTheKeyOfTheOrderAndItsTrace) {
  answers.emplace_back(http::Reply{201, {}, payment_json("authorized")});

  const PaymentReply reply = run_to_end(payments.authorize(request(std::nullopt)));

  EXPECT_EQ(reply.kind, Kind::view);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].target, "/payments");
  EXPECT_EQ(sent[0].key, "ord:ord_1:authorize");
  EXPECT_EQ(sent[0].trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(core::parse_json(sent[0].content).value(),
            core::parse_json(R"({"amount":2500,"currency":"EUR","payment_method":"pm_card_visa",
                                 "capture":"manual","reference":"ord_1"})")
                .value());
}

TEST_F(HttpPaymentsTest, ChangesThePaymentByItsId) {
  answers.emplace_back(http::Reply{200, {}, payment_json("captured")});
  answers.emplace_back(http::Reply{200, {}, payment_json("canceled")});

  (void)run_to_end(payments.capture(request()));
  (void)run_to_end(payments.cancel(request()));

  EXPECT_EQ(sent[0].target, "/payments/pay_1/capture");
  EXPECT_EQ(sent[1].target, "/payments/pay_1/cancel");
  EXPECT_EQ(sent[1].method, "POST");
}

TEST_F(HttpPaymentsTest, LooksAtThePaymentAfterARefund) {
  answers.emplace_back(http::Reply{201, {}, R"({"id":"ref_1","status":"succeeded"})"});
  answers.emplace_back(http::Reply{200, {}, payment_json("refunded")});

  const PaymentReply reply = run_to_end(payments.refund(request()));

  EXPECT_EQ(reply.view->status, PaymentStatus::refunded);
  EXPECT_EQ(sent[0].target, "/payments/pay_1/refunds");
  EXPECT_EQ(sent[1].target, "/payments/pay_1");
}

TEST_F(HttpPaymentsTest, FindsAPaymentByTheOrderItIsFor) {
  answers.emplace_back(http::Reply{200, {}, R"({"data":[)" + payment_json("authorized") + "]}"});
  answers.emplace_back(http::Reply{200, {}, R"({"data":[]})"});
  answers.emplace_back(http::Reply{200, {}, "[]"});

  EXPECT_EQ(run_to_end(payments.find(request(std::nullopt))).view->id, "pay_1");
  EXPECT_EQ(sent[0].target, "/payments?reference=ord_1&limit=1");
  EXPECT_EQ(run_to_end(payments.find(request(std::nullopt))).kind, Kind::missing);
  EXPECT_EQ(run_to_end(payments.find(request(std::nullopt))).kind, Kind::unknown);
}

TEST_F(HttpPaymentsTest, SilenceIsUnknownUnlessNothingWasSent) {
  auto unsent = fail(ErrorKind::unavailable, "no_instance", {}, Origin::upstream);
  unsent.error().safe_to_retry = true;
  answers.emplace_back(unsent);
  answers.emplace_back(fail(ErrorKind::unavailable, "connection_lost", {}, Origin::upstream));

  EXPECT_EQ(run_to_end(payments.authorize(request())).kind, Kind::unavailable);
  EXPECT_EQ(run_to_end(payments.authorize(request())).kind, Kind::unknown);
  EXPECT_EQ(run_to_end(payments.authorize(request())).kind, Kind::unknown);
}

TEST_F(HttpPaymentsTest, StopsAskingAServiceThatFails) {
  for (int i = 0; i < 10; ++i) (void)run_to_end(payments.authorize(request()));
  ASSERT_EQ(sent.size(), 10U);

  EXPECT_EQ(run_to_end(payments.authorize(request())).kind, Kind::unavailable);

  EXPECT_EQ(sent.size(), 10U);
  EXPECT_EQ(payments.breaker().state(), resilience::CircuitBreaker::State::open);
}

}  // namespace
}  // namespace gatehouse::orders
