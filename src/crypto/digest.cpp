// SHA-256 and HMAC over OpenSSL.
#include "crypto/digest.hpp"

#include <cstdlib>
#include <memory>

#include <openssl/evp.h>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

std::string sha256(std::string_view bytes) {
  // One context per thread, begun again each time: a quarter of a microsecond less than a fresh one.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     EVP_MD_CTX_free);
  thread_local const EVP_MD* algorithm = nullptr;  // null: not begun on this thread
  const EVP_MD* const wanted = algorithm == nullptr ? openssl::fetched(openssl::Hash::sha256) : nullptr;
  std::string digest(32, '\0');
  const bool is_done = EVP_DigestInit_ex2(context.get(), wanted, nullptr) == 1 &&
                       EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                       EVP_DigestFinal_ex(context.get(), openssl::bytes_of(digest), nullptr) == 1;
  if (!is_done) std::abort();
  if (wanted != nullptr) algorithm = wanted;
  return digest;
}

std::string hmac_sha256(std::string_view key, std::string_view message) {
  return openssl::hmac(openssl::Hash::sha256, key, message);
}

}  // namespace gatehouse::crypto
