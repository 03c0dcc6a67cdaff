#include "auth_server/clients/client.hpp"

#include "core/secret.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

std::string digest_of_secret(std::string_view secret) {
  return crypto::sha256(secret);
}

bool has_secret(const Client& client, std::string_view presented) {
  const bool is_equal = core::constant_time_equal(digest_of_secret(presented), client.secret_digest);
  return is_equal && client.kind == ClientKind::confidential && !presented.empty();
}

}  // namespace gatehouse::auth_server
