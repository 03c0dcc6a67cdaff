// A single sign-on session: one login of one person in one browser. The rules are pure; see SessionStore for
// where it is kept.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/lifetimes.hpp"
#include "core/clock.hpp"

namespace gatehouse::auth_server {

struct Session {
  std::string id;  // `sid` in tokens: names the session, opens nothing
  std::string realm;
  std::string person_id;
  core::SystemTime authenticated_at{};  // when the password was last checked: `auth_time`
  core::SystemTime created_at{};
  core::SystemTime last_seen_at{};
  std::optional<core::SystemTime> ended_at;
};

// The first moment at which the session is over if nothing else happens: idle or at its greatest age.
[[nodiscard]] core::SystemTime expires_at(const Session&, const Lifetimes&);
[[nodiscard]] bool is_live(const Session&, const Lifetimes&, core::SystemTime now);
// A row is not written for every glance: only once a minute, or a thirtieth of the idle time if that is
// shorter.
[[nodiscard]] bool needs_touch(const Session&, const Lifetimes&, core::SystemTime now);

// As it is after a glance at `now`; never back in time.
[[nodiscard]] Session seen(Session, core::SystemTime now);

}  // namespace gatehouse::auth_server
