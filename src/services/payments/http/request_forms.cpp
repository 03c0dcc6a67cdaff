#include "services/payments/http/request_forms.hpp"

#include <algorithm>

#include <fmt/format.h>

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

Result<ListQuery> list_query(const ListParameters& parameters, const service::PageCursor& cursors,
                             std::string_view list) {
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
    auto position = cursors.position(*parameters.cursor, list);
    if (!position) return fail(position);
    query.after = ListQuery::Position{position->created_at, std::move(position->id)};
  }
  return query;
}

}  // namespace gatehouse::payments
