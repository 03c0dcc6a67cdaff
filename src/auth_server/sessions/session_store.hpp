// The rows of sessions. A browser holds 256 random bits in a cookie; the row holds their SHA-256, so that
// nobody who reads the store can be anybody. Ending a session revokes, in one transaction, every refresh
// family that came of it.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/session.hpp"
#include "core/result.hpp"
#include "storage/sqlite_async.hpp"

namespace gatehouse::auth_server {

class SessionStore {
 public:
  explicit SessionStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  // A fresh cookie value: 43 characters.
  [[nodiscard]] static std::string new_cookie();

  [[nodiscard]] Awaitable<Result<void>> open(Session session, std::string cookie);
  [[nodiscard]] Awaitable<Result<std::optional<Session>>> find_by_cookie(std::string realm,
                                                                         std::string cookie);
  [[nodiscard]] Awaitable<Result<std::optional<Session>>> find(std::string realm, std::string id);
  // The same person logged in again: a new cookie, the old one is worth nothing. False if the session is
  // gone.
  [[nodiscard]] Awaitable<Result<bool>> renew(std::string realm, std::string id, std::string cookie,
                                              core::SystemTime now);
  [[nodiscard]] Awaitable<Result<void>> touch(std::string realm, std::string id, core::SystemTime now);
  [[nodiscard]] Awaitable<Result<void>> end(std::string realm, std::string id, core::SystemTime now);

  // For transactions of other stores.
  [[nodiscard]] static Result<std::optional<Session>> load(storage::sqlite::Connection&,
                                                           const std::string& realm, const std::string& id);
  [[nodiscard]] static Result<void> mark_seen(storage::sqlite::Connection&, const std::string& realm,
                                              const std::string& id, core::SystemTime now);

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
