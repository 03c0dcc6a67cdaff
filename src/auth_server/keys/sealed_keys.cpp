#include "auth_server/keys/sealed_keys.hpp"

#include "core/ids.hpp"

namespace gatehouse::auth_server {
namespace {

constexpr std::string_view kPrivatePem = "private_pem";
constexpr std::string_view kSecret = "secret";

crypto::RecordName name_in(std::string table, std::string id) {
  return {"auth-server", std::move(table), std::move(id)};
}

crypto::RecordName name_of(const std::string& realm, const std::string& kid) {
  return name_of_signing_key(fmt::format("{}/{}", realm, kid));
}

crypto::RecordName name_of_secret(const std::string& realm) {
  return name_of_realm_secret(fmt::format("{}/{}", realm, kMasterSecret));
}

}  // namespace

crypto::RecordName name_of_signing_key(const std::string& id) {
  return name_in("signing_key", id);
}

crypto::RecordName name_of_realm_secret(const std::string& id) {
  return name_in("realm_secret", id);
}

Result<KeyRow> seal_key(const crypto::Envelope& envelope, const std::string& realm,
                        const crypto::SigningKey& key, core::SystemTime signs_from) {
  const auto created = envelope.create(name_of(realm, key.kid()));
  if (!created) return fail(created);
  const auto& [record_key, wrapped] = *created;
  auto sealed = record_key.seal(kPrivatePem, key.to_private_pem().reveal());
  if (!sealed) return fail(sealed);
  return KeyRow{key.kid(), key.algorithm(), signs_from, wrapped, *std::move(sealed)};
}

Result<TimedKey> unseal_key(const crypto::Envelope& envelope, const std::string& realm, const KeyRow& row) {
  const auto record_key = envelope.unlock(name_of(realm, row.kid), row.wrapped);
  if (!record_key) return fail(record_key);
  auto opened = record_key->open(kPrivatePem, row.sealed);
  if (!opened) return fail(opened);
  const Secret pem{*std::move(opened)};
  auto key = crypto::SigningKey::from_private_pem(row.algorithm, pem);
  if (!key) return fail(ErrorKind::internal, "bad_key_row", key.error().detail);
  return TimedKey{*std::move(key), row.signs_from};
}

Result<SealedSecret> make_realm_secret(const crypto::Envelope& envelope, const std::string& realm) {
  const Secret secret{core::random_bytes(32)};
  const auto created = envelope.create(name_of_secret(realm));
  if (!created) return fail(created);
  auto sealed = created->first.seal(kSecret, secret.reveal());
  if (!sealed) return fail(sealed);
  return SealedSecret{created->second, *std::move(sealed)};
}

Result<Secret> unseal_realm_secret(const crypto::Envelope& envelope, const std::string& realm,
                                   const SealedSecret& secret) {
  const auto key = envelope.unlock(name_of_secret(realm), secret.wrapped);
  if (!key) return fail(key);
  auto opened = key->open(kSecret, secret.sealed);
  if (!opened) return fail(opened);
  return Secret(*std::move(opened));
}

}  // namespace gatehouse::auth_server
