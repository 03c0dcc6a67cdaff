// A device that waits for somebody to let it in from a browser, and the rule of its polling (RFC 8628
// sections 3.4 and 3.5). Pure; DeviceStore applies it in one transaction, so a decision is taken once and
// tokens are given once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth_server/sessions/refresh_family.hpp"
#include "auth_server/sessions/session.hpp"

namespace gatehouse::auth_server {

enum class DeviceDecision { pending, approved, denied };

struct DeviceGrant {
  std::string realm;
  std::string client_id;
  std::string scope;
  std::string secret_hash;  // SHA-256 of what only the device knows
  core::SystemTime expires_at{};
  std::chrono::seconds interval{5};  // the least time between two polls
  std::optional<core::SystemTime> polled_at;
  DeviceDecision decision = DeviceDecision::pending;
  std::string session_id;  // of the browser that approved: the tokens end with it
  std::string person_id;
  core::SystemTime authenticated_at{};
  std::optional<core::SystemTime> spent_at;
};

// What a person answers in the browser.
struct DeviceAnswer {
  DeviceDecision decision = DeviceDecision::denied;
  Session session;
};

struct DevicePoll {
  std::string client_id;
  std::string secret;
};

enum class DeviceVerdict {
  pending,
  slow_down,  // and wait five seconds longer from now on
  grant,
  denied,
  expired,
  unknown,  // no such device, another client's, or its tokens were given already
};

struct DeviceOutcome {
  DeviceVerdict verdict = DeviceVerdict::unknown;
  std::optional<DeviceGrant> changed;   // to be saved
  std::optional<RefreshFamily> family;  // if granted: the new family, generation 1
  std::optional<Session> session;       // if granted: seen now
};

// Whether it presents what it was given, in constant time.
[[nodiscard]] bool belongs_to(const DeviceGrant&, const DevicePoll&);
// Nothing once it is over: it expired or was answered before.
[[nodiscard]] std::optional<DeviceGrant> answered(DeviceGrant, const DeviceAnswer&, core::SystemTime now);
// `session`: the one that approved, if it is still there.
[[nodiscard]] DeviceOutcome poll(const DeviceGrant&, const std::optional<Session>& session, const DevicePoll&,
                                 const Lifetimes&, core::SystemTime now);

// The code that a person types: eight consonants in two groups, so that it spells nothing and has no letter
// that looks like another (RFC 8628 section 6.1); 20^8 of them.
[[nodiscard]] std::string fresh_user_code();
// As it is kept: upper case, without hyphens and spaces. Nothing if it can be none.
[[nodiscard]] std::optional<std::string> normal_user_code(std::string_view typed);
[[nodiscard]] std::string shown_user_code(std::string_view normal);  // "WDJB-MJHT"

}  // namespace gatehouse::auth_server
