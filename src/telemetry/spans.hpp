// Spans: what a piece of work was, below which other, and how long it took. One buffer per process, as for
// the log; whoever sends them on takes them out of it. What does not fit is dropped and counted: a slow
// receiver never stops a worker.
//
// A trace is chosen when it starts, by its id, so that every process chooses alike; who is called does as the
// caller did. Not chosen but kept all the same: a span that failed or was slow. The whole of an unusual
// request is then mostly there, for what failed below made fail what is above.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::telemetry::spans {

// The numbers are OTLP's.
enum class Kind : std::uint8_t { internal = 1, server = 2, client = 3 };

// Keys are OpenTelemetry's semantic conventions (HTTP and database, stable), or begin with "gatehouse.".
struct Attribute {
  std::string_view key;  // a literal
  std::variant<std::string, std::int64_t> value;
};

struct Span {
  TraceContext context;
  Kind kind = Kind::internal;
  std::string name;
  core::SteadyTime began;
  std::chrono::nanoseconds took{};
  bool has_failed = false;
  std::vector<Attribute> attributes;
};

struct Settings {
  double ratio = 0.1;  // of the traces that start here
  std::chrono::milliseconds slow{1'000};
  std::size_t buffered_max = 8'192;  // spans
};

// Once per process at start-up (again only in tests). Without it, or with nothing, no span is kept.
void configure(std::optional<Settings>);

namespace detail {
extern std::atomic<bool> is_on;
}
[[nodiscard]] inline bool are_on() noexcept {
  return detail::is_on.load(std::memory_order_relaxed);
}

// Whether a trace with this id is sampled from its start. Always while spans are not kept: whoever is called
// may keep them.
[[nodiscard]] bool chooses(const std::array<std::uint8_t, 16>& trace_id) noexcept;
// Whether a span that ended so is worth building.
[[nodiscard]] bool wants(const TraceContext&, bool has_failed, std::chrono::nanoseconds took) noexcept;

void keep(Span);
// The oldest, at most so many.
[[nodiscard]] std::vector<Span> take(std::size_t count_max);
[[nodiscard]] std::size_t waiting();
[[nodiscard]] std::uint64_t dropped();

}  // namespace gatehouse::telemetry::spans

namespace gatehouse {
namespace spans = telemetry::spans;
}  // namespace gatehouse
