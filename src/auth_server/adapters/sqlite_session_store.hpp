// Sessions in SQLite, for the instances of one machine.
#pragma once

#include "auth_server/ports/session_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth_server {

class SqliteSessionStore final : public SessionStore {
 public:
  explicit SqliteSessionStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<void>> open(Session session, std::string cookie, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::optional<Session>>> find_by_cookie(std::string realm,
                                                                         std::string cookie,
                                                                         Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::optional<Session>>> find(std::string realm, std::string id,
                                                               Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<bool>> renew(std::string realm, std::string id, std::string cookie,
                                              core::SystemTime now, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> touch(std::string realm, std::string id, core::SystemTime now,
                                              Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<void>> end(std::string realm, std::string id, core::SystemTime now,
                                            Deadline deadline) override;

  [[nodiscard]] Awaitable<Result<std::vector<OpenSession>>> open_of(std::string realm, std::string person_id,
                                                                    Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::vector<std::string>>> ended_since(std::string realm,
                                                                        core::SystemTime since,
                                                                        Deadline deadline) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
