// AES-256-GCM over OpenSSL; used by envelope.cpp alone.
#include "crypto/aead.hpp"

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::bytes_of;

constexpr std::size_t kMessageBytesMax = 1U << 30U;  // OpenSSL counts in int

Result<void> check_lengths(const Secret& key, std::string_view nonce, std::string_view text,
                           std::string_view aad) {
  if (key.reveal().size() != kAeadKeyBytes) return fail(ErrorKind::internal, "bad_key_length");
  if (nonce.size() != kAeadNonceBytes) return fail(ErrorKind::internal, "bad_nonce_length");
  if (text.size() > kMessageBytesMax || aad.size() > kMessageBytesMax) {
    return fail(ErrorKind::internal, "too_long");
  }
  return {};
}

}  // namespace

Result<std::string> seal(const Secret& key, std::string_view nonce, std::string_view plaintext,
                         std::string_view aad) {
  if (auto good = check_lengths(key, nonce, plaintext, aad); !good) return fail(good);
  const openssl::Cipher cipher(EVP_CIPHER_CTX_new());
  std::string sealed(plaintext.size() + kAeadTagBytes, '\0');
  unsigned char* const out = bytes_of(sealed);
  int size = 0;
  int rest = 0;
  const bool done = cipher != nullptr &&
                    EVP_EncryptInit_ex2(cipher.get(), openssl::aes_256_gcm(), bytes_of(key.reveal()),
                                        bytes_of(nonce), nullptr) == 1 &&
                    (aad.empty() || EVP_EncryptUpdate(cipher.get(), nullptr, &size, bytes_of(aad),
                                                      static_cast<int>(aad.size())) == 1) &&
                    (plaintext.empty() || EVP_EncryptUpdate(cipher.get(), out, &size, bytes_of(plaintext),
                                                            static_cast<int>(plaintext.size())) == 1) &&
                    EVP_EncryptFinal_ex(cipher.get(), out + plaintext.size(), &rest) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kAeadTagBytes),
                                        out + plaintext.size()) == 1;
  if (!done) return fail(ErrorKind::internal, "seal_failed", openssl::take_errors());
  return sealed;
}

Result<std::string> open(const Secret& key, std::string_view nonce, std::string_view ciphertext,
                         std::string_view aad) {
  if (auto good = check_lengths(key, nonce, ciphertext, aad); !good) return fail(good);
  if (ciphertext.size() < kAeadTagBytes) {
    return fail(ErrorKind::internal, "ciphertext_rejected", "shorter than its tag");
  }
  const openssl::Cipher cipher(EVP_CIPHER_CTX_new());
  const std::size_t length = ciphertext.size() - kAeadTagBytes;
  std::string tag(ciphertext.substr(length));
  std::string plaintext(length, '\0');
  unsigned char past_the_end[kAeadTagBytes];
  int size = 0;
  int rest = 0;
  const bool done = cipher != nullptr &&
                    EVP_DecryptInit_ex2(cipher.get(), openssl::aes_256_gcm(), bytes_of(key.reveal()),
                                        bytes_of(nonce), nullptr) == 1 &&
                    (aad.empty() || EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes_of(aad),
                                                      static_cast<int>(aad.size())) == 1) &&
                    (length == 0 || EVP_DecryptUpdate(cipher.get(), bytes_of(plaintext), &size,
                                                      bytes_of(ciphertext), static_cast<int>(length)) == 1) &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kAeadTagBytes),
                                        tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(cipher.get(), past_the_end, &rest) == 1;
  if (!done) {
    core::wipe(plaintext);  // unauthenticated: nobody may see it
    return fail(ErrorKind::internal, "ciphertext_rejected", openssl::take_errors());
  }
  return plaintext;
}

}  // namespace gatehouse::crypto
