#include "services/payments/domain/attempt.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::payments {

bool is_former_life(std::string_view owner, std::string_view of) {
  const auto end = owner.find('#');
  return end != std::string_view::npos && owner != of && owner.substr(0, end + 1) == of.substr(0, end + 1);
}

std::chrono::seconds recheck_delay(std::int64_t tries) {
  using std::chrono::seconds;
  constexpr std::array kDelays{seconds{1},  seconds{5},   seconds{15},   seconds{30},
                               seconds{60}, seconds{300}, seconds{3600}, seconds{86'400}};
  const auto last = static_cast<std::int64_t>(kDelays.size()) - 1;
  return kDelays[static_cast<std::size_t>(std::clamp<std::int64_t>(tries - 1, 0, last))];
}

std::string_view name_of(CaptureMode mode) {
  return mode == CaptureMode::automatic ? "automatic" : "manual";
}

std::string_view name_of(Operation operation) {
  switch (operation) {
    case Operation::charge:
      return "charge";
    case Operation::capture:
      return "capture";
    case Operation::cancel:
      return "cancel";
    case Operation::refund:
      return "refund";
  }
  return "charge";
}

std::string_view name_of(AttemptState state) {
  switch (state) {
    case AttemptState::dispatched:
      return "dispatched";
    case AttemptState::unknown:
      return "unknown";
    case AttemptState::succeeded:
      return "succeeded";
    case AttemptState::declined:
      return "declined";
  }
  return "unknown";
}

std::string_view verdict_of(const Outcome& outcome) {
  constexpr std::array<std::string_view, 4> kNames{"done", "declined", "lost", "not_sent"};
  static_assert(std::variant_size_v<Outcome> == kNames.size());
  return kNames[outcome.index()];
}

}  // namespace gatehouse::payments
