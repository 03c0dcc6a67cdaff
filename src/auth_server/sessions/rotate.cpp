#include "auth_server/sessions/rotate.hpp"

namespace gatehouse::auth_server {

bool keeps_alive(Rotation rotation) {
  return rotation == Rotation::next || rotation == Rotation::sibling;
}

RotateOutcome rotate(const std::optional<RefreshFamily>& family, const std::optional<Session>& session,
                     std::uint32_t presented_generation, const Lifetimes& lifetimes, core::SystemTime now) {
  RotateOutcome outcome;
  if (!family || !session || !is_live(*session, lifetimes, now)) return outcome;
  outcome.rotation = decide_rotation(*family, presented_generation, lifetimes, now);
  if (outcome.rotation == Rotation::refused) return outcome;
  outcome.session = keeps_alive(outcome.rotation) ? seen(*session, now) : *session;
  outcome.family = family;
  switch (outcome.rotation) {
    case Rotation::next:
      ++outcome.family->generation;
      outcome.family->rotated_at = now;
      outcome.family->siblings = 0;
      break;
    case Rotation::sibling:
      ++outcome.family->siblings;
      break;
    case Rotation::reuse:
      outcome.family->revoked_at = now;
      break;
    case Rotation::refused:
      break;
  }
  return outcome;
}

}  // namespace gatehouse::auth_server
