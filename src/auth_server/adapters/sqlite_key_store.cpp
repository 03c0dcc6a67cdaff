#include "auth_server/adapters/sqlite_key_store.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Blob;
using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

Result<KeyRow> row_of(const Row& row) {
  const auto algorithm = crypto::algorithm_from_name(row.text(1));
  if (!algorithm) return fail(ErrorKind::internal, "bad_key_row", row.text(1));
  return KeyRow{row.text(0), *algorithm, row.time(2), row.text(3), row.text(4)};
}

Result<std::vector<KeyRow>> load_keys(Connection& connection, const std::string& realm) {
  return connection.all(
      "SELECT kid, algorithm, signs_from, wrapped, sealed FROM signing_key WHERE realm = ? "
      "ORDER BY algorithm, signs_from LIMIT 64",
      row_of, realm);
}

Result<void> insert_key(Connection& connection, const std::string& realm, const KeyRow& key,
                        core::SystemTime now) {
  auto added = connection.run(
      "INSERT INTO signing_key (realm, kid, algorithm, signs_from, created_at, wrapped, sealed) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)",
      realm, key.kid, crypto::name_of(key.algorithm), key.signs_from, now, Blob{key.wrapped},
      Blob{key.sealed});
  if (!added) return fail(added);
  return {};
}

Result<std::vector<KeyRow>> change_keys(Connection& connection, const std::string& realm,
                                        const DecideKeys& decide, core::SystemTime now) {
  const auto rows = load_keys(connection, realm);
  if (!rows) return rows;
  const KeyChange change = decide(*rows);
  if (change.add) {
    if (auto inserted = insert_key(connection, realm, *change.add, now); !inserted) return fail(inserted);
  }
  for (const std::string& kid : change.drop) {
    auto deleted = connection.run("DELETE FROM signing_key WHERE realm = ? AND kid = ?", realm, kid);
    if (!deleted) return fail(deleted);
  }
  return load_keys(connection, realm);
}

Result<std::optional<SealedSecret>> load_secret(Connection& connection, const std::string& realm) {
  const auto read = [](const Row& row) { return SealedSecret{row.text(0), row.text(1)}; };
  return connection.one("SELECT wrapped, sealed FROM realm_secret WHERE realm = ? AND name = ?", read, realm,
                        kMasterSecret);
}

Result<SealedSecret> insert_secret(Connection& connection, const std::string& realm,
                                   const SealedSecret& fresh, core::SystemTime now) {
  auto known = load_secret(connection, realm);
  if (!known) return fail(known);
  if (*known) return **std::move(known);
  auto added = connection.run(
      "INSERT INTO realm_secret (realm, name, created_at, wrapped, sealed) VALUES (?, ?, ?, ?, ?)", realm,
      kMasterSecret, now, Blob{fresh.wrapped}, Blob{fresh.sealed});
  if (!added) return fail(added);
  return fresh;
}

}  // namespace

Awaitable<Result<std::vector<KeyRow>>> SqliteKeyStore::load(std::string realm) {
  auto work = [realm = std::move(realm)](Connection& connection) { return load_keys(connection, realm); };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::vector<KeyRow>>> SqliteKeyStore::change(std::string realm, DecideKeys decide,
                                                              core::SystemTime now) {
  auto work = [realm = std::move(realm), decide = std::move(decide), now](Connection& connection) {
    return change_keys(connection, realm, decide, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<SealedSecret>>> SqliteKeyStore::find_secret(std::string realm) {
  auto work = [realm = std::move(realm)](Connection& connection) { return load_secret(connection, realm); };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<SealedSecret>> SqliteKeyStore::keep_secret(std::string realm, SealedSecret fresh,
                                                            core::SystemTime now) {
  auto work = [realm = std::move(realm), fresh = std::move(fresh), now](Connection& connection) {
    return insert_secret(connection, realm, fresh, now);
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::auth_server
