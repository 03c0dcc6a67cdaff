#include "crypto/running_digest.hpp"

#include <cstdlib>

#include <openssl/evp.h>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

struct RunningDigest::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

// As everywhere in crypto/digest: there is no safe way on without a digest.
RunningDigest::RunningDigest() : state_(std::make_unique<State>()) {
  if (EVP_DigestInit_ex2(state_->context.get(), openssl::fetched(openssl::Hash::sha256), nullptr) != 1)
    std::abort();
}
RunningDigest::~RunningDigest() = default;

void RunningDigest::update(std::string_view bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

std::string RunningDigest::finish() {
  std::string digest(32, '\0');
  if (EVP_DigestFinal_ex(state_->context.get(), openssl::bytes_of(digest), nullptr) != 1) std::abort();
  return digest;
}

}  // namespace gatehouse::crypto
