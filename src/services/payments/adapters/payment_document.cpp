#include "services/payments/adapters/payment_document.hpp"

#include <array>

#include "core/fields.hpp"

namespace gatehouse::payments {
namespace {

constexpr core::TextLimits kAnyText{.bytes_min = 0, .bytes_max = 1 << 20};
constexpr core::IntRange kAnyInt{.min = std::numeric_limits<std::int64_t>::min()};

// ---- writing

std::int64_t micros(core::SystemTime time) {
  return core::unix_micros(time);
}

json::object to_json(const Attempt& attempt) {
  return {{"key", attempt.provider_key},
          {"operation", name_of(attempt.operation)},
          {"minor", attempt.amount.minor},
          {"state", name_of(attempt.state)},
          {"claim_owner", attempt.claim.owner},
          {"claim_until", micros(attempt.claim.until)},
          {"dispatched_at", micros(attempt.dispatched_at)},
          {"check_at", micros(attempt.check_at)},
          {"tries", attempt.tries},
          {"refund_id", attempt.refund_id},
          {"provider_id", attempt.provider_id},
          {"decline_code", attempt.decline_code},
          {"traceparent", attempt.traceparent}};
}

json::object to_json(const Refund& refund) {
  return {{"id", refund.id},
          {"minor", refund.amount.minor},
          {"reason", refund.reason},
          {"state", name_of(refund.state)},
          {"failure_code", refund.failure_code},
          {"created_at", micros(refund.created_at)},
          {"updated_at", micros(refund.updated_at)}};
}

json::object to_json(const LedgerEntry& entry) {
  json::array legs;
  for (const Leg& leg : entry.legs) legs.push_back({{"account", name_of(leg.account)}, {"minor", leg.minor}});
  return {{"attempt", entry.attempt}, {"at", micros(entry.at)}, {"legs", std::move(legs)}};
}

json::object to_json(const Event& event) {
  return {{"sequence", event.sequence},
          {"type", event.type},
          {"at", micros(event.at)},
          {"minor", event.amount.minor}};
}

json::object to_json(const IdempotencyRecord& record) {
  json::object object{
      {"scope", record.scope}, {"fingerprint", record.fingerprint}, {"attempt", record.attempt}};
  if (record.answer) {
    json::object headers;
    for (const auto& [name, value] : record.answer->headers) headers[name] = value;
    object["answer"] = json::object{
        {"status", record.answer->status}, {"headers", std::move(headers)}, {"body", record.answer->body}};
  }
  return object;
}

template <class T>
json::array all_of(const std::vector<T>& values) {
  json::array array;
  array.reserve(values.size());
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

// ---- reading

// A name is read back by asking each value for its name: one place decides what a value is called.
template <class Enum, std::size_t Size>
Enum named(Fields& fields, std::string_view field, const std::array<Enum, Size>& values) {
  const std::string name = fields.required_text(field);
  for (const Enum value : values) {
    if (name_of(value) == name) return value;
  }
  fields.reject(field, "is not a known name");
  return values[0];
}

constexpr std::array kModes{CaptureMode::automatic, CaptureMode::manual};
constexpr std::array kOperations{Operation::charge, Operation::capture, Operation::cancel, Operation::refund};
constexpr std::array kAttemptStates{AttemptState::dispatched, AttemptState::unknown, AttemptState::succeeded,
                                    AttemptState::declined};
constexpr std::array kRefundStates{RefundState::pending, RefundState::unknown, RefundState::succeeded,
                                   RefundState::failed};
constexpr std::array kAccounts{Account::provider_clearing, Account::merchant_payable, Account::refunds};

std::string text(Fields& fields, std::string_view name) {
  return fields.required_text(name, kAnyText);
}
std::int64_t number(Fields& fields, std::string_view name) {
  return fields.required_int(name, kAnyInt);
}
core::SystemTime time(Fields& fields, std::string_view name) {
  return core::from_unix_micros(number(fields, name));
}
Money money(Fields& fields, Currency currency) {
  return {number(fields, "minor"), currency};
}

Attempt attempt_of(Fields& fields, Currency currency) {
  return {.provider_key = text(fields, "key"),
          .operation = named(fields, "operation", kOperations),
          .amount = money(fields, currency),
          .state = named(fields, "state", kAttemptStates),
          .claim = {.owner = text(fields, "claim_owner"), .until = time(fields, "claim_until")},
          .dispatched_at = time(fields, "dispatched_at"),
          .check_at = time(fields, "check_at"),
          .tries = number(fields, "tries"),
          .refund_id = text(fields, "refund_id"),
          .provider_id = text(fields, "provider_id"),
          .decline_code = text(fields, "decline_code"),
          .traceparent = text(fields, "traceparent")};
}

Refund refund_of(Fields& fields, Currency currency) {
  return {.id = text(fields, "id"),
          .amount = money(fields, currency),
          .reason = text(fields, "reason"),
          .state = named(fields, "state", kRefundStates),
          .failure_code = text(fields, "failure_code"),
          .created_at = time(fields, "created_at"),
          .updated_at = time(fields, "updated_at")};
}

Event event_of(Fields& fields, Currency currency) {
  return {.sequence = number(fields, "sequence"),
          .type = text(fields, "type"),
          .at = time(fields, "at"),
          .amount = money(fields, currency)};
}

// Reads every object of an array; what is not an object is an error of the outer fields.
template <class T, class Read>
std::vector<T> each(Fields& outer, std::string_view name, Read read) {
  std::vector<T> values;
  const json::array* array = outer.maybe_array(name);
  if (array == nullptr) return values;
  values.reserve(array->size());
  for (const json::value& value : *array) {
    const json::object* object = value.if_object();
    if (object == nullptr) {
      outer.reject(name, "must hold objects");
      break;
    }
    Fields fields{*object, outer.path_of(name)};
    values.push_back(read(fields));
    if (auto complete = fields.finish(); !complete) outer.reject(name, complete.error().detail);
  }
  return values;
}

LedgerEntry entry_of(Fields& fields, Currency currency) {
  LedgerEntry entry{
      .attempt = text(fields, "attempt"), .currency = currency, .at = time(fields, "at"), .legs = {}};
  entry.legs = each<Leg>(fields, "legs", [](Fields& leg) {
    return Leg{.account = named(leg, "account", kAccounts), .minor = number(leg, "minor")};
  });
  return entry;
}

std::optional<StoredAnswer> answer_of(Fields& outer) {
  const json::object* object = outer.maybe_object("answer");
  if (object == nullptr) return std::nullopt;
  Fields fields{*object, outer.path_of("answer")};
  StoredAnswer answer{.status = static_cast<unsigned>(fields.required_int("status", {100, 599})),
                      .headers = {},
                      .body = text(fields, "body")};
  if (const json::object* headers = fields.maybe_object("headers"); headers != nullptr) {
    for (const auto& [name, value] : *headers) {
      if (value.is_string()) answer.headers.emplace_back(name, value.get_string());
    }
  }
  if (auto complete = fields.finish(); !complete) outer.reject("answer", complete.error().detail);
  return answer;
}

IdempotencyRecord request_of(Fields& fields) {
  return {.scope = text(fields, "scope"),
          .fingerprint = text(fields, "fingerprint"),
          .attempt = text(fields, "attempt"),
          .answer = answer_of(fields)};
}

std::unexpected<Error> broken(std::string detail) {
  return fail(ErrorKind::internal, "stored_payment_broken", std::move(detail));
}

}  // namespace

json::object document_of(const PaymentState& state) {
  return {{"id", state.id},
          {"owner", state.owner},
          {"reference", state.reference},
          {"minor", state.amount.minor},
          {"currency", state.amount.currency.code()},
          {"capture_mode", name_of(state.capture_mode)},
          {"status", name_of(state.status)},
          {"charge_id", state.charge_id},
          {"decline_code", state.decline_code},
          {"captured", state.captured},
          {"refunded", state.refunded},
          {"attempts", all_of(state.attempts)},
          {"refunds", all_of(state.refunds)},
          {"ledger", all_of(state.ledger)},
          {"outbox", all_of(state.outbox)},
          {"events", state.events},
          {"requests", all_of(state.requests)},
          {"created_at", micros(state.created_at)},
          {"updated_at", micros(state.updated_at)},
          {"version", state.version}};
}

Result<PaymentState> payment_of(const json::object& document) {
  Fields fields{document};
  const auto currency = Currency::from_code(text(fields, "currency"));
  if (!currency) return broken("currency");
  const auto with_currency = [&](auto read) {
    return [&, read](Fields& inner) { return read(inner, *currency); };
  };
  PaymentState state{.id = text(fields, "id"),
                     .owner = text(fields, "owner"),
                     .reference = text(fields, "reference"),
                     .amount = money(fields, *currency),
                     .capture_mode = named(fields, "capture_mode", kModes),
                     .status = named(fields, "status", std::to_array(kAllStatuses)),
                     .charge_id = text(fields, "charge_id"),
                     .decline_code = text(fields, "decline_code"),
                     .captured = number(fields, "captured"),
                     .refunded = number(fields, "refunded"),
                     .attempts = each<Attempt>(fields, "attempts", with_currency(attempt_of)),
                     .refunds = each<Refund>(fields, "refunds", with_currency(refund_of)),
                     .ledger = each<LedgerEntry>(fields, "ledger", with_currency(entry_of)),
                     .outbox = each<Event>(fields, "outbox", with_currency(event_of)),
                     .events = number(fields, "events"),
                     .requests = each<IdempotencyRecord>(fields, "requests", request_of),
                     .created_at = time(fields, "created_at"),
                     .updated_at = time(fields, "updated_at"),
                     .version = number(fields, "version")};
  if (auto complete = fields.finish(); !complete) return broken(complete.error().detail);
  return state;
}

}  // namespace gatehouse::payments
