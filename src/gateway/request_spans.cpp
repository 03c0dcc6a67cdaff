// Implements the spans of a request. The query is left out, as in the access log.
#include "gateway/request_spans.hpp"

#include <fmt/format.h>

#include "gateway/upstream/endpoints.hpp"
#include "http/server_span.hpp"

namespace gatehouse::gateway {
namespace {

void keep_server_span(const Exchange& exchange, std::chrono::nanoseconds took) {
  auto span = http::server_span(exchange.http, took);
  if (!span) return;
  span->attributes.push_back({"url.path", std::string(split_target(exchange.target).path)});
  span->attributes.push_back({"gatehouse.request.id", std::string(exchange.request_id())});
  if (!exchange.failure.empty())
    span->attributes.push_back({"gatehouse.failure", std::string(exchange.failure)});
  spans::keep(*std::move(span));
}

// All tries together: they are one question.
void keep_upstream_span(const Exchange& exchange, std::chrono::nanoseconds took) {
  if (exchange.sent_upstream == core::SteadyTime{}) return;
  const auto ended = exchange.is_proxied ? exchange.answered_upstream : exchange.http.started + took;
  const unsigned status = exchange.is_proxied ? exchange.http.response.status : 0;
  const bool has_failed = status == 0 || status >= 500;
  if (!spans::wants(exchange.upstream_trace, has_failed, ended - exchange.sent_upstream)) return;
  const auto& method = exchange.http.request.method;
  const Service& service = *exchange.route->service;
  spans::Span span{.context = exchange.upstream_trace,
                   .kind = spans::Kind::client,
                   .name = fmt::format("{} {}", method, service.host),
                   .began = exchange.sent_upstream,
                   .took = ended - exchange.sent_upstream,
                   .has_failed = has_failed,
                   .attributes = {{"http.request.method", method}, {"server.address", service.host}}};
  if (exchange.endpoint) span.attributes.push_back({"network.peer.address", exchange.endpoint->label});
  if (exchange.tries > 1)
    span.attributes.push_back({"http.request.resend_count", std::int64_t{exchange.tries - 1}});
  if (status != 0) span.attributes.push_back({"http.response.status_code", std::int64_t{status}});
  if (has_failed)
    span.attributes.push_back(
        {"error.type", status == 0 ? std::string(exchange.failure) : std::to_string(status)});
  spans::keep(std::move(span));
}

}  // namespace

void keep_spans(const Exchange& exchange, std::chrono::nanoseconds took) {
  if (!spans::are_on()) return;
  keep_upstream_span(exchange, took);
  keep_server_span(exchange, took);
}

}  // namespace gatehouse::gateway
