#include "auth_server/sessions/device_grant.hpp"

#include <fmt/format.h>

#include "core/ids.hpp"
#include "core/secret.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kLetters = "BCDFGHJKLMNPQRSTVWXZ";
constexpr std::size_t kUserCodeLength = 8;
constexpr std::chrono::seconds kSlower{5};  // RFC 8628 section 3.5

RefreshFamily family_from(const DeviceGrant& grant, core::SystemTime now) {
  RefreshFamily family;
  family.id = core::uuid_v7(now);
  family.realm = grant.realm;
  family.client_id = grant.client_id;
  family.session_id = grant.session_id;
  family.person_id = grant.person_id;
  family.scope = grant.scope;
  family.authenticated_at = grant.authenticated_at;
  family.created_at = now;
  family.rotated_at = now;
  return family;
}

DeviceOutcome wait(DeviceGrant grant, core::SystemTime now) {
  const bool is_hasty = grant.polled_at && now < *grant.polled_at + grant.interval;
  if (is_hasty) grant.interval += kSlower;
  grant.polled_at = now;
  return {.verdict = is_hasty ? DeviceVerdict::slow_down : DeviceVerdict::pending,
          .changed = std::move(grant)};
}

}  // namespace

bool belongs_to(const DeviceGrant& grant, const DevicePoll& poll) {
  return core::constant_time_equal(crypto::sha256(poll.secret), grant.secret_hash) &&
         grant.client_id == poll.client_id;
}

std::optional<DeviceGrant> answered(DeviceGrant grant, const DeviceAnswer& answer, core::SystemTime now) {
  if (grant.decision != DeviceDecision::pending || now >= grant.expires_at) return std::nullopt;
  grant.decision = answer.decision;
  grant.session_id = answer.session.id;
  grant.person_id = answer.session.person_id;
  grant.authenticated_at = answer.session.authenticated_at;
  return grant;
}

DeviceOutcome poll(const DeviceGrant& grant, const std::optional<Session>& session, const DevicePoll& polling,
                   const Lifetimes& lifetimes, core::SystemTime now) {
  if (!belongs_to(grant, polling) || grant.spent_at) return {.verdict = DeviceVerdict::unknown};
  if (now >= grant.expires_at) return {.verdict = DeviceVerdict::expired};
  if (grant.decision == DeviceDecision::denied) return {.verdict = DeviceVerdict::denied};
  if (grant.decision == DeviceDecision::pending) return wait(grant, now);
  // Logged out between the approval and here.
  if (!session || !is_live(*session, lifetimes, now)) return {.verdict = DeviceVerdict::denied};
  DeviceOutcome outcome{.verdict = DeviceVerdict::grant, .changed = grant};
  outcome.changed->spent_at = now;
  outcome.family = family_from(grant, now);
  outcome.session = seen(*session, now);
  return outcome;
}

std::string fresh_user_code() {
  // The largest multiple of 20 that a byte holds is 240: bytes beyond it would favour some letters.
  std::string code;
  while (code.size() < kUserCodeLength) {
    for (const char random : core::random_bytes(2 * kUserCodeLength)) {
      const auto byte = static_cast<unsigned char>(random);
      if (byte < 240 && code.size() < kUserCodeLength) code += kLetters[byte % kLetters.size()];
    }
  }
  return code;
}

std::optional<std::string> normal_user_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (!kLetters.contains(upper) || code.size() == kUserCodeLength) return std::nullopt;
    code += upper;
  }
  if (code.size() != kUserCodeLength) return std::nullopt;
  return code;
}

std::string shown_user_code(std::string_view normal) {
  return fmt::format("{}-{}", normal.substr(0, kUserCodeLength / 2), normal.substr(kUserCodeLength / 2));
}

}  // namespace gatehouse::auth_server
