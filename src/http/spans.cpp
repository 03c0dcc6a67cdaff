#include "http/spans.hpp"

#include <fmt/format.h>

namespace gatehouse::http {

std::optional<spans::Span> server_span(const Exchange& exchange, std::chrono::nanoseconds took) {
  const bool has_failed = exchange.response.status >= 500 || exchange.is_aborted;
  if (!spans::wants(exchange.trace, has_failed, took)) return std::nullopt;
  const std::string& method = exchange.request.method;
  spans::Span span{.context = exchange.trace,
                   .kind = spans::Kind::server,
                   .name = exchange.route.empty() ? method : fmt::format("{} {}", method, exchange.route),
                   .began = exchange.started,
                   .took = took,
                   .has_failed = has_failed,
                   .attributes = {{"http.request.method", method},
                                  {"http.response.status_code", std::int64_t{exchange.response.status}}}};
  if (!exchange.route.empty()) span.attributes.push_back({"http.route", std::string(exchange.route)});
  if (exchange.is_aborted) span.attributes.push_back({"error.type", std::string("aborted")});
  if (has_failed && !exchange.is_aborted)
    span.attributes.push_back({"error.type", std::to_string(exchange.response.status)});
  return span;
}

std::optional<spans::Span> client_span(const Asked& asked) {
  const bool has_failed = asked.status == 0 || asked.status >= 500;
  if (!spans::wants(asked.trace, has_failed, asked.took)) return std::nullopt;
  spans::Span span{.context = asked.trace,
                   .kind = spans::Kind::client,
                   .name = fmt::format("{} {}", asked.method, asked.server),
                   .began = asked.began,
                   .took = asked.took,
                   .has_failed = has_failed,
                   .attributes = {{"http.request.method", std::string(asked.method)},
                                  {"server.address", std::string(asked.server)}}};
  if (asked.status != 0) span.attributes.push_back({"http.response.status_code", std::int64_t{asked.status}});
  if (has_failed)
    span.attributes.push_back(
        {"error.type", asked.status == 0 ? std::string(asked.failure) : std::to_string(asked.status)});
  return span;
}

}  // namespace gatehouse::http
