// Spans as OTLP has them (opentelemetry-proto 1.x, the JSON form): what a receiver takes at /v1/traces.
#pragma once

#include <span>
#include <string>

#include "telemetry/spans.hpp"

namespace gatehouse::telemetry {

// Whose spans they are.
struct Resource {
  std::string service;   // service.name
  std::string instance;  // service.instance.id
  std::string version;   // service.version
};

// ExportTraceServiceRequest. The clock's offset turns the steady times of spans into wall-clock time.
[[nodiscard]] std::string otlp_request(const Resource& resource, std::span<const spans::Span> spans,
                                       std::chrono::nanoseconds steady_to_unix);

}  // namespace gatehouse::telemetry
