// The states of a payment and the one table of what may follow what. Every change of a status goes through
// next().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"

namespace gatehouse::payments {

enum class Status : std::uint8_t {
  processing,          // a step was handed to the provider and its answer is awaited
  unknown,             // the answer was lost: it may have happened. Only the provider can tell
  authorized,          // the money is reserved
  captured,            // the money is ours
  partially_refunded,  // some of it went back
  refunded,            // all of it went back
  canceled,            // the reservation was released
  declined,            // the provider said no
};

enum class Happening : std::uint8_t {
  authorized,
  captured,
  declined,
  outcome_lost,
  capture_begun,
  capture_refused,
  cancel_begun,
  cancel_refused,
  canceled,
  refunded_in_part,
  refunded_in_full,
};

// `conflict`/"illegal_transition" for what the table does not name.
[[nodiscard]] Result<Status> next(Status from, Happening what);

// Nothing leads out of these.
[[nodiscard]] bool is_terminal(Status);

[[nodiscard]] std::string_view name_of(Status);
[[nodiscard]] std::string_view name_of(Happening);
[[nodiscard]] std::optional<Status> status_named(std::string_view name);

inline constexpr Status kAllStatuses[] = {
    Status::processing,         Status::unknown,  Status::authorized, Status::captured,
    Status::partially_refunded, Status::refunded, Status::canceled,   Status::declined};

}  // namespace gatehouse::payments
