// See postgres_grant_store.hpp. The transactions are free functions, which may run more than once: they
// change nothing but the database.
#include "auth_server/adapters/postgres_grant_store.hpp"

#include "auth_server/adapters/code_row.hpp"
#include "auth_server/adapters/postgres_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = postgres_rows;
using storage::postgres::Batch;
using storage::postgres::Bytes;
using storage::postgres::Repeatable;
using storage::postgres::Transaction;

namespace {

constexpr std::int64_t kSweptAtOnce = 1'000;

// What another instance sweeps at this moment is passed over.
constexpr std::string_view kSweeps[] = {
    "DELETE FROM single_use WHERE (realm, type, key_hash) IN (SELECT realm, type, key_hash FROM single_use "
    "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    "DELETE FROM revoked_token WHERE (realm, jti) IN (SELECT realm, jti FROM revoked_token "
    "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    "DELETE FROM refresh_family WHERE id IN (SELECT id FROM refresh_family "
    "WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    "DELETE FROM session WHERE id IN (SELECT id FROM session "
    "WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
};

struct RedeemRequest {
  CodeName name;
  Redemption redemption;
  Lifetimes lifetimes;
  core::SystemTime now;
};

Batch kept_redeemed(const RedeemRequest& request, const AuthorizationCode& code,
                    const RedeemOutcome& outcome) {
  Batch batch;
  const std::string& realm = request.name.realm;
  if (outcome.verdict == CodeVerdict::reused) rows::add_family_end(batch, realm, code.family_id, request.now);
  if (spends(outcome.verdict))
    rows::add_spent(batch, request.name, outcome.family ? outcome.family->id : std::string(), request.now);
  if (outcome.family) {
    rows::add_new_family(batch, *outcome.family);
    rows::add_seen(batch, realm, code.session_id, request.now);
  }
  return batch;
}

Awaitable<Result<RedeemOutcome>> redeem_now(Transaction& transaction, const RedeemRequest& request) {
  Batch lock_code;
  rows::add_locked_code(lock_code, request.name);
  const auto found = co_await transaction.run(std::move(lock_code));
  if (!found) co_return fail(found);
  const auto code = rows::read_code(found->front());
  if (!code) co_return fail(code);
  if (!*code) co_return refuse(ErrorKind::unauthenticated, "unknown_code");
  Batch lock_session;
  rows::add_locked_session(lock_session, request.name.realm, (*code)->session_id);
  const auto locked = co_await transaction.run(std::move(lock_session));
  if (!locked) co_return fail(locked);
  const auto session = rows::read_session(locked->front());
  RedeemOutcome outcome = redeem(**code, session, request.redemption, request.lifetimes, request.now);
  Batch batch = kept_redeemed(request, **code, outcome);
  if (batch.empty()) co_return outcome;
  const auto kept = co_await transaction.run(std::move(batch));
  if (!kept) co_return fail(kept);
  co_return outcome;
}

struct RotateRequest {
  std::string realm;
  std::string family_id;
  std::uint32_t generation;
  Lifetimes lifetimes;
  core::SystemTime now;
};

Awaitable<Result<RotateOutcome>> rotate_now(Transaction& transaction, const RotateRequest& request) {
  Batch lock;
  rows::add_locked_family(lock, request.realm, request.family_id);
  const auto found = co_await transaction.run(std::move(lock));
  if (!found) co_return fail(found);
  const auto session = rows::read_session(found->at(0));
  const auto family = rows::read_family(found->at(1));
  RotateOutcome outcome = rotate(family, session, request.generation, request.lifetimes, request.now);
  if (!outcome.family) co_return outcome;
  Batch batch;
  rows::add_family_change(batch, *outcome.family);
  if (keeps_alive(outcome.rotation)) rows::add_seen(batch, request.realm, session->id, request.now);
  const auto kept = co_await transaction.run(std::move(batch));
  if (!kept) co_return fail(kept);
  co_return outcome;
}

}  // namespace

Awaitable<Result<void>> PostgresGrantStore::write(Batch batch, Deadline deadline) {
  const auto written = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!written) co_return fail(written);
  co_return Result<void>{};
}

Awaitable<Result<void>> PostgresGrantStore::put_code(std::string code, AuthorizationCode record,
                                                     Deadline deadline) {
  const std::string hash = crypto::sha256(code);
  Batch batch;
  batch.add(
      "INSERT INTO single_use (realm, type, key_hash, content, expires_at) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT DO NOTHING",
      record.realm, kCodeType, Bytes{hash}, content_of(record), record.expires_at);
  co_return co_await write(std::move(batch), deadline);
}

Awaitable<Result<std::optional<AuthorizationCode>>> PostgresGrantStore::peek_code(std::string realm,
                                                                                  std::string code,
                                                                                  Deadline deadline) {
  Batch batch;
  rows::add_code_query(batch, {std::move(realm), crypto::sha256(code)});
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return rows::read_code(found->front());
}

Awaitable<Result<RedeemOutcome>> PostgresGrantStore::redeem_code(std::string realm, std::string code,
                                                                 Redemption redemption, Lifetimes lifetimes,
                                                                 core::SystemTime now, Deadline deadline) {
  const RedeemRequest request{
      {std::move(realm), crypto::sha256(code)}, std::move(redemption), lifetimes, now};
  const auto work = [&](Transaction& transaction) { return redeem_now(transaction, request); };
  co_return co_await database_.transaction(work, deadline);
}

Awaitable<Result<std::optional<RefreshFamily>>> PostgresGrantStore::find_family(std::string realm,
                                                                                std::string id,
                                                                                Deadline deadline) {
  Batch batch;
  rows::add_family_query(batch, realm, id);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return rows::read_family(found->front());
}

Awaitable<Result<RotateOutcome>> PostgresGrantStore::rotate(std::string realm, std::string family_id,
                                                            std::uint32_t generation, Lifetimes lifetimes,
                                                            core::SystemTime now, Deadline deadline) {
  const RotateRequest request{std::move(realm), std::move(family_id), generation, lifetimes, now};
  const auto work = [&](Transaction& transaction) { return rotate_now(transaction, request); };
  co_return co_await database_.transaction(work, deadline);
}

Awaitable<Result<void>> PostgresGrantStore::revoke_family(std::string realm, std::string id,
                                                          core::SystemTime now, Deadline deadline) {
  Batch batch;
  rows::add_family_end(batch, realm, id, now);
  co_return co_await write(std::move(batch), deadline);
}

Awaitable<Result<void>> PostgresGrantStore::revoke_token(std::string realm, std::string jti,
                                                         core::SystemTime expires_at, Deadline deadline) {
  Batch batch;
  batch.add("INSERT INTO revoked_token (realm, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            realm, jti, expires_at);
  co_return co_await write(std::move(batch), deadline);
}

Awaitable<Result<TokenStanding>> PostgresGrantStore::standing(std::string realm, std::string jti,
                                                              std::string family_id, std::string session_id,
                                                              Deadline deadline) {
  Batch batch;
  batch.add("SELECT 1 FROM revoked_token WHERE realm = $1 AND jti = $2", realm, jti);
  rows::add_family_query(batch, realm, family_id);
  rows::add_session_query(batch, realm, session_id);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  const auto family = rows::read_family(found->at(1));
  const bool is_family_over = !family_id.empty() && (!family || family->revoked_at);
  co_return TokenStanding{.is_revoked = !found->at(0).empty() || is_family_over,
                          .session = rows::read_session(found->at(2))};
}

// In portions, so that no transaction is long.
Awaitable<Result<std::int64_t>> PostgresGrantStore::sweep(std::chrono::seconds keep, core::SystemTime now) {
  std::int64_t deleted = 0;
  for (const std::string_view sql : kSweeps) {
    for (std::int64_t portion = kSweptAtOnce; portion == kSweptAtOnce; deleted += portion) {
      Batch batch;
      batch.add(sql, core::SystemTime(now - keep), kSweptAtOnce);
      const auto swept = co_await database_.run(std::move(batch), Repeatable::yes);
      if (!swept) co_return fail(swept);
      portion = swept->front().affected();
    }
  }
  co_return deleted;
}

}  // namespace gatehouse::auth_server
