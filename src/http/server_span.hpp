// The span of a request that was served, for Handler::finish. Names and attributes as OpenTelemetry's
// semantic conventions for HTTP have them.
#pragma once

#include <chrono>
#include <optional>

#include "http/exchange.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::http {

// "GET /orders/{id}"; failed if the answer is a 5xx or could not be written whole. Nothing if nobody keeps
// it.
[[nodiscard]] std::optional<spans::Span> server_span(const Exchange& exchange, std::chrono::nanoseconds took);

}  // namespace gatehouse::http
