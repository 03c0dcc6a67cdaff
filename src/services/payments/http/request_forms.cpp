#include "services/payments/http/request_forms.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/text.hpp"
#include "services/payments/usecases/list_payments.hpp"

namespace gatehouse::payments {
namespace {

constexpr core::IntRange kAmount{.min = 1, .max = core::kAmountMax};

bool is_token_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// Digits enough for a card number: it must not come any further.
bool looks_like_a_card_number(std::string_view text) {
  const auto digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return digits >= 12 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

std::optional<ListQuery::Position> position_of(std::string_view cursor) {
  const auto text = core::from_base64url(cursor);
  if (!text) return std::nullopt;
  const auto parts = core::cut(*text, ':');
  if (!parts || parts->second.empty() || parts->second.size() > 64) return std::nullopt;
  const auto micros = core::parse_int<std::int64_t>(parts->first);
  if (!micros) return std::nullopt;
  return ListQuery::Position{core::from_unix_micros(*micros), std::string(parts->second)};
}

}  // namespace

Result<CreateCommand> create_command(const json::object& body) {
  Fields fields{body};
  const std::int64_t minor = fields.required_int("amount", kAmount);
  const std::string code = fields.required_text("currency", {.bytes_min = 3, .bytes_max = 3});
  std::string method = fields.required_text("payment_method", {.bytes_min = 3, .bytes_max = 255});
  std::string reference = fields.required_text("reference", {.bytes_max = 128});
  const std::string capture = fields.optional_text("capture", "automatic");
  std::string description = fields.maybe_text("description", {.bytes_max = 255}).value_or("");
  if (capture != "automatic" && capture != "manual")
    fields.reject("capture", "must be \"automatic\" or \"manual\"");
  if (!is_token_text(method) || looks_like_a_card_number(method)) {
    fields.reject("payment_method", "must be a token of the payment provider, such as \"pm_card_visa\"");
  }
  if (auto complete = fields.finish(); !complete) return fail(complete);
  auto currency = Currency::from_code(code);
  if (!currency) return fail(currency);
  return CreateCommand{.reference = std::move(reference),
                       .amount = {minor, *currency},
                       .capture_mode = capture == "manual" ? CaptureMode::manual : CaptureMode::automatic,
                       .payment_method = Secret(std::move(method)),
                       .description = Pii(std::move(description))};
}

Result<CaptureCommand> capture_command(std::string payment_id, const json::object& body) {
  Fields fields{body};
  CaptureCommand command{.payment_id = std::move(payment_id), .minor = fields.maybe_int("amount", kAmount)};
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return command;
}

Result<CancelCommand> cancel_command(std::string payment_id, const json::object& body) {
  const Fields fields{body};
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return CancelCommand{.payment_id = std::move(payment_id)};
}

Result<RefundCommand> refund_command(std::string payment_id, const json::object& body) {
  Fields fields{body};
  RefundCommand command{.payment_id = std::move(payment_id),
                        .minor = fields.maybe_int("amount", kAmount),
                        .reason = fields.maybe_text("reason", {.bytes_max = 255}).value_or("")};
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return command;
}

Result<ListQuery> list_query(const ListParameters& parameters) {
  ListQuery query{.reference = parameters.reference, .limit = ListLimits{}.page_default};
  if (parameters.limit) {
    const auto limit = core::parse_int<std::size_t>(*parameters.limit);
    if (!limit || *limit == 0 || *limit > ListLimits{}.page_max) {
      return refuse(ErrorKind::invalid, "invalid_limit",
                    fmt::format("limit: must be between 1 and {}", ListLimits{}.page_max));
    }
    query.limit = *limit;
  }
  if (parameters.cursor) {
    query.after = position_of(*parameters.cursor);
    if (!query.after)
      return refuse(ErrorKind::invalid, "invalid_cursor", "cursor: must come from a page of this list");
  }
  return query;
}

std::string cursor_after(const Payment& last) {
  return core::to_base64url(
      fmt::format("{}:{}", core::unix_micros(last.state().created_at), last.state().id));
}

}  // namespace gatehouse::payments
