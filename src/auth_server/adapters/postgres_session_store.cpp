#include "auth_server/adapters/postgres_session_store.hpp"

#include "auth_server/adapters/postgres_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = postgres_rows;
using storage::postgres::Batch;
using storage::postgres::Bytes;
using storage::postgres::Repeatable;

namespace {

Result<void> outcome_of(const Result<std::vector<rows::Rows>>& done) {
  if (!done) return fail(done);
  return {};
}

}  // namespace

Awaitable<Result<void>> PostgresSessionStore::open(Session session, std::string cookie, Deadline deadline) {
  const std::string hash = crypto::sha256(cookie);
  Batch batch;
  batch.add(
      "INSERT INTO session (id, realm, cookie_hash, person_id, authenticated_at, created_at, last_seen_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
      session.id, session.realm, Bytes{hash}, session.person_id, session.authenticated_at, session.created_at,
      session.last_seen_at);
  co_return outcome_of(co_await database_.run(std::move(batch), Repeatable::yes, deadline));
}

Awaitable<Result<std::optional<Session>>> PostgresSessionStore::find_by_cookie(std::string realm,
                                                                               std::string cookie,
                                                                               Deadline deadline) {
  const std::string hash = crypto::sha256(cookie);
  Batch batch;
  batch.add(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at FROM session "
      "WHERE cookie_hash = $1 AND realm = $2",
      Bytes{hash}, realm);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return rows::read_session(found->front());
}

Awaitable<Result<std::optional<Session>>> PostgresSessionStore::find(std::string realm, std::string id,
                                                                     Deadline deadline) {
  Batch batch;
  rows::add_session_query(batch, realm, id);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return rows::read_session(found->front());
}

Awaitable<Result<bool>> PostgresSessionStore::renew(std::string realm, std::string id, std::string cookie,
                                                    core::SystemTime now, Deadline deadline) {
  const std::string hash = crypto::sha256(cookie);
  Batch batch;
  batch.add(
      "UPDATE session SET cookie_hash = $3, authenticated_at = $4, last_seen_at = $4 "
      "WHERE realm = $1 AND id = $2 AND ended_at IS NULL",
      realm, id, Bytes{hash}, now);
  const auto changed = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!changed) co_return fail(changed);
  co_return changed->front().affected() == 1;
}

Awaitable<Result<void>> PostgresSessionStore::touch(std::string realm, std::string id, core::SystemTime now,
                                                    Deadline deadline) {
  Batch batch;
  rows::add_seen(batch, realm, id, now);
  co_return outcome_of(co_await database_.run(std::move(batch), Repeatable::yes, deadline));
}

// The second statement sees the family of a code that was redeemed while the first one waited.
Awaitable<Result<void>> PostgresSessionStore::end(std::string realm, std::string id, core::SystemTime now,
                                                  Deadline deadline) {
  Batch batch;
  batch.add("UPDATE session SET ended_at = $3 WHERE realm = $1 AND id = $2 AND ended_at IS NULL", realm, id,
            now);
  batch.add(
      "UPDATE refresh_family SET revoked_at = $3 WHERE realm = $1 AND session_id = $2 AND revoked_at IS NULL",
      realm, id, now);
  co_return outcome_of(co_await database_.run(std::move(batch), Repeatable::yes, deadline));
}

Awaitable<Result<std::vector<OpenSession>>> PostgresSessionStore::open_of(std::string realm,
                                                                          std::string person_id,
                                                                          Deadline deadline) {
  Batch batch;
  batch.add(
      "SELECT id, realm, person_id, authenticated_at, created_at, last_seen_at, ended_at, "
      "(SELECT string_agg(DISTINCT client_id, chr(31) ORDER BY client_id) FROM refresh_family AS family "
      " WHERE family.session_id = session.id AND family.realm = session.realm AND family.revoked_at IS NULL) "
      "FROM session WHERE person_id = $2 AND realm = $1 AND ended_at IS NULL "
      "ORDER BY created_at DESC, id LIMIT $3",
      realm, person_id, static_cast<std::int64_t>(kOpenSessionsMax));
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return rows::read_open_sessions(found->front());
}

Awaitable<Result<std::vector<std::string>>> PostgresSessionStore::ended_since(std::string realm,
                                                                              core::SystemTime since,
                                                                              Deadline deadline) {
  Batch batch;
  batch.add("SELECT id FROM session WHERE ended_at >= $2 AND realm = $1", realm, since);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  std::vector<std::string> ids;
  for (std::size_t row = 0; row < found->front().size(); ++row) ids.push_back(found->front().text(row, 0));
  co_return ids;
}

}  // namespace gatehouse::auth_server
