// The keys of one realm, unsealed, at one moment: immutable, replaced as a whole when a key is made or
// dropped.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth_server/keys/key_schedule.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "crypto/jose.hpp"

namespace gatehouse::auth_server {

// The algorithms that every realm has keys for.
inline constexpr crypto::Algorithm kSigningAlgorithms[] = {crypto::Algorithm::es256,
                                                           crypto::Algorithm::rs256};

struct TimedKey {
  crypto::SigningKey key;
  core::SystemTime signs_from{};
};

class RealmKeys {
 public:
  // `secret` is the realm's symmetric master secret: 32 random bytes.
  RealmKeys(std::vector<TimedKey> keys, Secret secret);

  // internal `no_signing_key` only before the first key was made.
  [[nodiscard]] Result<crypto::SigningKey> signing_key(crypto::Algorithm, core::SystemTime now) const;
  // Every key that may have signed a token still in use.
  [[nodiscard]] const crypto::KeySet& verify_keys() const { return verify_keys_; }
  [[nodiscard]] const std::string& jwks() const { return jwks_; }  // RFC 7517 section 5
  // A key for one purpose, derived from the realm's secret: what is made for one never fits another.
  [[nodiscard]] Secret derived(std::string_view purpose) const;

 private:
  std::vector<TimedKey> keys_;
  Secret secret_;
  crypto::KeySet verify_keys_;
  std::string jwks_;
};

}  // namespace gatehouse::auth_server
