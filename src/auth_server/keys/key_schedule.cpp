#include "auth_server/keys/key_schedule.hpp"

#include <algorithm>

namespace gatehouse::auth_server {

KeyPlan plan_keys(std::vector<KeyTimes> keys, const KeyPolicy& policy, core::SystemTime now) {
  KeyPlan plan;
  if (keys.empty()) {
    plan.make_for = now;
    return plan;
  }
  std::ranges::sort(keys, {}, &KeyTimes::signs_from);
  const core::SystemTime due = keys.back().signs_from + policy.rotation_period;
  if (now >= due - policy.publish_ahead) {
    plan.make_for = std::max<core::SystemTime>(due, now + policy.publish_ahead);
  }
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    if (now >= keys[i + 1].signs_from + policy.keep_retired) plan.drop.push_back(keys[i].kid);
  }
  return plan;
}

std::optional<std::string> signing_kid(const std::vector<KeyTimes>& keys, core::SystemTime now) {
  const KeyTimes* best = nullptr;
  for (const KeyTimes& key : keys) {
    if (key.signs_from <= now && (best == nullptr || key.signs_from > best->signs_from)) best = &key;
  }
  // The first key of all has no predecessor: a clock that is behind its maker's signs with it nevertheless.
  if (best == nullptr && !keys.empty()) best = &*std::ranges::min_element(keys, {}, &KeyTimes::signs_from);
  if (best == nullptr) return std::nullopt;
  return best->kid;
}

}  // namespace gatehouse::auth_server
