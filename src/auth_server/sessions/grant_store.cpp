#include "auth_server/sessions/grant_store.hpp"

#include "auth_server/sessions/grant_rows.hpp"
#include "auth_server/sessions/session_store.hpp"
#include "auth_server/sessions/single_use.hpp"
#include "core/ids.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

constexpr std::string_view kCode = "code";

RefreshFamily family_from(const AuthorizationCode& code, core::SystemTime now) {
  RefreshFamily family;
  family.id = core::uuid_v7(now);
  family.realm = code.realm;
  family.client_id = code.client_id;
  family.session_id = code.session_id;
  family.person_id = code.person_id;
  family.scope = code.scope;
  family.nonce = code.nonce;
  family.authenticated_at = code.authenticated_at;
  family.created_at = now;
  family.rotated_at = now;
  return family;
}

Result<RedeemOutcome> redeem(Connection& connection, const SingleUseName& name, const Redemption& redemption,
                             const Lifetimes& lifetimes, core::SystemTime now) {
  const auto found = find_single_use(connection, name);
  if (!found) return fail(found);
  if (!*found) return refuse(ErrorKind::unauthenticated, "unknown_code");
  const auto code = code_of(**found);
  if (!code) return fail(code);

  RedeemOutcome outcome;
  outcome.verdict = decide_redemption(*code, redemption, now);
  if (outcome.verdict == CodeVerdict::reused && !code->family_id.empty()) {
    if (auto revoked = revoke_family_row(connection, name.realm, code->family_id, now); !revoked)
      return fail(revoked);
  }
  if (!spends(outcome.verdict)) return outcome;

  RefreshFamily family = family_from(*code, now);
  const bool is_redeemed = outcome.verdict == CodeVerdict::redeem;
  auto spent = spend_single_use(connection, name, is_redeemed ? family.id : std::string(), now);
  if (!spent) return fail(spent);
  if (!is_redeemed) return outcome;

  auto session = SessionStore::load(connection, name.realm, code->session_id);
  if (!session) return fail(session);
  if (!*session || !is_live(**session, lifetimes, now)) {  // logged out between the login and here
    outcome.verdict = CodeVerdict::expired;
    return outcome;
  }
  if (auto added = insert_family(connection, family); !added) return fail(added);
  if (auto seen = SessionStore::mark_seen(connection, name.realm, code->session_id, now); !seen)
    return fail(seen);
  (*session)->last_seen_at = std::max((*session)->last_seen_at, now);
  outcome.session = std::move(*session);
  outcome.family = std::move(family);
  return outcome;
}

Result<RotateOutcome> rotate_row(Connection& connection, const std::string& realm,
                                 const std::string& family_id, std::uint32_t generation,
                                 const Lifetimes& lifetimes, core::SystemTime now) {
  auto found = load_family(connection, realm, family_id);
  if (!found) return fail(found);
  RotateOutcome outcome;
  if (!*found) return outcome;
  RefreshFamily family = **std::move(found);
  auto session = SessionStore::load(connection, realm, family.session_id);
  if (!session) return fail(session);
  if (!*session || !is_live(**session, lifetimes, now)) return outcome;

  outcome.rotation = decide_rotation(family, generation, lifetimes, now);
  switch (outcome.rotation) {
    case Rotation::next:
      ++family.generation;
      family.rotated_at = now;
      family.siblings = 0;
      break;
    case Rotation::sibling:
      ++family.siblings;
      break;
    case Rotation::reuse:
      family.revoked_at = now;
      break;
    case Rotation::refused:
      return outcome;
  }
  if (auto saved = save_family(connection, family); !saved) return fail(saved);
  if (outcome.rotation != Rotation::reuse) {
    if (auto seen = SessionStore::mark_seen(connection, realm, family.session_id, now); !seen)
      return fail(seen);
    (*session)->last_seen_at = std::max((*session)->last_seen_at, now);
  }
  outcome.session = std::move(*session);
  outcome.family = std::move(family);
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
    auto family = load_family(connection, realm, family_id);
    if (!family) return fail(family);
    if (!*family || (*family)->revoked_at) standing.is_revoked = true;
  }
  if (!session_id.empty()) {
    auto session = SessionStore::load(connection, realm, session_id);
    if (!session) return fail(session);
    standing.session = std::move(*session);
  }
  return standing;
}

}  // namespace

Awaitable<Result<void>> GrantStore::put_code(std::string code, AuthorizationCode record) {
  auto work = [name = SingleUseName{record.realm, kCode, std::move(code)},
               record = std::move(record)](Connection& connection) {
    return put_single_use(connection, name, content_of(record), record.expires_at);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<AuthorizationCode>>> GrantStore::peek_code(std::string realm,
                                                                          std::string code) {
  auto work = [name = SingleUseName{std::move(realm), kCode, std::move(code)}](
                  Connection& connection) -> Result<std::optional<AuthorizationCode>> {
    const auto found = find_single_use(connection, name);
    if (!found) return fail(found);
    if (!*found) return std::nullopt;
    auto record = code_of(**found);
    if (!record) return fail(record);
    return *std::move(record);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<RedeemOutcome>> GrantStore::redeem_code(std::string realm, std::string code,
                                                         Redemption redemption, Lifetimes lifetimes,
                                                         core::SystemTime now) {
  auto work = [name = SingleUseName{std::move(realm), kCode, std::move(code)},
               redemption = std::move(redemption), lifetimes,
               now](Connection& connection) { return redeem(connection, name, redemption, lifetimes, now); };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<RefreshFamily>>> GrantStore::find_family(std::string realm, std::string id) {
  auto work = [realm = std::move(realm), id = std::move(id)](Connection& connection) {
    return load_family(connection, realm, id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<RotateOutcome>> GrantStore::rotate(std::string realm, std::string family_id,
                                                    std::uint32_t generation, Lifetimes lifetimes,
                                                    core::SystemTime now) {
  auto work = [realm = std::move(realm), family_id = std::move(family_id), generation, lifetimes,
               now](Connection& connection) {
    return rotate_row(connection, realm, family_id, generation, lifetimes, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> GrantStore::revoke_family(std::string realm, std::string id, core::SystemTime now) {
  auto work = [realm = std::move(realm), id = std::move(id), now](Connection& connection) {
    return revoke_family_row(connection, realm, id, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> GrantStore::revoke_token(std::string realm, std::string jti,
                                                 core::SystemTime expires_at) {
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

Awaitable<Result<TokenStanding>> GrantStore::standing(std::string realm, std::string jti,
                                                      std::string family_id, std::string session_id) {
  auto work = [realm = std::move(realm), jti = std::move(jti), family_id = std::move(family_id),
               session_id = std::move(session_id)](Connection& connection) {
    return standing_of(connection, realm, jti, family_id, session_id);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::int64_t>> GrantStore::sweep(std::chrono::seconds keep, core::SystemTime now) {
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
