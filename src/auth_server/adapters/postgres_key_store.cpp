#include "auth_server/adapters/postgres_key_store.hpp"

namespace gatehouse::auth_server {

using storage::postgres::Batch;
using storage::postgres::Bytes;
using storage::postgres::Repeatable;
using storage::postgres::Rows;
using storage::postgres::Transaction;

namespace {

void add_keys_query(Batch& batch, const std::string& realm) {
  batch.add(
      "SELECT kid, algorithm, signs_from, wrapped, sealed FROM signing_key WHERE realm = $1 "
      "ORDER BY algorithm, signs_from LIMIT 64",
      realm);
}

Result<std::vector<KeyRow>> keys_in(const Rows& rows) {
  std::vector<KeyRow> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto algorithm = crypto::algorithm_from_name(rows.view(row, 1));
    if (!algorithm) return fail(ErrorKind::internal, "bad_key_row", rows.text(row, 1));
    keys.push_back(
        {rows.text(row, 0), *algorithm, rows.time(row, 2), rows.bytes(row, 3), rows.bytes(row, 4)});
  }
  return keys;
}

void add_change(Batch& batch, const std::string& realm, const KeyChange& change, core::SystemTime now) {
  if (change.add) {
    const KeyRow& key = *change.add;
    batch.add(
        "INSERT INTO signing_key (realm, kid, algorithm, signs_from, created_at, wrapped, sealed) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        realm, key.kid, crypto::name_of(key.algorithm), key.signs_from, now, Bytes{key.wrapped},
        Bytes{key.sealed});
  }
  for (const std::string& kid : change.drop)
    batch.add("DELETE FROM signing_key WHERE realm = $1 AND kid = $2", realm, kid);
}

// The lock keeps out whoever writes the table, not those who read it. Keys change a few times a year.
Awaitable<Result<std::vector<KeyRow>>> change_now(Transaction& transaction, const std::string& realm,
                                                  const DecideKeys& decide, core::SystemTime now) {
  Batch lock;
  lock.add("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE");
  add_keys_query(lock, realm);
  const auto found = co_await transaction.run(std::move(lock));
  if (!found) co_return fail(found);
  const auto known = keys_in(found->at(1));
  if (!known) co_return known;
  Batch batch;
  add_change(batch, realm, decide(*known), now);
  add_keys_query(batch, realm);
  const auto changed = co_await transaction.run(std::move(batch));
  if (!changed) co_return fail(changed);
  co_return keys_in(changed->back());
}

void add_secret_query(Batch& batch, const std::string& realm) {
  batch.add("SELECT wrapped, sealed FROM realm_secret WHERE realm = $1 AND name = $2", realm, kMasterSecret);
}

SealedSecret secret_in(const Rows& rows) {
  return {rows.bytes(0, 0), rows.bytes(0, 1)};
}

}  // namespace

Awaitable<Result<std::vector<KeyRow>>> PostgresKeyStore::load(std::string realm) {
  Batch batch;
  add_keys_query(batch, realm);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!found) co_return fail(found);
  co_return keys_in(found->front());
}

Awaitable<Result<std::vector<KeyRow>>> PostgresKeyStore::change(std::string realm, DecideKeys decide,
                                                                core::SystemTime now) {
  const auto work = [&](Transaction& transaction) { return change_now(transaction, realm, decide, now); };
  co_return co_await database_.transaction(work);
}

Awaitable<Result<std::optional<SealedSecret>>> PostgresKeyStore::find_secret(std::string realm) {
  Batch batch;
  add_secret_query(batch, realm);
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!found) co_return fail(found);
  if (found->front().empty()) co_return std::nullopt;
  co_return secret_in(found->front());
}

Awaitable<Result<SealedSecret>> PostgresKeyStore::keep_secret(std::string realm, SealedSecret fresh,
                                                              core::SystemTime now) {
  Batch batch;
  batch.add(
      "INSERT INTO realm_secret (realm, name, created_at, wrapped, sealed) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT DO NOTHING",
      realm, kMasterSecret, now, Bytes{fresh.wrapped}, Bytes{fresh.sealed});
  add_secret_query(batch, realm);
  const auto kept = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!kept) co_return fail(kept);
  co_return secret_in(kept->back());
}

}  // namespace gatehouse::auth_server
