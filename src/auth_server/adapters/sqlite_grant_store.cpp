#include "auth_server/adapters/sqlite_grant_store.hpp"

#include "auth_server/adapters/sqlite_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = sqlite_rows;
using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

Result<void> keep_redeemed(Connection& connection, const CodeName& name, const AuthorizationCode& code,
                           const RedeemOutcome& outcome, core::SystemTime now) {
  if (outcome.verdict == CodeVerdict::reused)
    return rows::revoke_family(connection, name.realm, code.family_id, now);
  if (!spends(outcome.verdict)) return {};
  auto spent = rows::spend_code(connection, name, outcome.family ? outcome.family->id : std::string(), now);
  if (!spent || !outcome.family) return spent;
  if (auto added = rows::insert_family(connection, *outcome.family); !added) return added;
  return rows::mark_seen(connection, name.realm, code.session_id, now);
}

Result<RedeemOutcome> redeem_row(Connection& connection, const CodeName& name, const Redemption& redemption,
                                 const Lifetimes& lifetimes, core::SystemTime now) {
  const auto code = rows::find_code(connection, name);
  if (!code) return fail(code);
  if (!*code) return refuse(ErrorKind::unauthenticated, "unknown_code");
  const auto session = rows::find_session(connection, name.realm, (*code)->session_id);
  if (!session) return fail(session);
  RedeemOutcome outcome = redeem(**code, *session, redemption, lifetimes, now);
  if (auto kept = keep_redeemed(connection, name, **code, outcome, now); !kept) return fail(kept);
  return outcome;
}

Result<std::optional<Session>> session_of(Connection& connection, const std::string& realm,
                                          const std::optional<RefreshFamily>& family) {
  if (!family) return std::nullopt;
  return rows::find_session(connection, realm, family->session_id);
}

Result<RotateOutcome> rotate_row(Connection& connection, const std::string& realm,
                                 const std::string& family_id, std::uint32_t generation,
                                 const Lifetimes& lifetimes, core::SystemTime now) {
  const auto family = rows::find_family(connection, realm, family_id);
  if (!family) return fail(family);
  const auto session = session_of(connection, realm, *family);
  if (!session) return fail(session);
  RotateOutcome outcome = rotate(*family, *session, generation, lifetimes, now);
  if (!outcome.family) return outcome;
  if (auto saved = rows::save_family(connection, *outcome.family); !saved) return fail(saved);
  if (!keeps_alive(outcome.rotation)) return outcome;
  if (auto seen = rows::mark_seen(connection, realm, outcome.session->id, now); !seen) return fail(seen);
  return outcome;
}

Result<TokenStanding> standing_of(Connection& connection, const std::string& realm, const std::string& jti,
                                  const std::string& family_id, const std::string& session_id) {
  TokenStanding standing;
  const auto is_there = [](const Row&) { return true; };
  auto revoked =
      connection.one("SELECT 1 FROM revoked_token WHERE realm = ? AND jti = ?", is_there, realm, jti);
  if (!revoked) return fail(revoked);
  standing.is_revoked = revoked->has_value();
  if (!family_id.empty()) {
    auto family = rows::find_family(connection, realm, family_id);
    if (!family) return fail(family);
    if (!*family || (*family)->revoked_at) standing.is_revoked = true;
  }
  if (!session_id.empty()) {
    auto session = rows::find_session(connection, realm, session_id);
    if (!session) return fail(session);
    standing.session = std::move(*session);
  }
  return standing;
}

}  // namespace

Awaitable<Result<void>> SqliteGrantStore::put_code(std::string code, AuthorizationCode record, Deadline) {
  auto work = [name = CodeName{record.realm, crypto::sha256(code)}, record = std::move(record)](
                  Connection& connection) { return rows::insert_code(connection, name, record); };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<AuthorizationCode>>> SqliteGrantStore::peek_code(std::string realm,
                                                                                std::string code, Deadline) {
  auto work = [name = CodeName{std::move(realm), crypto::sha256(code)}](Connection& connection) {
    return rows::find_code(connection, name);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<RedeemOutcome>> SqliteGrantStore::redeem_code(std::string realm, std::string code,
                                                               Redemption redemption, Lifetimes lifetimes,
                                                               core::SystemTime now, Deadline) {
  auto work = [name = CodeName{std::move(realm), crypto::sha256(code)}, redemption = std::move(redemption),
               lifetimes, now](Connection& connection) {
    return redeem_row(connection, name, redemption, lifetimes, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<RefreshFamily>>> SqliteGrantStore::find_family(std::string realm,
                                                                              std::string id, Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id)](Connection& connection) {
    return rows::find_family(connection, realm, id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<RotateOutcome>> SqliteGrantStore::rotate(std::string realm, std::string family_id,
                                                          std::uint32_t generation, Lifetimes lifetimes,
                                                          core::SystemTime now, Deadline) {
  auto work = [realm = std::move(realm), family_id = std::move(family_id), generation, lifetimes,
               now](Connection& connection) {
    return rotate_row(connection, realm, family_id, generation, lifetimes, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqliteGrantStore::revoke_family(std::string realm, std::string id,
                                                        core::SystemTime now, Deadline) {
  auto work = [realm = std::move(realm), id = std::move(id), now](Connection& connection) {
    return rows::revoke_family(connection, realm, id, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqliteGrantStore::revoke_token(std::string realm, std::string jti,
                                                       core::SystemTime expires_at, Deadline) {
  auto work = [realm = std::move(realm), jti = std::move(jti),
               expires_at](Connection& connection) -> Result<void> {
    auto added = connection.run(
        "INSERT INTO revoked_token (realm, jti, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", realm,
        jti, expires_at);
    if (!added) return fail(added);
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<TokenStanding>> SqliteGrantStore::standing(std::string realm, std::string jti,
                                                            std::string family_id, std::string session_id,
                                                            Deadline) {
  auto work = [realm = std::move(realm), jti = std::move(jti), family_id = std::move(family_id),
               session_id = std::move(session_id)](Connection& connection) {
    return standing_of(connection, realm, jti, family_id, session_id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::int64_t>> SqliteGrantStore::sweep(std::chrono::seconds keep, core::SystemTime now) {
  auto work = [before = now - keep](Connection& connection) -> Result<std::int64_t> {
    std::int64_t deleted = 0;
    for (const std::string_view sql :
         {"DELETE FROM single_use WHERE expires_at < ?", "DELETE FROM revoked_token WHERE expires_at < ?",
          "DELETE FROM refresh_family WHERE created_at < ?", "DELETE FROM session WHERE created_at < ?"}) {
      auto changed = connection.run(sql, core::SystemTime(before));
      if (!changed) return fail(changed);
      deleted += *changed;
    }
    return deleted;
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::auth_server
