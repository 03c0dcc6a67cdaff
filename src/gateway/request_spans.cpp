// Implements the spans of a request. The query is left out, as in the access log.
#include "gateway/request_spans.hpp"

#include "gateway/upstream/endpoints.hpp"
#include "http/spans.hpp"

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
  auto span = http::client_span({.trace = exchange.upstream_trace,
                                 .method = exchange.http.request.method,
                                 .server = exchange.route->service->host,
                                 .status = exchange.is_proxied ? exchange.http.response.status : 0,
                                 .failure = exchange.failure,
                                 .began = exchange.sent_upstream,
                                 .took = ended - exchange.sent_upstream});
  if (!span) return;
  if (exchange.endpoint) span->attributes.push_back({"network.peer.address", exchange.endpoint->label});
  if (exchange.tries > 1)
    span->attributes.push_back({"http.request.resend_count", std::int64_t{exchange.tries - 1}});
  spans::keep(*std::move(span));
}

}  // namespace

void keep_spans(const Exchange& exchange, std::chrono::nanoseconds took) {
  if (!spans::are_on()) return;
  keep_upstream_span(exchange, took);
  keep_server_span(exchange, took);
}

}  // namespace gatehouse::gateway
