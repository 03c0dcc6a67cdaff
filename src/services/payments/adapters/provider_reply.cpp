#include "services/payments/adapters/provider_reply.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"

namespace gatehouse::payments {
namespace {

// A charge or a refund as the provider describes it.
struct Described {
  std::string id;
  std::string status;
  std::string decline_code;
  Money amount;
  std::int64_t captured;
};

constexpr core::TextLimits kCode{.bytes_min = 0, .bytes_max = 64};

std::optional<Described> describe(const json::object& object) {
  Fields fields{object};
  std::string id = fields.required_text("id", {.bytes_max = 128});
  std::string status = fields.required_text("status", {.bytes_max = 32});
  std::string decline_code = fields.maybe_text("decline_code", kCode).value_or("");
  const std::int64_t minor = fields.required_int("amount", {0, core::kAmountMax});
  const std::int64_t captured = fields.optional_int("amount_captured", 0, {0, core::kAmountMax});
  const auto currency = Currency::from_code(fields.required_text("currency", {.bytes_max = 3}));
  if (!fields.finish_lenient() || !currency) return std::nullopt;
  return Described{std::move(id), std::move(status), std::move(decline_code), {minor, *currency}, captured};
}

// What a described object means for the instruction. Absent: it does not show the instruction's effect.
Finding judge(const Described& found, const Instruction& instruction) {
  switch (instruction.operation) {
    case Operation::charge:
      if (found.status == "declined")
        return Declined{found.decline_code.empty() ? "card_declined" : found.decline_code};
      // A charge that went further than we asked is not what this attempt did.
      if (found.status == (instruction.capture_mode == CaptureMode::automatic ? "captured" : "authorized")) {
        return Done{found.id, found.amount};
      }
      return Lost{"provider_integrity"};
    case Operation::capture:
      if (found.status == "authorized") return Absent{};
      if (found.status == "canceled") return Declined{"charge_canceled"};
      return Done{found.id, {found.captured, found.amount.currency}};
    case Operation::cancel:
      if (found.status == "authorized") return Absent{};
      if (found.status == "canceled") return Done{found.id, found.amount};
      return Declined{"charge_captured"};
    case Operation::refund:
      if (found.status == "succeeded") return Done{found.id, found.amount};
      if (found.status == "failed")
        return Declined{found.decline_code.empty() ? "refund_failed" : found.decline_code};
      return Lost{"provider_pending"};
  }
  return Lost{"provider_integrity"};
}

// {"error": {"type", "code", "decline_code", "message"}}
struct Refusal {
  std::string type;
  std::string code = "provider_refused";
};

Refusal refusal_of(const http::Reply& reply) {
  Refusal refusal;
  const auto body = core::parse_json_object(reply.content);
  if (!body) return refusal;
  Fields outer{*body};
  const json::object* error = outer.maybe_object("error");
  if (error == nullptr) return refusal;
  Fields fields{*error};
  refusal.type = fields.maybe_text("type", kCode).value_or("");
  if (auto code = fields.maybe_text("code", kCode); code && !code->empty()) refusal.code = std::move(*code);
  if (auto code = fields.maybe_text("decline_code", kCode); code && !code->empty())
    refusal.code = std::move(*code);
  return refusal;
}

// A refusal means that nothing happened, with two exceptions that say that something did, or that we erred.
Outcome refused(const http::Reply& reply) {
  Refusal refusal = refusal_of(reply);
  // Our own key with another content: a bug of ours that says nothing about the money.
  if (refusal.type == "idempotency_error") return Lost{"provider_idempotency"};
  // Somebody was there before: the charge itself tells who.
  if (refusal.code == "charge_already_captured" || refusal.code == "charge_already_canceled") {
    return Lost{.reason = "provider_conflict", .is_final = true};
  }
  return Declined{std::move(refusal.code)};
}

}  // namespace

Outcome outcome_of(const http::Reply& reply, const Instruction& instruction) {
  if (reply.status == 401 || reply.status == 403) return NotSent{"provider_rejects_our_key"};
  if (reply.status == 408) return Lost{"provider_timeout"};
  if (reply.status >= 400 && reply.status < 500) return refused(reply);
  if (reply.status != 200 && reply.status != 201) return Lost{"provider_garbage"};
  const auto body = core::parse_json_object(reply.content);
  const auto described = body ? describe(*body) : std::nullopt;
  if (!described) return Lost{"provider_garbage"};
  const Finding finding = judge(*described, instruction);
  if (const auto* done = std::get_if<Done>(&finding)) return *done;
  if (const auto* declined = std::get_if<Declined>(&finding)) return *declined;
  return Lost{"provider_integrity"};
}

Finding finding_of(const http::Reply& reply, const Instruction& instruction) {
  const bool by_key =
      instruction.operation == Operation::charge || instruction.operation == Operation::refund;
  if (reply.status == 404 && by_key) return Absent{};
  if (reply.status != 200) return Lost{"look_up_refused"};
  const auto body = core::parse_json_object(reply.content);
  if (!body) return Lost{"provider_garbage"};
  const json::object* object = &*body;
  if (by_key) {
    Fields list{*body};
    const json::array* found = list.maybe_array("data");
    if (found == nullptr) return Lost{"provider_garbage"};
    if (found->empty()) return Absent{};
    object = found->front().if_object();
    if (object == nullptr) return Lost{"provider_garbage"};
  }
  const auto described = describe(*object);
  return described ? judge(*described, instruction) : Finding{Lost{"provider_garbage"}};
}

std::string look_up_path(const Instruction& instruction) {
  const std::string key = core::percent_encode(instruction.provider_key);
  switch (instruction.operation) {
    case Operation::charge:
      return "/v1/charges?idempotency_key=" + key;
    case Operation::refund:
      return "/v1/refunds?idempotency_key=" + key;
    case Operation::capture:
    case Operation::cancel:
      break;
  }
  return "/v1/charges/" + core::percent_encode(instruction.charge_id);
}

}  // namespace gatehouse::payments
