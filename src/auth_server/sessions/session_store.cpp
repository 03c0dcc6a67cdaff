#include "auth_server/sessions/session_store.hpp"

#include "core/ids.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Blob;
using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

Session session_of(const Row& row) {
  return Session{.id = row.text(0),
                 .realm = row.text(1),
                 .person_id = row.text(2),
                 .authenticated_at = row.time(3),
                 .created_at = row.time(4),
                 .last_seen_at = row.time(5),
                 .ended_at = row.maybe_time(6)};
}

}  // namespace

std::string SessionStore::new_cookie() {
  return core::random_token(32);
}

Awaitable<Result<void>> SessionStore::open(Session session, std::string cookie) {
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

Awaitable<Result<std::optional<Session>>> SessionStore::find_by_cookie(std::string realm,
                                                                       std::string cookie) {
  auto work = [realm = std::move(realm), hash = crypto::sha256(cookie)](Connection& connection) {
    return connection.one(
        "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
        "WHERE cookie_hash = ? AND realm = ?",
        session_of, Blob{hash}, realm);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::optional<Session>>> SessionStore::find(std::string realm, std::string id) {
  auto work = [realm = std::move(realm), id = std::move(id)](Connection& connection) {
    return load(connection, realm, id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<bool>> SessionStore::renew(std::string realm, std::string id, std::string cookie,
                                            core::SystemTime now) {
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

Awaitable<Result<void>> SessionStore::touch(std::string realm, std::string id, core::SystemTime now) {
  auto work = [realm = std::move(realm), id = std::move(id), now](Connection& connection) {
    return mark_seen(connection, realm, id, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SessionStore::end(std::string realm, std::string id, core::SystemTime now) {
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

Result<std::optional<Session>> SessionStore::load(Connection& connection, const std::string& realm,
                                                  const std::string& id) {
  return connection.one(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
      "WHERE id = ? AND realm = ?",
      session_of, id, realm);
}

Result<void> SessionStore::mark_seen(Connection& connection, const std::string& realm, const std::string& id,
                                     core::SystemTime now) {
  auto seen = connection.run(
      "UPDATE session SET last_seen_at = max(last_seen_at, ?) WHERE id = ? AND realm = ? AND ended_at IS "
      "NULL",
      now, id, realm);
  if (!seen) return fail(seen);
  return {};
}

}  // namespace gatehouse::auth_server
