#include "services/payments/http/payments_api.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "http/idempotency_key.hpp"
#include "services/payments/http/json_of_payment.hpp"
#include "services/payments/http/request_forms.hpp"
#include "services/payments/http/request_mark.hpp"
#include "services/payments/usecases/get_payment.hpp"
#include "services/payments/usecases/list_payments.hpp"

namespace gatehouse::payments {
namespace {

using service::Call;
using Answered = Awaitable<Result<http::Response>>;

// The body may be missing where every field is optional.
Awaitable<Result<json::object>> optional_json_body(Call& call, std::size_t bytes_max) {
  const auto text = co_await call.body(bytes_max);
  if (!text) co_return fail(text);
  if (text->empty()) co_return json::object{};
  const std::string_view type = call.header("Content-Type");
  if (!core::iequals(core::trim(type.substr(0, type.find(';'))), "application/json")) {
    co_return refuse(ErrorKind::unsupported, "json_expected", "Content-Type must be application/json");
  }
  co_return core::parse_json_object(*text);
}

http::Response response_of(const Reply& reply) {
  http::Response response(reply.answer.status);
  for (const auto& [name, value] : reply.answer.headers) response.headers.add(name, value);
  if (reply.kind == Reply::Kind::replayed) response.headers.add("Idempotent-Replayed", "true");
  response.content = reply.answer.body;
  return response;
}

// Conflicts that pass by themselves say when to come again.
Result<http::Response> answer(const Result<Reply>& reply) {
  if (reply) return response_of(*reply);
  const std::string_view reason = reply.error().reason;
  if (reason != "idempotency_key_in_use" && reason != "payment_in_progress") return fail(reply);
  http::Response response = http::problem_response(reply.error());
  response.headers.set("Retry-After", "1");
  return response;
}

class Api {
 public:
  Api(const Surroundings& around, service::PageCursor cursors, ApiLimits limits)
      : around_(around), cursors_(std::move(cursors)), limits_(limits) {}

  [[nodiscard]] Answered create(Call& call) const;
  [[nodiscard]] Answered list(Call& call) const;
  [[nodiscard]] Answered get(Call& call) const;
  [[nodiscard]] Answered refunds(Call& call) const;

  // A change of one payment: `Command read(id, body)` and the use case that runs it.
  template <class UseCase, class Read>
  [[nodiscard]] Answered change(Call& call, std::string_view route, Read read) const;

 private:
  [[nodiscard]] CallContext context(const Call& call) const;
  [[nodiscard]] Result<RequestMark> mark(const Call& call, std::string_view route,
                                         const json::object& body) const;

  const Surroundings& around_;
  service::PageCursor cursors_;
  ApiLimits limits_;
};

CallContext Api::context(const Call& call) const {
  const auto left = call.exchange.deadline.remaining();
  const auto work = left > limits_.answer_margin ? left - limits_.answer_margin : left;
  return {Deadline::after(std::min(work, limits_.change_time_max)), call.exchange.trace};
}

Result<RequestMark> Api::mark(const Call& call, std::string_view route, const json::object& body) const {
  const auto key = http::idempotency_key_of(call.exchange.request.headers);
  if (!key) return fail(key);
  const auto object = call.params.find("id");
  RequestMark mark = mark_of({.principal = call.access.principal.subject,
                              .method = "POST",
                              .route = route,
                              .object = object == call.params.end() ? "" : object->second,
                              .body = body},
                             *key);
  mark.traceparent = call.exchange.trace.to_header();
  return mark;
}

Answered Api::create(Call& call) const {
  const auto body = co_await call.json_body(limits_.body_bytes_max);
  if (!body) co_return fail(body);
  // "/" and "/payments" are one collection, so they are one scope.
  auto request = mark(call, "/payments", *body);
  if (!request) co_return fail(request);
  auto command = create_command(*body);
  if (!command) co_return fail(command);
  const CreatePayment create(around_);
  const CallContext by_then = context(call);
  auto reply = co_await create.run(call.access, std::move(*command), std::move(*request), by_then);
  co_return answer(reply);
}

template <class UseCase, class Read>
Answered Api::change(Call& call, std::string_view route, Read read) const {
  const auto body = co_await optional_json_body(call, limits_.body_bytes_max);
  if (!body) co_return fail(body);
  auto request = mark(call, route, *body);
  if (!request) co_return fail(request);
  auto command = read(call.param("id"), *body);
  if (!command) co_return fail(command);
  const UseCase use_case(around_);
  const CallContext by_then = context(call);
  auto reply = co_await use_case.run(call.access, std::move(*command), std::move(*request), by_then);
  co_return answer(reply);
}

Answered Api::list(Call& call) const {
  ListParameters parameters;
  for (auto [name, into] : {std::pair{"reference", &parameters.reference},
                            std::pair{"limit", &parameters.limit}, std::pair{"cursor", &parameters.cursor}}) {
    auto value = call.query(name);
    if (!value) co_return fail(value);
    *into = std::move(*value);
  }
  // A cursor is good for the same reach and the same filter only.
  const std::string name =
      fmt::format("{}|{}", call.access.owner().value_or("*"), parameters.reference.value_or(""));
  auto query = list_query(parameters, cursors_, name);
  if (!query) co_return fail(query);
  const ListPayments list(around_);
  auto page = co_await list.run(call.access, std::move(*query));
  if (!page) co_return fail(page);
  json::array data;
  for (const Payment& payment : page->payments) data.push_back(json_of(payment));
  json::value next;
  if (page->has_more) {
    const PaymentState& last = page->payments.back().state();
    next = cursors_.after({last.created_at, last.id}, name);
  }
  json::object body{
      {"data", std::move(data)}, {"has_more", page->has_more}, {"next_cursor", std::move(next)}};
  co_return http::json_response(200, body);
}

Answered Api::get(Call& call) const {
  const GetPayment get(around_);
  auto payment = co_await get.run(call.access, call.param("id"));
  if (!payment) co_return fail(payment);
  http::Response response = http::json_response(200, json_of(*payment));
  response.headers.add("ETag", fmt::format("\"{}\"", payment->state().version));
  co_return response;
}

Answered Api::refunds(Call& call) const {
  const GetPayment get(around_);
  auto payment = co_await get.run(call.access, call.param("id"));
  if (!payment) co_return fail(payment);
  json::array data;
  for (const Refund& refund : payment->state().refunds) data.push_back(json_of(*payment, refund));
  json::object body{{"data", std::move(data)}, {"has_more", false}};
  co_return http::json_response(200, body);
}

}  // namespace

void add_payment_routes(service::Router& router, const Surroundings& around, service::PageCursor cursors,
                        ApiLimits limits) {
  const auto api = std::make_shared<const Api>(around, std::move(cursors), limits);
  for (const std::string_view collection : {"/", "/payments"}) {
    router.route("POST", collection, [api](Call& call) { return api->create(call); });
    router.route("GET", collection, [api](Call& call) { return api->list(call); });
  }
  router.route("GET", "/payments/{id}", [api](Call& call) { return api->get(call); });
  router.route("GET", "/payments/{id}/refunds", [api](Call& call) { return api->refunds(call); });
  router.route("POST", "/payments/{id}/capture", [api](Call& call) {
    return api->change<CapturePayment>(call, "/payments/{id}/capture", capture_command);
  });
  router.route("POST", "/payments/{id}/cancel", [api](Call& call) {
    return api->change<CancelPayment>(call, "/payments/{id}/cancel", cancel_command);
  });
  router.route("POST", "/payments/{id}/refunds", [api](Call& call) {
    return api->change<RefundPayment>(call, "/payments/{id}/refunds", refund_command);
  });
}

}  // namespace gatehouse::payments
