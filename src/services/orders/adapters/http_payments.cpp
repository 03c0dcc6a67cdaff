// Calls the payments service: see http_payments.hpp.
#include "services/orders/adapters/http_payments.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

using Kind = PaymentReply::Kind;

http::Request post(std::string target, const PaymentRequest& about, json::object body) {
  http::Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Idempotency-Key", about.idempotency_key);
  request.content = json::serialize(body);
  return request;
}

http::Request get(std::string target) {
  http::Request request;
  request.target = std::move(target);
  return request;
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string{};
}

std::optional<std::int64_t> int_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

// Nothing unless the document is a payment in every part that counts.
std::optional<PaymentView> view_in(const json::object& document) {
  const auto status = payment_status_of(text_at(document, "status"));
  const auto amount = int_at(document, "amount");
  const auto captured = int_at(document, "amount_captured");
  const Result<Currency> currency = Currency::from_code(text_at(document, "currency"));
  std::string id = text_at(document, "id");
  if (!status || !amount || !captured || !currency || id.empty()) return std::nullopt;
  return PaymentView{
      std::move(id), *status, {*amount, *currency}, *captured, text_at(document, "decline_code")};
}

PaymentReply view_reply(const json::object& document) {
  auto view = view_in(document);
  if (!view) return {.kind = Kind::unknown};
  return {.kind = Kind::view, .view = std::move(view)};
}

PaymentReply declined_reply(const json::object& problem) {
  std::string code = text_at(problem, "decline_code");
  if (code.empty()) code = text_at(problem, "code");
  return {.kind = Kind::declined, .code = std::move(code), .payment_id = text_at(problem, "payment_id")};
}

}  // namespace

PaymentReply reply_in(const http::Reply& reply) {
  if (reply.status >= 500) return {.kind = Kind::unknown};
  const Result<json::object> document = core::parse_json_object(reply.content);
  const json::object body = document ? *document : json::object{};
  const std::string code = text_at(body, "code");
  switch (reply.status) {
    case 200:
    case 201:
    case 202:
      return view_reply(body);
    case 402:
      return declined_reply(body);
    case 404:
      return {.kind = Kind::missing};
    // We may not ask, or not now: nothing has happened, and the next try may go through.
    case 401:
    case 403:
    case 429:
      return {.kind = Kind::unavailable, .code = code};
    // The same key with other content cannot come from us: nothing may be concluded from it.
    case 422:
      if (code == "idempotency_key_reused") return {.kind = Kind::unknown, .code = code};
      break;
    case 409:
      if (code == "idempotency_key_in_use") return {.kind = Kind::unknown, .code = code};
      break;
    default:
      break;
  }
  if (reply.status >= 400) return {.kind = Kind::refused, .code = code};
  return {.kind = Kind::unknown};
}

HttpPayments::HttpPayments(CallPeer call_peer, const core::Clock& clock, telemetry::Metrics& metrics,
                           resilience::CircuitBreakerLimits limits)
    : call_peer_(std::move(call_peer)),
      clock_(clock),
      breaker_(limits),
      breaker_state_(metrics.gauge("circuit_breaker_state", "0 closed, 1 half open, 2 open.",
                                   {{"upstream", "payment-service"}})) {}

Awaitable<HttpPayments::Heard> HttpPayments::send(http::Request request, const PaymentRequest& about) {
  auto permit = breaker_.allow(clock_.steady_now());
  if (!permit) co_return Heard{std::nullopt, {.kind = Kind::unavailable}};
  const auto parsed = TraceContext::parse(about.traceparent);
  const TraceContext trace = parsed ? *parsed : TraceContext::start();
  Result<http::Reply> reply = co_await call_peer_(request, about.deadline, trace);
  if (!reply || reply->status >= 500) {
    permit->failed(clock_.steady_now());
  } else {
    permit->succeeded(clock_.steady_now());
  }
  breaker_state_.set(static_cast<double>(breaker_.state()));
  if (!reply) {
    log::warn("payments-call", "the payments service did not answer",
              {log::field("order.id", about.order_id), log::field(trace), log::field(reply.error())});
    const Kind kind = reply.error().safe_to_retry ? Kind::unavailable : Kind::unknown;
    co_return Heard{std::nullopt, {.kind = kind}};
  }
  if (reply->status == 401 || reply->status == 403 || reply->status >= 500) {
    log::warn("payments-answer", "the payments service answered with an error",
              {log::field("order.id", about.order_id), log::field(trace),
               log::field("http.response.status_code", reply->status)});
  }
  co_return Heard{std::move(*reply), {}};
}

Awaitable<PaymentReply> HttpPayments::authorize(PaymentRequest request) {
  json::object body{{"amount", request.amount.minor},
                    {"currency", request.amount.currency.code()},
                    {"payment_method", request.payment_method},
                    {"capture", "manual"},
                    {"reference", request.order_id}};
  http::Request message = post("/payments", request, std::move(body));
  const Heard heard = co_await send(std::move(message), request);
  co_return heard.reply ? reply_in(*heard.reply) : heard.silence;
}

Awaitable<PaymentReply> HttpPayments::change(std::string_view action, const PaymentRequest& request) {
  const std::string id = core::percent_encode(request.payment_id.value_or(""));
  http::Request message = post(fmt::format("/payments/{}/{}", id, action), request, {});
  const Heard heard = co_await send(std::move(message), request);
  co_return heard.reply ? reply_in(*heard.reply) : heard.silence;
}

Awaitable<PaymentReply> HttpPayments::capture(PaymentRequest request) {
  co_return co_await change("capture", request);
}

Awaitable<PaymentReply> HttpPayments::cancel(PaymentRequest request) {
  co_return co_await change("cancel", request);
}

Awaitable<PaymentReply> HttpPayments::refund(PaymentRequest request) {
  const std::string id = core::percent_encode(request.payment_id.value_or(""));
  http::Request message = post(fmt::format("/payments/{}/refunds", id), request, {});
  const Heard heard = co_await send(std::move(message), request);
  if (!heard.reply) co_return heard.silence;
  if (heard.reply->status >= 300) co_return reply_in(*heard.reply);
  // The answer is the refund; what counts is what it did to the payment.
  co_return co_await find(std::move(request));
}

Awaitable<PaymentReply> HttpPayments::find(PaymentRequest request) {
  const bool is_known = request.payment_id.has_value();
  std::string target =
      is_known ? "/payments/" + core::percent_encode(*request.payment_id)
               : fmt::format("/payments?reference={}&limit=1", core::percent_encode(request.order_id));
  http::Request message = get(std::move(target));
  const Heard heard = co_await send(std::move(message), request);
  if (!heard.reply) co_return heard.silence;
  if (is_known || heard.reply->status != 200) co_return reply_in(*heard.reply);
  const Result<json::object> page = core::parse_json_object(heard.reply->content);
  const json::value* data = page ? page->if_contains("data") : nullptr;
  if (data == nullptr || !data->is_array()) co_return PaymentReply{.kind = Kind::unknown};
  if (data->get_array().empty()) co_return PaymentReply{.kind = Kind::missing};
  const json::object* payment = data->get_array().front().if_object();
  co_return payment == nullptr ? PaymentReply{.kind = Kind::unknown} : view_reply(*payment);
}

}  // namespace gatehouse::orders
