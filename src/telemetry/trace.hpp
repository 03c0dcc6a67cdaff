// W3C Trace Context (level 1): the `traceparent` header in and out. The connection parses or starts one per
// request, every call to a peer sends child(); both ids go into the log. What is kept of it: spans.hpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::telemetry {

struct TraceContext {
  static constexpr std::uint8_t kSampled = 0x01;  // section 3.2.2.5.1

  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = kSampled;
  std::array<std::uint8_t, 8> parent_id{};  // the span above this one; all zero: none, or not ours to know

  // A new trace with a random id, sampled as spans.hpp says.
  [[nodiscard]] static TraceContext start();
  // Section 3.2: lower-case hex only, no all-zero id, version ff refused, fields of later versions ignored.
  [[nodiscard]] static std::optional<TraceContext> parse(std::string_view traceparent);

  // The same trace with a new span id below this one: what a peer is sent.
  [[nodiscard]] TraceContext child() const;
  [[nodiscard]] bool is_sampled() const { return (flags & kSampled) != 0; }
  [[nodiscard]] bool has_parent() const { return parent_id != decltype(parent_id){}; }
  [[nodiscard]] std::string to_header() const;  // 00-<trace id>-<span id>-<flags>
  [[nodiscard]] std::string trace_id_hex() const;
  [[nodiscard]] std::string span_id_hex() const;
  [[nodiscard]] std::string parent_id_hex() const;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

}  // namespace gatehouse::telemetry

namespace gatehouse {
using telemetry::TraceContext;
}  // namespace gatehouse
