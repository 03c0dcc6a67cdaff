#include "provider_sim/api.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"
#include "provider_sim/forms.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::provider_sim {
namespace {

using service::Call;
using Trouble = TokenBehaviour::Trouble;

constexpr core::IntRange kAmount{.min = 1, .max = core::kAmountMax};
constexpr core::TextLimits kMaybeEmpty{.bytes_min = 0, .bytes_max = 255};

http::Response bad_request(const Error& error) {
  return http::json_response(error.kind == ErrorKind::not_found ? 404 : 400,
                             request_error(error.reason, error.detail));
}

http::Response list_of(json::array data, bool has_more) {
  json::object body{{"object", "list"}, {"data", std::move(data)}, {"has_more", has_more}};
  return http::json_response(200, body);
}

Result<ChargeOrder> read_order(const json::object& body) {
  Fields fields{body};
  const std::int64_t minor = fields.required_int("amount", kAmount);
  const std::string code = fields.required_text("currency", {.bytes_max = 3});
  ChargeOrder order{.amount = {minor, Currency::from_code("EUR").value()},
                    .captures = fields.optional_text("capture", "automatic") != "manual",
                    .payment_method = fields.required_text("payment_method", {.bytes_max = 255}),
                    .reference = fields.optional_text("reference", "", kMaybeEmpty),
                    .payment_id = fields.optional_text("payment_id", "", kMaybeEmpty),
                    .decline_code = {}};
  (void)fields.maybe_text("description", kMaybeEmpty);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  auto currency = Currency::from_code(code);
  if (!currency) return fail(currency);
  order.amount.currency = *currency;
  return order;
}

Result<json::object> object_of(const std::string& content) {
  if (content.empty()) return json::object{};
  return core::parse_json_object(content);
}

Result<std::optional<std::int64_t>> read_amount(const std::string& content) {
  auto body = object_of(content);
  if (!body) return fail(body);
  Fields fields{*body};
  const auto amount = fields.maybe_int("amount", kAmount);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return amount;
}

// Holds a key while its request is in progress.
class Busy {
 public:
  Busy(std::set<std::string, std::less<>>& keys, const std::string& key) : keys_(keys), key_(key) {
    holds_ = key.empty() || keys.insert(key).second;
  }
  ~Busy() {
    if (holds_ && !key_.empty()) keys_.erase(key_);
  }
  Busy(const Busy&) = delete;
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  std::set<std::string, std::less<>>& keys_;
  std::string key_;
  bool holds_;
};

}  // namespace

Awaitable<Result<http::Response>> Api::execute(Call& call, std::string content, const TokenBehaviour* token,
                                               Effect effect) {
  const http::Request& request = call.exchange.request;
  const std::string key(request.headers.get("Idempotency-Key"));
  if (key.size() > 255) co_return bad_request(Error(ErrorKind::invalid, "idempotency_key_too_long"));
  const Busy busy(busy_, key);
  if (!busy.holds()) {
    co_return http::json_response(409,
                                  request_error("idempotency_key_in_use", "Another request uses this key."));
  }
  Verdict verdict = plan_.judge(key.empty() ? call.exchange.trace.span_id_hex() : key);
  const Trouble trouble = token == nullptr ? Trouble::none : token->trouble;
  if (trouble == Trouble::fails_before && verdict.is_first_try) verdict.fails_before = true;
  if (trouble == Trouble::drops_answer && verdict.is_first_try) verdict.drops_answer = true;
  if (trouble == Trouble::slow) verdict.delay = std::max(verdict.delay, limits_.slow_token);
  const AnswerAs as =
      trouble == Trouble::fails_after || verdict.fails_after ? AnswerAs::failure : AnswerAs::usual;
  BankRequest bank_request{
      .key = key,
      .fingerprint =
          core::to_hex(crypto::sha256(fmt::format("{} {}\n{}", request.method, request.target, content))),
      .now = clock_.now()};
  co_return co_await misbehave(std::move(bank_request), verdict, as, effect);
}

Awaitable<Result<http::Response>> Api::misbehave(BankRequest request, Verdict verdict, AnswerAs as,
                                                 const Effect& effect) {
  if (verdict.fails_before) co_return http::json_response(500, api_error());
  if (verdict.delay.count() > 0) (void)co_await runtime::sleep_for(verdict.delay);
  auto answered = co_await effect(std::move(request), verdict, as);
  if (!answered) co_return fail(answered);
  http::Response response =
      http::text_response(answered->status, "application/json", std::move(answered->body));
  if (answered->is_replay) response.headers.add("Idempotent-Replayed", "true");
  response.drop_connection = verdict.drops_answer;
  co_return response;
}

Awaitable<Result<http::Response>> Api::create_charge(Call& call) {
  const auto content = co_await call.body();
  if (!content) co_return fail(content);
  const auto body = object_of(*content);
  if (!body) co_return bad_request(body.error());
  auto order = read_order(*body);
  if (!order) co_return bad_request(order.error());
  const TokenBehaviour* token = find_token(order->payment_method);
  if (token == nullptr) {
    co_return http::json_response(400, request_error("resource_missing", "No such payment method."));
  }
  order->decline_code = token->decline_code;
  Effect effect = [this, order = *order](BankRequest request, const Verdict& verdict, AnswerAs as) {
    ChargeOrder decided = order;
    if (decided.decline_code.empty() && verdict.declines) decided.decline_code = "do_not_honor";
    return bank_.charge(std::move(request), std::move(decided), as);
  };
  co_return co_await execute(call, *content, token, std::move(effect));
}

Awaitable<Result<http::Response>> Api::capture_charge(Call& call) {
  const auto content = co_await call.body();
  if (!content) co_return fail(content);
  const auto minor = read_amount(*content);
  if (!minor) co_return bad_request(minor.error());
  Effect effect = [this, id = call.param("id"), minor = *minor](BankRequest request, const Verdict&,
                                                                AnswerAs as) {
    return bank_.capture(std::move(request), id, minor, as);
  };
  co_return co_await execute(call, *content, nullptr, std::move(effect));
}

Awaitable<Result<http::Response>> Api::void_charge(Call& call) {
  const auto content = co_await call.body();
  if (!content) co_return fail(content);
  Effect effect = [this, id = call.param("id")](BankRequest request, const Verdict&, AnswerAs as) {
    return bank_.cancel(std::move(request), id, as);
  };
  co_return co_await execute(call, *content, nullptr, std::move(effect));
}

Awaitable<Result<http::Response>> Api::create_refund(Call& call) {
  const auto content = co_await call.body();
  if (!content) co_return fail(content);
  const auto body = object_of(*content);
  if (!body) co_return bad_request(body.error());
  Fields fields{*body};
  std::string charge = fields.required_text("charge", {.bytes_max = 128});
  const auto minor = fields.maybe_int("amount", kAmount);
  if (auto complete = fields.finish(); !complete) co_return bad_request(complete.error());
  Effect effect = [this, charge, minor](BankRequest request, const Verdict&, AnswerAs as) {
    return bank_.refund(std::move(request), charge, minor, as);
  };
  co_return co_await execute(call, *content, nullptr, std::move(effect));
}

Awaitable<Result<http::Response>> Api::get_charge(Call& call) {
  auto found = co_await bank_.find_charge(call.param("id"));
  if (!found) co_return fail(found);
  if (!*found) co_return http::json_response(404, request_error("resource_missing", "No such charge."));
  co_return http::json_response(200, json_of(**found));
}

Awaitable<Result<http::Response>> Api::find_charges(Call& call) {
  const auto key = call.query("idempotency_key");
  if (!key) co_return bad_request(key.error());
  if (!*key) co_return bad_request(Error(ErrorKind::invalid, "parameter_missing", "idempotency_key"));
  auto found = co_await bank_.charge_under(**key);
  if (!found) co_return fail(found);
  json::array data;
  if (*found) data.push_back(json_of(**found));
  co_return list_of(std::move(data), false);
}

Awaitable<Result<http::Response>> Api::find_refunds(Call& call) {
  const auto key = call.query("idempotency_key");
  if (!key) co_return bad_request(key.error());
  if (!*key) co_return bad_request(Error(ErrorKind::invalid, "parameter_missing", "idempotency_key"));
  auto found = co_await bank_.refund_under(**key);
  if (!found) co_return fail(found);
  json::array data;
  if (*found) data.push_back(json_of(**found));
  co_return list_of(std::move(data), false);
}

Awaitable<Result<http::Response>> Api::statement(Call& call) {
  const auto after_text = call.query("after");
  const auto limit_text = call.query("limit");
  if (!after_text) co_return bad_request(after_text.error());
  if (!limit_text) co_return bad_request(limit_text.error());
  const auto after = core::parse_int<std::int64_t>(after_text->value_or("0"));
  const auto limit = core::parse_int<std::size_t>(limit_text->value_or("100"));
  if (!after || *after < 0 || !limit || *limit == 0 || *limit > limits_.page_max) {
    co_return bad_request(Error(ErrorKind::invalid, "parameter_invalid", "after, limit"));
  }
  auto lines = co_await bank_.statement(*after, *limit + 1);
  if (!lines) co_return fail(lines);
  const bool has_more = lines->size() > *limit;
  if (has_more) lines->pop_back();
  json::array data;
  for (const StatementLine& line : *lines) data.push_back(json_of(line));
  co_return list_of(std::move(data), has_more);
}

Awaitable<Result<http::Response>> Api::get_control(Call& /*call*/) {
  co_return http::json_response(200, plan_.faults().to_json());
}

Awaitable<Result<http::Response>> Api::set_control(Call& call) {
  const auto body = co_await call.json_body();
  if (!body) co_return fail(body);
  const auto faults = Faults::from_json(*body);
  if (!faults) co_return fail(faults);
  std::string document = json::serialize(faults->to_json());
  auto kept = co_await bank_.keep_faults(std::move(document));
  if (!kept) co_return fail(kept);
  plan_.set(*faults);
  co_return http::json_response(200, faults->to_json());
}

Awaitable<Result<void>> Api::restore_faults() {
  auto kept = co_await bank_.kept_faults();
  if (!kept) co_return fail(kept);
  if (!*kept) co_return Result<void>{};
  auto document = core::parse_json_object(**kept);
  if (!document) co_return fail(document);
  auto faults = Faults::from_json(*document);
  if (!faults) co_return fail(faults);
  plan_.set(*faults);
  co_return Result<void>{};
}

void Api::add_routes(service::Router& router) {
  router.route("POST", "/v1/charges", [this](Call& call) { return create_charge(call); });
  router.route("GET", "/v1/charges", [this](Call& call) { return find_charges(call); });
  router.route("GET", "/v1/charges/{id}", [this](Call& call) { return get_charge(call); });
  router.route("POST", "/v1/charges/{id}/capture", [this](Call& call) { return capture_charge(call); });
  router.route("POST", "/v1/charges/{id}/void", [this](Call& call) { return void_charge(call); });
  router.route("POST", "/v1/refunds", [this](Call& call) { return create_refund(call); });
  router.route("GET", "/v1/refunds", [this](Call& call) { return find_refunds(call); });
  router.route("GET", "/v1/statement", [this](Call& call) { return statement(call); });
  router.route("GET", "/v1/control", [this](Call& call) { return get_control(call); });
  router.route("POST", "/v1/control", [this](Call& call) { return set_control(call); });
}

service::Policy policy() {
  const std::vector<std::string_view> merchants{"payments"};
  const std::vector<std::string_view> readers{"payments", "demo", "up"};
  const std::vector<std::string_view> operators{"demo", "up"};
  return {.roles = identity::RoleTable({
              // Who shows the API key.
              {"merchant", {"charges:write:any", "charges:read:any", "statement:read:any"}},
              // Those who test: the oracle and the faults, but no money.
              {"service:demo", {"statement:read:any", "control:write:any"}},
              {"service:up", {"statement:read:any", "control:write:any"}},
          }),
          .routes = {
              {"POST", "/v1/charges", merchants, "charges:write", {}},
              {"GET", "/v1/charges", merchants, "charges:read", {}},
              {"GET", "/v1/charges/{id}", merchants, "charges:read", {}},
              {"POST", "/v1/charges/{id}/capture", merchants, "charges:write", {}},
              {"POST", "/v1/charges/{id}/void", merchants, "charges:write", {}},
              {"POST", "/v1/refunds", merchants, "charges:write", {}},
              {"GET", "/v1/refunds", merchants, "charges:read", {}},
              {"GET", "/v1/statement", readers, "statement:read", operators},
              {"GET", "/v1/control", operators, "control:write", operators},
              {"POST", "/v1/control", operators, "control:write", operators},
          }};
}

}  // namespace gatehouse::provider_sim
