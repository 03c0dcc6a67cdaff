// Inside the crypto room only: OpenSSL's objects as owners, its error queue as text, its algorithms fetched
// once. In OpenSSL 3.0 EVP_sha256() and its kin look the implementation up again at every use, under a lock.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/secret.hpp"

namespace gatehouse::crypto::openssl {

template <auto free_function>
struct Freed {
  template <class T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Freed<free_function>>;

using Bio = Owned<BIO, BIO_free>;
using BigNumber = Owned<BIGNUM, BN_free>;
using Cipher = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Digester = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Pkey = Owned<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using X509Certificate = Owned<X509, X509_free>;

// The errors that OpenSSL queued on this thread, oldest first; the queue is empty afterwards.
[[nodiscard]] std::string take_errors();

enum class Hash { sha256, sha384, sha512 };
[[nodiscard]] const EVP_MD* fetched(Hash);
[[nodiscard]] const EVP_CIPHER* aes_256_gcm();
[[nodiscard]] std::string hmac(Hash, std::string_view key, std::string_view message);

[[nodiscard]] inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
[[nodiscard]] inline unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

// Reads from `text`, which must outlive it; null for more than 1 MiB.
[[nodiscard]] Bio reader_of(std::string_view text);
[[nodiscard]] std::string content_of(BIO*);

// Null if the text is no such key. An encrypted key is refused: nobody is asked for a passphrase.
[[nodiscard]] Pkey private_key_from_pem(std::string_view pem);
[[nodiscard]] Pkey public_key_from_pem(std::string_view pem);
[[nodiscard]] Secret private_key_to_pem(EVP_PKEY*);  // PKCS #8; empty on failure
[[nodiscard]] Pkey generate_ec_key(const char* group);

// For PEM_read_…: no passphrase.
extern "C" int gatehouse_no_passphrase(char*, int, int, void*);

}  // namespace gatehouse::crypto::openssl
