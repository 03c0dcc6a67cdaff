// OpenSSL's owners, errors and algorithms for the rest of this room.
#include "crypto/openssl.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>

extern "C" int gatehouse_no_passphrase(char*, int, int, void*) {
  return -1;
}

namespace gatehouse::crypto::openssl {
namespace {

constexpr std::size_t kReadBytesMax = 1024 * 1024;

// Without its algorithms the process cannot keep any promise.
template <class T>
T* or_abort(T* fetched_algorithm) {
  if (fetched_algorithm == nullptr) {
    std::fputs("OpenSSL lacks an algorithm that Gatehouse needs\n", stderr);
    std::abort();
  }
  return fetched_algorithm;
}

EVP_MAC_CTX* keyless_hmac(const char* digest) {
  EVP_MAC* mac = or_abort(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  EVP_MAC_CTX* context = or_abort(EVP_MAC_CTX_new(mac));
  std::string name(digest);
  const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                              OSSL_PARAM_construct_end()};
  if (EVP_MAC_CTX_set_params(context, parameters.data()) != 1) std::abort();
  return context;
}

const EVP_MAC_CTX* hmac_of(Hash hash) {
  static const EVP_MAC_CTX* const sha256 = keyless_hmac("SHA2-256");
  static const EVP_MAC_CTX* const sha384 = keyless_hmac("SHA2-384");
  static const EVP_MAC_CTX* const sha512 = keyless_hmac("SHA2-512");
  return hash == Hash::sha256 ? sha256 : hash == Hash::sha384 ? sha384 : sha512;
}

}  // namespace

std::string take_errors() {
  std::string text;
  while (const unsigned long code = ERR_get_error()) {
    std::array<char, 256> line{};
    ERR_error_string_n(code, line.data(), line.size());
    if (!text.empty()) text += "; ";
    text += line.data();
  }
  return text.empty() ? "no reason given" : text;
}

const EVP_MD* fetched(Hash hash) {
  static const EVP_MD* const sha256 = or_abort(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
  static const EVP_MD* const sha384 = or_abort(EVP_MD_fetch(nullptr, "SHA2-384", nullptr));
  static const EVP_MD* const sha512 = or_abort(EVP_MD_fetch(nullptr, "SHA2-512", nullptr));
  return hash == Hash::sha256 ? sha256 : hash == Hash::sha384 ? sha384 : sha512;
}

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = or_abort(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  return cipher;
}

std::string hmac(Hash hash, std::string_view key, std::string_view message) {
  const Owned<EVP_MAC_CTX, EVP_MAC_CTX_free> context(or_abort(EVP_MAC_CTX_dup(hmac_of(hash))));
  // A null key would mean "the key from before".
  const auto* key_bytes = bytes_of(key.empty() ? std::string_view("") : key);
  std::string code(64, '\0');
  std::size_t size = 0;
  if (EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) != 1 ||
      EVP_MAC_update(context.get(), bytes_of(message), message.size()) != 1 ||
      EVP_MAC_final(context.get(), bytes_of(code), &size, code.size()) != 1) {
    std::abort();
  }
  code.resize(size);
  return code;
}

Bio reader_of(std::string_view text) {
  if (text.size() > kReadBytesMax) return nullptr;
  return Bio(BIO_new_mem_buf(text.empty() ? "" : text.data(), static_cast<int>(text.size())));
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

Pkey private_key_from_pem(std::string_view pem) {
  const Bio bio = reader_of(pem);
  return Pkey(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, gatehouse_no_passphrase, nullptr) : nullptr);
}

Pkey public_key_from_pem(std::string_view pem) {
  const Bio bio = reader_of(pem);
  return Pkey(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, gatehouse_no_passphrase, nullptr) : nullptr);
}

Secret private_key_to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Secret();
  }
  return Secret(content_of(bio.get()));
}

Pkey generate_ec_key(const char* group) {
  return Pkey(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group));
}

}  // namespace gatehouse::crypto::openssl
