#include "auth_server/adapters/sqlite_session_store.hpp"

#include "auth_server/adapters/sqlite_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = sqlite_rows;
using storage::sqlite::Blob;
using storage::sqlite::Connection;

Awaitable<Result<void>> SqliteSessionStore::open(Session session, std::string cookie, Deadline) {
  auto work = [session = std::move(session),
               hash = crypto::sha256(cookie)](Connection& connection) -> Result<void> {
    auto added = connection.run(
        "INSERT INTO session (id, realm, cookie_hash, person_id, authenticated_at, created_at, last_seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        session.id, session.realm, Blob{hash}, session.person_id, session.authenticated_at,
        session.created_at, session.last_seen_at);
    if (!added) return fail(added);
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<Session>>> SqliteSessionStore::find_by_cookie(std::string realm,
                                                                             std::string cookie, Deadline) {
  auto work = [realm = std::move(realm), hash = crypto::sha256(cookie)](Connection& connection) {
    return rows::find_session_by_cookie(connection, realm, hash);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::optional<Session>>> SqliteSessionStore::find(std::string realm, std::string id,
                                                                   Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id)](Connection& connection) {
    return rows::find_session(connection, realm, id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<bool>> SqliteSessionStore::renew(std::string realm, std::string id, std::string cookie,
                                                  core::SystemTime now, Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id), hash = crypto::sha256(cookie),
               now](Connection& connection) -> Result<bool> {
    auto changed = connection.run(
        "UPDATE session SET cookie_hash = ?, authenticated_at = ?, last_seen_at = ? "
        "WHERE id = ? AND realm = ? AND ended_at IS NULL",
        Blob{hash}, now, now, id, realm);
    if (!changed) return fail(changed);
    return *changed == 1;
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqliteSessionStore::touch(std::string realm, std::string id, core::SystemTime now,
                                                  Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id), now](Connection& connection) {
    return rows::mark_seen(connection, realm, id, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqliteSessionStore::end(std::string realm, std::string id, core::SystemTime now,
                                                Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id), now](Connection& connection) -> Result<void> {
    auto ended = connection.run(
        "UPDATE session SET ended_at = ? WHERE id = ? AND realm = ? AND ended_at IS NULL", now, id, realm);
    if (!ended) return fail(ended);
    auto revoked = connection.run(
        "UPDATE refresh_family SET revoked_at = ? WHERE session_id = ? AND realm = ? AND revoked_at IS NULL",
        now, id, realm);
    if (!revoked) return fail(revoked);
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::vector<OpenSession>>> SqliteSessionStore::open_of(std::string realm,
                                                                        std::string person_id, Deadline) {
  auto work = [realm = std::move(realm), person_id = std::move(person_id)](Connection& connection) {
    return rows::open_sessions(connection, realm, person_id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::vector<std::string>>> SqliteSessionStore::ended_since(std::string realm,
                                                                            core::SystemTime since,
                                                                            Deadline) {
  auto work = [realm = std::move(realm), since](Connection& connection) {
    const auto id_of = [](const storage::sqlite::Row& row) { return row.text(0); };
    return connection.all("SELECT id FROM session WHERE ended_at >= ? AND realm = ?", id_of, since, realm);
  };
  co_return co_await database_.read(std::move(work));
}

}  // namespace gatehouse::auth_server
