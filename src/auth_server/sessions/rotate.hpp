// What presenting a refresh token changes: pure, for the transactions of GrantStore.
#pragma once

#include <optional>

#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"

namespace gatehouse::auth_server {

struct RotateOutcome {
  Rotation rotation = Rotation::refused;
  std::optional<RefreshFamily> family;  // after the rotation, to be saved; nothing: nothing changes
  std::optional<Session> session;
};

// The store then saves the family, and marks the session as seen if keeps_alive(rotation).
[[nodiscard]] RotateOutcome rotate(const std::optional<RefreshFamily>&, const std::optional<Session>&,
                                   std::uint32_t presented_generation, const Lifetimes&,
                                   core::SystemTime now);
[[nodiscard]] bool keeps_alive(Rotation);

}  // namespace gatehouse::auth_server
