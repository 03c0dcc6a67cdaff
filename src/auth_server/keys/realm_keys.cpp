#include "auth_server/keys/realm_keys.hpp"

#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

RealmKeys::RealmKeys(std::vector<TimedKey> keys, Secret secret)
    : keys_(std::move(keys)), secret_(std::move(secret)) {
  std::vector<crypto::VerifyKey> public_keys;
  json::array jwks;
  for (const TimedKey& key : keys_) {
    public_keys.push_back(key.key.verify_key());
    jwks.push_back(key.key.public_jwk());
  }
  verify_keys_ = crypto::KeySet(std::move(public_keys));
  jwks_ = json::serialize(json::object{{"keys", std::move(jwks)}});
}

Result<crypto::SigningKey> RealmKeys::signing_key(crypto::Algorithm algorithm, core::SystemTime now) const {
  std::vector<KeyTimes> candidates;
  for (const TimedKey& key : keys_) {
    if (key.key.algorithm() == algorithm) candidates.push_back({key.key.kid(), key.signs_from});
  }
  const auto kid = signing_kid(candidates, now);
  for (const TimedKey& key : keys_) {
    if (kid && key.key.kid() == *kid) return key.key;
  }
  return fail(ErrorKind::internal, "no_signing_key", std::string(crypto::name_of(algorithm)));
}

Secret RealmKeys::derived(std::string_view purpose) const {
  return Secret(crypto::hmac_sha256(secret_.reveal(), purpose));
}

}  // namespace gatehouse::auth_server
