#include "auth_server/sessions/refresh_family.hpp"

namespace gatehouse::auth_server {

Rotation decide_rotation(const RefreshFamily& family, std::uint32_t presented_generation,
                         const Lifetimes& lifetimes, core::SystemTime now) {
  if (family.revoked_at) return Rotation::refused;
  if (presented_generation == family.generation) return Rotation::next;
  if (presented_generation > family.generation || presented_generation == 0) return Rotation::refused;
  const bool is_just_before = presented_generation + 1 == family.generation;
  const bool is_in_time = now - family.rotated_at < lifetimes.refresh_leeway;
  if (is_just_before && is_in_time && family.siblings < lifetimes.refresh_siblings_max)
    return Rotation::sibling;
  return Rotation::reuse;
}

}  // namespace gatehouse::auth_server
