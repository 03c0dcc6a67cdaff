// The span of a request that was served, for Handler::finish, and of one that was sent. Names and attributes
// as OpenTelemetry's semantic conventions for HTTP have them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "http/exchange.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::http {

// "GET /orders/{id}"; failed if the answer is a 5xx or could not be written whole. Nothing if nobody keeps
// it.
[[nodiscard]] std::optional<spans::Span> server_span(const Exchange& exchange, std::chrono::nanoseconds took);

// What became of a request that we sent.
struct Asked {
  const telemetry::TraceContext& trace;  // that was sent along
  std::string_view method;
  std::string_view server;        // by its name
  unsigned status = 0;            // 0: no answer
  std::string_view failure = {};  // then: why
  core::SteadyTime began{};
  std::chrono::nanoseconds took{};
};
// "POST payment-service"; failed without an answer, or if it is a 5xx. Nothing if nobody keeps it.
[[nodiscard]] std::optional<spans::Span> client_span(const Asked& asked);

}  // namespace gatehouse::http
