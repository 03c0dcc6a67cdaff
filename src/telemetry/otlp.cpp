#include "telemetry/otlp.hpp"

#include <fmt/format.h>

#include "telemetry/json_text.hpp"

namespace gatehouse::telemetry {
namespace {

using Text = fmt::memory_buffer;

void append(Text& out, std::string_view text) {
  out.append(text);
}

void append_attribute(Text& out, std::string_view key, std::string_view value) {
  append(out, R"({"key":)");
  append_json_string(out, key);
  append(out, R"(,"value":{"stringValue":)");
  append_json_string(out, value);
  append(out, "}}");
}

// 64-bit integers are strings in protobuf's JSON.
void append_attribute(Text& out, std::string_view key, std::int64_t value) {
  append(out, R"({"key":)");
  append_json_string(out, key);
  fmt::format_to(fmt::appender(out), R"(,"value":{{"intValue":"{}"}}}})", value);
}

void append_attributes(Text& out, std::span<const spans::Attribute> attributes) {
  append(out, R"("attributes":[)");
  for (const spans::Attribute& attribute : attributes) {
    if (&attribute != attributes.data()) append(out, ",");
    std::visit([&](const auto& value) { append_attribute(out, attribute.key, value); }, attribute.value);
  }
  append(out, "]");
}

void append_span(Text& out, const spans::Span& span, std::chrono::nanoseconds steady_to_unix) {
  const auto began = (span.began.time_since_epoch() + steady_to_unix).count();
  fmt::format_to(fmt::appender(out), R"({{"traceId":"{}","spanId":"{}",)", span.context.trace_id_hex(),
                 span.context.span_id_hex());
  if (span.context.has_parent())
    fmt::format_to(fmt::appender(out), R"("parentSpanId":"{}",)", span.context.parent_id_hex());
  append(out, R"("name":)");
  append_json_string(out, span.name);
  fmt::format_to(fmt::appender(out), R"(,"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}",)",
                 static_cast<int>(span.kind), began, began + span.took.count());
  append_attributes(out, span.attributes);
  append(out, span.has_failed ? R"(,"status":{"code":2}})" : "}");
}

}  // namespace

std::string otlp_request(const Resource& resource, std::span<const spans::Span> spans,
                         std::chrono::nanoseconds steady_to_unix) {
  Text out;
  append(out, R"({"resourceSpans":[{"resource":{)");
  const spans::Attribute about[] = {{"service.name", resource.service},
                                    {"service.instance.id", resource.instance},
                                    {"service.version", resource.version}};
  append_attributes(out, about);
  append(out, R"(},"scopeSpans":[{"scope":{"name":"gatehouse"},"spans":[)");
  for (const spans::Span& span : spans) {
    if (&span != spans.data()) append(out, ",");
    append_span(out, span, steady_to_unix);
  }
  append(out, "]}]}]}");
  return fmt::to_string(out);
}

}  // namespace gatehouse::telemetry
