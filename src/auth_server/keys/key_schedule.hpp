// When signing keys are made, used, published and dropped. Pure: rows in, a plan out.
//
//   made ──publish_ahead──▶ signs ──────rotation_period──────▶ only verifies ──keep_retired──▶ dropped
//        in the JWKS from here on, so that every cache knows it before its first signature
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

namespace gatehouse::auth_server {

struct KeyPolicy {
  std::chrono::seconds rotation_period{90 * 24 * 3600};
  std::chrono::seconds publish_ahead{3600};      // longer than any cache of the JWKS
  std::chrono::seconds keep_retired{11 * 3600};  // longer than any token lives that the key signed
};

// One key of one algorithm in one realm.
struct KeyTimes {
  std::string kid;
  core::SystemTime signs_from{};
};

struct KeyPlan {
  std::optional<core::SystemTime> make_for;  // a new key is due, to sign from then on
  std::vector<std::string> drop;
};

[[nodiscard]] KeyPlan plan_keys(std::vector<KeyTimes> keys, const KeyPolicy&, core::SystemTime now);
// The key that signs now: the youngest that may. Nothing only if there is none at all yet.
[[nodiscard]] std::optional<std::string> signing_kid(const std::vector<KeyTimes>& keys, core::SystemTime now);

}  // namespace gatehouse::auth_server
