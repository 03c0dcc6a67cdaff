// What the provider needs of the store of sessions. A browser holds 256 random bits in a cookie; the store
// keeps their SHA-256, so that nobody who reads it can be anybody. Instances of the auth server share it.
//
// A store on a server gives up at the deadline: `timeout`. The embedded one does not wait.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth_server/sessions/session.hpp"
#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::auth_server {

// A session and the clients that have a refresh token of it, each once.
struct OpenSession {
  Session session;
  std::vector<std::string> client_ids;
};

class SessionStore {
 public:
  virtual ~SessionStore() = default;

  [[nodiscard]] virtual Awaitable<Result<void>> open(Session session, std::string cookie,
                                                     Deadline deadline = Deadline::never()) = 0;
  // Ended sessions are found as well: is_live() decides.
  [[nodiscard]] virtual Awaitable<Result<std::optional<Session>>> find_by_cookie(
      std::string realm, std::string cookie, Deadline deadline = Deadline::never()) = 0;
  [[nodiscard]] virtual Awaitable<Result<std::optional<Session>>> find(
      std::string realm, std::string id, Deadline deadline = Deadline::never()) = 0;
  // The same person logged in again: a new cookie, the old one is worth nothing. False if the session is
  // gone or over.
  [[nodiscard]] virtual Awaitable<Result<bool>> renew(std::string realm, std::string id, std::string cookie,
                                                      core::SystemTime now,
                                                      Deadline deadline = Deadline::never()) = 0;
  // Never moves back: instances' clocks differ.
  [[nodiscard]] virtual Awaitable<Result<void>> touch(std::string realm, std::string id, core::SystemTime now,
                                                      Deadline deadline = Deadline::never()) = 0;
  // Revokes in the same transaction every refresh family that came of the session. Of a code that is
  // redeemed at the same time either the family is revoked as well, or there is none.
  [[nodiscard]] virtual Awaitable<Result<void>> end(std::string realm, std::string id, core::SystemTime now,
                                                    Deadline deadline = Deadline::never()) = 0;
  // Those that nobody ended, the newest first, at most kOpenSessionsMax. Some may be too old: is_live()
  // decides.
  [[nodiscard]] virtual Awaitable<Result<std::vector<OpenSession>>> open_of(
      std::string realm, std::string person_id, Deadline deadline = Deadline::never()) = 0;
  // The ids of those that were ended at `since` or later.
  [[nodiscard]] virtual Awaitable<Result<std::vector<std::string>>> ended_since(
      std::string realm, core::SystemTime since, Deadline deadline = Deadline::never()) = 0;
};

inline constexpr std::size_t kOpenSessionsMax = 100;

}  // namespace gatehouse::auth_server
