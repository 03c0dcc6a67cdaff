// Signing keys and realm secrets as the store keeps them: private parts sealed by crypto/envelope, bound to
// their realm and kid.
#pragma once

#include <string>

#include "auth_server/keys/realm_keys.hpp"
#include "auth_server/ports/key_store.hpp"
#include "core/result.hpp"
#include "crypto/envelope.hpp"

namespace gatehouse::auth_server {

// The places that wrapped keys are bound to, from "<realm>/<kid>" and "<realm>/<name>": for rotation.
[[nodiscard]] crypto::RecordName name_of_signing_key(const std::string& id);
[[nodiscard]] crypto::RecordName name_of_realm_secret(const std::string& id);

[[nodiscard]] Result<KeyRow> seal_key(const crypto::Envelope&, const std::string& realm,
                                      const crypto::SigningKey&, core::SystemTime signs_from);
// internal `bad_key_row`; the envelope's errors.
[[nodiscard]] Result<TimedKey> unseal_key(const crypto::Envelope&, const std::string& realm, const KeyRow&);

// A new one: 32 random bytes.
[[nodiscard]] Result<SealedSecret> make_realm_secret(const crypto::Envelope&, const std::string& realm);
[[nodiscard]] Result<Secret> unseal_realm_secret(const crypto::Envelope&, const std::string& realm,
                                                 const SealedSecret&);

}  // namespace gatehouse::auth_server
