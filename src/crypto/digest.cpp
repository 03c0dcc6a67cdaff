// SHA-256 and HMAC over OpenSSL.
#include "crypto/digest.hpp"

#include <cstdlib>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  const EVP_MD* algorithm = openssl::fetched(openssl::Hash::sha256);
  if (EVP_Digest(bytes.data(), bytes.size(), openssl::bytes_of(digest), nullptr, algorithm, nullptr) != 1) {
    std::abort();
  }
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return openssl::hmac(openssl::Hash::sha256, key, message);
}

}  // namespace gatehouse::crypto
