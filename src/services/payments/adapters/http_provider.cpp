#include "services/payments/adapters/http_provider.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "services/payments/adapters/provider_reply.hpp"

namespace gatehouse::payments {

using Kind = ProviderCalls::Kind;

Result<void> HttpProvider::accepts_new() const {
  if (calls_.is_open_for(Kind::move_money)) return {};
  return fail(ErrorKind::unavailable, "provider_unavailable", "the circuit breaker is open",
              Origin::upstream);
}

http::Request HttpProvider::request(std::string_view method, std::string path) const {
  http::Request request;
  request.method = method;
  request.target = std::move(path);
  request.headers.add("Authorization", fmt::format("Bearer {}", api_key_.reveal()));
  request.headers.add("Accept", "application/json");
  return request;
}

Awaitable<Outcome> HttpProvider::post(std::string path, json::object body, Instruction instruction,
                                      CallContext context) {
  http::Request sent = request("POST", std::move(path));
  sent.headers.add("Content-Type", "application/json");
  sent.headers.add("Idempotency-Key", instruction.provider_key);
  sent.content = json::serialize(body);
  ProviderAnswer answer = co_await calls_.call(Kind::move_money, std::move(sent), context);
  if (answer.reply) co_return outcome_of(*answer.reply, instruction);
  if (!answer.may_have_arrived) co_return NotSent{answer.reason};
  co_return Lost{.reason = answer.reason, .is_final = answer.fails_for_good};
}

Awaitable<Outcome> HttpProvider::authorize(Instruction instruction, CallContext context) {
  json::object body{{"amount", instruction.amount.minor},
                    {"currency", instruction.amount.currency.code()},
                    {"payment_method", instruction.payment_method.reveal()},
                    {"capture", name_of(instruction.capture_mode)},
                    {"reference", instruction.reference},
                    {"payment_id", instruction.payment_id}};
  if (!instruction.description.empty()) body["description"] = instruction.description.reveal();
  co_return co_await post("/v1/charges", std::move(body), std::move(instruction), context);
}

Awaitable<Outcome> HttpProvider::capture(Instruction instruction, CallContext context) {
  std::string path = fmt::format("/v1/charges/{}/capture", core::percent_encode(instruction.charge_id));
  json::object body{{"amount", instruction.amount.minor}};
  co_return co_await post(std::move(path), std::move(body), std::move(instruction), context);
}

Awaitable<Outcome> HttpProvider::cancel(Instruction instruction, CallContext context) {
  std::string path = fmt::format("/v1/charges/{}/void", core::percent_encode(instruction.charge_id));
  json::object body;
  co_return co_await post(std::move(path), std::move(body), std::move(instruction), context);
}

Awaitable<Outcome> HttpProvider::refund(Instruction instruction, CallContext context) {
  json::object body{{"charge", instruction.charge_id}, {"amount", instruction.amount.minor}};
  co_return co_await post("/v1/refunds", std::move(body), std::move(instruction), context);
}

Awaitable<Finding> HttpProvider::look_up(Instruction instruction, CallContext context) {
  http::Request sent = request("GET", look_up_path(instruction));
  ProviderAnswer answer = co_await calls_.call(Kind::look_up, std::move(sent), context);
  if (!answer.reply) co_return Lost{answer.reason};
  co_return finding_of(*answer.reply, instruction);
}

}  // namespace gatehouse::payments
