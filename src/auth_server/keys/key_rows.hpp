// Signing keys and realm secrets as rows: private parts sealed by crypto/envelope, bound to their realm and
// kid. Synchronous: runs in the transactions of Keys.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auth_server/keys/realm_keys.hpp"
#include "core/result.hpp"
#include "crypto/envelope.hpp"
#include "storage/sqlite.hpp"

namespace gatehouse::auth_server {

struct KeyRow {
  std::string kid;
  crypto::Algorithm algorithm = crypto::Algorithm::es256;
  core::SystemTime signs_from{};
  std::string wrapped;
  std::string sealed;
};

[[nodiscard]] Result<KeyRow> seal_key(const crypto::Envelope&, const std::string& realm,
                                      const crypto::SigningKey&, core::SystemTime signs_from);
[[nodiscard]] Result<TimedKey> unseal_key(const crypto::Envelope&, const std::string& realm, const KeyRow&);

[[nodiscard]] Result<std::vector<KeyRow>> load_keys(storage::sqlite::Connection&, const std::string& realm);
[[nodiscard]] Result<void> insert_key(storage::sqlite::Connection&, const std::string& realm, const KeyRow&,
                                      core::SystemTime now);
[[nodiscard]] Result<void> delete_key(storage::sqlite::Connection&, const std::string& realm,
                                      const std::string& kid);

// The realm's secret; made by whoever asks first.
[[nodiscard]] Result<Secret> load_or_make_secret(storage::sqlite::Connection&, const crypto::Envelope&,
                                                 const std::string& realm, core::SystemTime now);

}  // namespace gatehouse::auth_server
