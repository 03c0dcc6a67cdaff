// Posts events: see http_subscriber.hpp.
#include "services/orders/adapters/http_subscriber.hpp"

#include <fmt/format.h>

#include "core/json.hpp"

namespace gatehouse::orders {
namespace {

std::string body_of(const OrderEvent& event) {
  json::array skus;
  for (const std::string& sku : event.skus) skus.emplace_back(sku);
  const json::object body{{"id", event.id},
                          {"type", type_of(event)},
                          {"order_id", event.order_id},
                          {"order_version", event.order_version},
                          {"status", orders::name_of(event.status)},
                          {"skus", std::move(skus)},
                          {"occurred_at", core::rfc3339(event.occurred_at)}};
  return json::serialize(body);
}

}  // namespace

Awaitable<Result<void>> HttpSubscriber::tell(OrderEvent event, Deadline deadline) {
  http::Request request;
  request.method = "POST";
  request.target = path_;
  request.headers.add("Content-Type", "application/json");
  request.headers.add("Idempotency-Key", event.id);
  request.content = body_of(event);
  const auto parsed = TraceContext::parse(event.traceparent);
  const TraceContext trace = parsed ? *parsed : TraceContext::start();
  const Result<http::Reply> reply = co_await call_peer_(request, deadline, trace);
  if (!reply) co_return fail(reply);
  if (reply->status < 200 || reply->status > 299) {
    co_return fail(ErrorKind::bad_upstream, "event_not_taken", fmt::format("status {}", reply->status),
                   Origin::upstream);
  }
  co_return Result<void>{};
}

}  // namespace gatehouse::orders
