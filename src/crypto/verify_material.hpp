// Inside the crypto room only: what a VerifyKey holds.
#pragma once

#include <memory>
#include <string>

#include "core/secret.hpp"
#include "crypto/jwk.hpp"
#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

struct VerifyKey::Material {
  static Result<std::shared_ptr<const Material>> of_public_key(Algorithm, std::string kid, openssl::Pkey);

  Algorithm algorithm{};
  std::string kid;
  openssl::Pkey key;           // null for HMAC
  openssl::Digester prepared;  // initialised for verification; copied for each message, never used itself
  Secret secret;               // empty unless HMAC
};

}  // namespace gatehouse::crypto
