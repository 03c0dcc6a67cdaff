// The routes: see orders_api.hpp.
#include "services/orders/http/orders_api.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "crypto/digest.hpp"
#include "http/idempotency_key.hpp"
#include "services/orders/http/order_forms.hpp"

namespace gatehouse::orders {
namespace {

using service::Call;

// Names a list for its cursors: whose orders, under which filter.
std::string name_of_list(const identity::Access& access, const ListOrdersCommand& command) {
  return fmt::format("{}\n{}", access.owner().value_or("*"),
                     command.status ? name_of(*command.status) : std::string_view("*"));
}

Result<std::size_t> limit_in(const std::optional<std::string>& text, const ApiLimits& limits) {
  if (!text) return limits.page_default;
  const auto limit = core::parse_int<std::size_t>(*text);
  if (!limit || *limit == 0 || *limit > limits.page_max) {
    return refuse(ErrorKind::invalid, "invalid_limit",
                  fmt::format("limit: must be between 1 and {}", limits.page_max));
  }
  return *limit;
}

Result<std::optional<OrderStatus>> status_in(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto status = status_of(*text);
  if (!status) {
    return refuse(ErrorKind::invalid, "invalid_status",
                  "status: must be pending, confirmed, cancelling or cancelled");
  }
  return status;
}

http::Response order_response(const Order& order) {
  http::Response response = http::json_response(200, json_of(order));
  response.headers.add("ETag", etag_of(order));
  return response;
}

http::Response placed_response(const PlaceOrderReply& placed) {
  http::Response response(placed.reply.status);
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Location", placed.reply.location);
  response.headers.add("ETag", placed.reply.etag);
  if (placed.is_replay) response.headers.add("Idempotent-Replayed", "true");
  response.content = placed.reply.body;
  return response;
}

}  // namespace

OrdersApi::OrdersApi(UseCases use_cases, service::PageCursor cursor, const core::Clock& clock,
                     ApiLimits limits)
    : use_cases_(use_cases), cursor_(std::move(cursor)), clock_(clock), limits_(limits) {}

void OrdersApi::add_routes(service::Router& router) const {
  router.route("GET", "/products", [this](Call& call) { return products(call); });
  router.route("GET", "/products/{sku}", [this](Call& call) { return product(call); });
  router.route("POST", "/orders", [this](Call& call) { return place(call); });
  router.route("GET", "/orders", [this](Call& call) { return list(call); });
  router.route("GET", "/orders/{id}", [this](Call& call) { return get(call); });
  router.route("GET", "/orders/{id}/events", [this](Call& call) { return events(call); });
  router.route("POST", "/orders/{id}/cancel", [this](Call& call) { return cancel(call); });
}

OrdersApi::Answered OrdersApi::place(Call& call) const {
  Result<std::string> key = http::idempotency_key_of(call.exchange.request.headers);
  if (!key) co_return fail(key);
  const Result<json::object> body = co_await call.json_body(limits_.body_bytes_max);
  if (!body) co_return fail(body);
  Result<OrderForm> form = order_form(*body);
  if (!form) co_return fail(form);
  PlaceOrderCommand command{.idempotency_key = std::move(*key),
                            .fingerprint = crypto::sha256("v1 " + http::canonical_json(*body)),
                            .wishes = std::move(form->wishes),
                            .payment_method = std::move(form->payment_method),
                            .traceparent = call.exchange.trace.to_header(),
                            .deadline = call.exchange.deadline};
  const Result<PlaceOrderReply> placed = co_await use_cases_.place.run(call.access, std::move(command));
  if (!placed) co_return fail(placed);
  co_return placed_response(*placed);
}

OrdersApi::Answered OrdersApi::get(Call& call) const {
  const Result<Order> order =
      co_await use_cases_.get.run(call.access, call.param("id"), call.exchange.deadline);
  if (!order) co_return fail(order);
  co_return order_response(*order);
}

OrdersApi::Answered OrdersApi::events(Call& call) const {
  StreamedOrder streamed{.access = call.access,
                         .id = call.param("id"),
                         .seen_version = last_event_in(call.header("Last-Event-ID"))};
  const Result<Order> order = co_await use_cases_.get.run(call.access, streamed.id, call.exchange.deadline);
  if (!order) co_return fail(order);
  auto watch = use_cases_.watch.watch(streamed.id, call.access.principal.subject);
  if (!watch) co_return fail(watch);
  http::Response response(200);
  response.headers.add("Content-Type", "text/event-stream");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("X-Accel-Buffering", "no");  // for an nginx in front: pass each event on at once
  response.stream = std::make_unique<OrderEvents>(use_cases_.get, *std::move(watch), clock_,
                                                  std::move(streamed), limits_.stream);
  co_return response;
}

OrdersApi::Answered OrdersApi::list(Call& call) const {
  const auto limit_text = call.query("limit");
  const auto status_text = call.query("status");
  const auto cursor_text = call.query("cursor");
  if (!limit_text) co_return fail(limit_text);
  if (!status_text) co_return fail(status_text);
  if (!cursor_text) co_return fail(cursor_text);
  const Result<std::size_t> limit = limit_in(*limit_text, limits_);
  if (!limit) co_return fail(limit);
  const auto status = status_in(*status_text);
  if (!status) co_return fail(status);
  ListOrdersCommand command{
      .status = *status, .after = std::nullopt, .limit = *limit, .deadline = call.exchange.deadline};
  const std::string list_name = name_of_list(call.access, command);
  if (*cursor_text) {
    auto position = cursor_.position(**cursor_text, list_name);
    if (!position) co_return fail(position);
    command.after = PagePosition{position->created_at, std::move(position->id)};
  }
  const Result<OrderPage> page = co_await use_cases_.list.run(call.access, std::move(command));
  if (!page) co_return fail(page);
  json::array data;
  for (const Order& order : page->orders) data.push_back(json_of(order));
  json::value next;
  if (page->has_more) {
    const Order& last = page->orders.back();
    next = cursor_.after({last.created_at, last.id}, list_name);
  }
  json::object document{
      {"data", std::move(data)}, {"has_more", page->has_more}, {"next_cursor", std::move(next)}};
  co_return http::json_response(200, document);
}

OrdersApi::Answered OrdersApi::cancel(Call& call) const {
  // First whether the order is there for the caller at all: another's is 404 whatever If-Match says.
  const Result<Order> seen =
      co_await use_cases_.get.run(call.access, call.param("id"), call.exchange.deadline);
  if (!seen) co_return fail(seen);
  const Result<std::int64_t> version = version_in(call.header("If-Match"));
  if (!version) co_return fail(version);
  const Result<Order> order =
      co_await use_cases_.cancel.run(call.access, call.param("id"), *version, call.exchange.deadline);
  if (!order) co_return fail(order);
  co_return order_response(*order);
}

OrdersApi::Answered OrdersApi::products(Call&) const {
  const Result<std::vector<Product>> products = co_await use_cases_.products.all();
  if (!products) co_return fail(products);
  json::array data;
  for (const Product& product : *products) data.push_back(json_of(product));
  json::object document{{"data", std::move(data)}};
  co_return http::json_response(200, document);
}

OrdersApi::Answered OrdersApi::product(Call& call) const {
  const Result<Product> product = co_await use_cases_.products.one(call.param("sku"));
  if (!product) co_return fail(product);
  co_return http::json_response(200, json_of(*product));
}

}  // namespace gatehouse::orders
