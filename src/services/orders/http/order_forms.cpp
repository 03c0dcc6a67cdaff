// Orders and products in JSON: see order_forms.hpp.
#include "services/orders/http/order_forms.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::int64_t kQuantityMax =
    1'000'000;  // the domain's own limit is far lower and has its own answer

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

Result<Wish> wish_of(const json::value& item, std::string path) {
  const json::object* object = item.if_object();
  if (object == nullptr) return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
  Fields fields{*object, std::move(path)};
  Wish wish{fields.required_text("sku", {.bytes_max = 64}),
            fields.required_int("quantity", {.min = 1, .max = kQuantityMax})};
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return wish;
}

json::value text_or_null(const std::optional<std::string>& text) {
  return text ? json::value(*text) : json::value();
}

}  // namespace

Result<OrderForm> order_form(const json::object& body) {
  Fields fields{body};
  const json::array* items = fields.maybe_array("items");
  OrderForm form;
  form.payment_method = fields.required_text("payment_method", {.bytes_min = 3, .bytes_max = 64});
  if (items == nullptr) fields.reject("items", "is required");
  if (!is_token_text(form.payment_method) || looks_like_a_card_number(form.payment_method)) {
    fields.reject("payment_method", "must be a token of the payment provider, such as \"pm_card_visa\"");
  }
  if (auto complete = fields.finish(); !complete) return fail(complete);
  for (std::size_t i = 0; i < items->size(); ++i) {
    Result<Wish> wish = wish_of(items->at(i), fmt::format("items[{}]", i));
    if (!wish) return fail(wish);
    form.wishes.push_back(std::move(*wish));
  }
  return form;
}

json::object json_of(const Order& order) {
  json::array items;
  for (const OrderLine& line : order.lines) {
    items.push_back(json::object{{"sku", line.sku},
                                 {"name", line.name},
                                 {"quantity", line.quantity},
                                 {"unit_price", line.unit_price.minor}});
  }
  return {{"id", order.id},
          {"status", name_of(order.status)},
          {"items", std::move(items)},
          {"total", order.total.minor},
          {"currency", order.total.currency.code()},
          {"payment_id", text_or_null(order.payment_id)},
          {"failure", text_or_null(order.failure)},
          {"created_at", core::rfc3339(order.created_at)},
          {"updated_at", core::rfc3339(order.updated_at)},
          {"version", order.version}};
}

json::object json_of(const Product& product) {
  return {{"sku", product.sku},
          {"name", product.name},
          {"price", product.price.minor},
          {"currency", product.price.currency.code()},
          {"available", product.stock.available}};
}

std::string etag_of(const Order& order) {
  return fmt::format("\"{}\"", order.version);
}

Result<std::int64_t> version_in(std::string_view if_match) {
  const std::string_view tag = core::trim(if_match);
  if (tag.empty() || tag == "*") {
    return refuse(ErrorKind::precondition_required, "if_match_required",
                  "If-Match must name the ETag of the order that you saw");
  }
  const bool is_quoted = tag.size() > 2 && tag.starts_with('"') && tag.ends_with('"');
  const auto version =
      is_quoted ? core::parse_int<std::int64_t>(tag.substr(1, tag.size() - 2)) : std::nullopt;
  if (!version) {
    return refuse(ErrorKind::precondition_failed, "version_mismatch", "the order never had this ETag");
  }
  return *version;
}

StoredReply placed_reply(const Order& order) {
  return {.status = 201,
          .location = "/orders/" + order.id,
          .etag = etag_of(order),
          .body = json::serialize(json_of(order))};
}

}  // namespace gatehouse::orders
