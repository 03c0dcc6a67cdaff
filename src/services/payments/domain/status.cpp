#include "services/payments/domain/status.hpp"

#include <array>

#include <fmt/format.h>

namespace gatehouse::payments {
namespace {

struct Transition {
  Status from;
  Happening what;
  Status to;
};

constexpr auto kTransitions = std::to_array<Transition>({
    // The first answer of the provider, or the answer to a capture or a cancellation of an authorized
    // payment.
    {Status::processing, Happening::authorized, Status::authorized},
    {Status::processing, Happening::captured, Status::captured},
    {Status::processing, Happening::declined, Status::declined},
    {Status::processing, Happening::outcome_lost, Status::unknown},
    {Status::processing, Happening::capture_refused, Status::authorized},
    {Status::processing, Happening::cancel_refused, Status::authorized},
    {Status::processing, Happening::canceled, Status::canceled},
    // The same, found out later.
    {Status::unknown, Happening::authorized, Status::authorized},
    {Status::unknown, Happening::captured, Status::captured},
    {Status::unknown, Happening::declined, Status::declined},
    {Status::unknown, Happening::outcome_lost, Status::unknown},
    {Status::unknown, Happening::capture_refused, Status::authorized},
    {Status::unknown, Happening::cancel_refused, Status::authorized},
    {Status::unknown, Happening::canceled, Status::canceled},
    // A capture or a cancellation excludes the other while it is under way.
    {Status::authorized, Happening::capture_begun, Status::processing},
    {Status::authorized, Happening::cancel_begun, Status::processing},
    // Refunds.
    {Status::captured, Happening::refunded_in_part, Status::partially_refunded},
    {Status::captured, Happening::refunded_in_full, Status::refunded},
    {Status::partially_refunded, Happening::refunded_in_part, Status::partially_refunded},
    {Status::partially_refunded, Happening::refunded_in_full, Status::refunded},
});

}  // namespace

Result<Status> next(Status from, Happening what) {
  for (const Transition& row : kTransitions) {
    if (row.from == from && row.what == what) return row.to;
  }
  return refuse(ErrorKind::conflict, "illegal_transition",
                fmt::format("a payment that is {} cannot become {}", name_of(from), name_of(what)));
}

bool is_terminal(Status status) {
  for (const Transition& row : kTransitions) {
    if (row.from == status) return false;
  }
  return true;
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::processing:
      return "processing";
    case Status::unknown:
      return "unknown";
    case Status::authorized:
      return "authorized";
    case Status::captured:
      return "captured";
    case Status::partially_refunded:
      return "partially_refunded";
    case Status::refunded:
      return "refunded";
    case Status::canceled:
      return "canceled";
    case Status::declined:
      return "declined";
  }
  return "unknown";
}

std::string_view name_of(Happening what) {
  switch (what) {
    case Happening::authorized:
      return "authorized";
    case Happening::captured:
      return "captured";
    case Happening::declined:
      return "declined";
    case Happening::outcome_lost:
      return "outcome_lost";
    case Happening::capture_begun:
      return "capture_begun";
    case Happening::capture_refused:
      return "capture_refused";
    case Happening::cancel_begun:
      return "cancel_begun";
    case Happening::cancel_refused:
      return "cancel_refused";
    case Happening::canceled:
      return "canceled";
    case Happening::refunded_in_part:
      return "refunded_in_part";
    case Happening::refunded_in_full:
      return "refunded_in_full";
  }
  return "outcome_lost";
}

std::optional<Status> status_named(std::string_view name) {
  for (const Status status : kAllStatuses) {
    if (name_of(status) == name) return status;
  }
  return std::nullopt;
}

}  // namespace gatehouse::payments
