#include "auth_server/keys/key_rows.hpp"

#include "core/ids.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Blob;
using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

constexpr std::string_view kService = "auth-server";
constexpr std::string_view kPrivatePem = "private_pem";
constexpr std::string_view kMaster = "master";

crypto::RecordName record_of(std::string table, const std::string& realm, std::string_view key) {
  return {std::string(kService), std::move(table), fmt::format("{}/{}", realm, key)};
}

Result<KeyRow> row_of(const Row& row) {
  const auto algorithm = crypto::algorithm_from_name(row.text(1));
  if (!algorithm) return fail(ErrorKind::internal, "bad_key_row", row.text(1));
  return KeyRow{row.text(0), *algorithm, row.time(2), row.text(3), row.text(4)};
}

}  // namespace

Result<KeyRow> seal_key(const crypto::Envelope& envelope, const std::string& realm,
                        const crypto::SigningKey& key, core::SystemTime signs_from) {
  const auto created = envelope.create(record_of("signing_key", realm, key.kid()));
  if (!created) return fail(created);
  const auto& [record_key, wrapped] = *created;
  auto sealed = record_key.seal(kPrivatePem, key.to_private_pem().reveal());
  if (!sealed) return fail(sealed);
  return KeyRow{key.kid(), key.algorithm(), signs_from, wrapped, *std::move(sealed)};
}

Result<TimedKey> unseal_key(const crypto::Envelope& envelope, const std::string& realm, const KeyRow& row) {
  const auto record_key = envelope.unlock(record_of("signing_key", realm, row.kid), row.wrapped);
  if (!record_key) return fail(record_key);
  auto opened = record_key->open(kPrivatePem, row.sealed);
  if (!opened) return fail(opened);
  const Secret pem{*std::move(opened)};
  auto key = crypto::SigningKey::from_private_pem(row.algorithm, pem);
  if (!key) return fail(ErrorKind::internal, "bad_key_row", key.error().detail);
  return TimedKey{*std::move(key), row.signs_from};
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

Result<void> delete_key(Connection& connection, const std::string& realm, const std::string& kid) {
  auto deleted = connection.run("DELETE FROM signing_key WHERE realm = ? AND kid = ?", realm, kid);
  if (!deleted) return fail(deleted);
  return {};
}

Result<Secret> load_or_make_secret(Connection& connection, const crypto::Envelope& envelope,
                                   const std::string& realm, core::SystemTime now) {
  using Parts = std::pair<std::string, std::string>;
  const auto read = [](const Row& row) { return Parts{row.text(0), row.text(1)}; };
  const auto found = connection.one("SELECT wrapped, sealed FROM realm_secret WHERE realm = ? AND name = ?",
                                    read, realm, kMaster);
  if (!found) return fail(found);
  const crypto::RecordName record = record_of("realm_secret", realm, kMaster);
  if (*found) {
    const auto key = envelope.unlock(record, (*found)->first);
    if (!key) return fail(key);
    auto opened = key->open("secret", (*found)->second);
    if (!opened) return fail(opened);
    return Secret(*std::move(opened));
  }
  Secret secret{core::random_bytes(32)};
  const auto created = envelope.create(record);
  if (!created) return fail(created);
  const auto sealed = created->first.seal("secret", secret.reveal());
  if (!sealed) return fail(sealed);
  auto added = connection.run(
      "INSERT INTO realm_secret (realm, name, created_at, wrapped, sealed) VALUES (?, ?, ?, ?, ?)", realm,
      kMaster, now, Blob{created->second}, Blob{*sealed});
  if (!added) return fail(added);
  return secret;
}

}  // namespace gatehouse::auth_server
