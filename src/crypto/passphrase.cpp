#include "crypto/passphrase.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "core/ids.hpp"
#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

namespace {

using openssl::bytes_of;

using Algorithm = openssl::Owned<X509_ALGOR, X509_ALGOR_free>;
using Pbe2 = openssl::Owned<PBE2PARAM, PBE2PARAM_free>;
using Scrypt = openssl::Owned<SCRYPT_PARAMS, SCRYPT_PARAMS_free>;
using EncryptedInfo = openssl::Owned<X509_SIG, X509_SIG_free>;

constexpr const char* kLabel = "GATEHOUSE ENCRYPTED KEYS";
constexpr std::uint64_t kScryptN = 1 << 14;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 5;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kIvBytes = 16;
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kTextBytesMax = 1024 * 1024;

struct Pem {
  ~Pem() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

std::unexpected<Error> failed(std::string_view reason) {
  return fail(ErrorKind::internal, reason, openssl::take_errors());
}

// Runs PBES2 in one direction; empty on failure.
std::string crypt(const X509_ALGOR* algorithm, const Secret& passphrase, std::string_view in, int encrypt) {
  unsigned char* out = nullptr;
  int out_bytes = 0;
  const std::string_view phrase = passphrase.reveal();
  PKCS12_pbe_crypt(algorithm, phrase.data(), static_cast<int>(phrase.size()), bytes_of(in),
                   static_cast<int>(in.size()), &out, &out_bytes, encrypt);
  if (out == nullptr) return {};
  std::string result(reinterpret_cast<const char*>(out), static_cast<std::size_t>(out_bytes));
  OPENSSL_clear_free(out, static_cast<std::size_t>(out_bytes));
  return result;
}

bool is_number(const ASN1_INTEGER* integer, std::uint64_t number) {
  std::uint64_t value = 0;
  return integer != nullptr && ASN1_INTEGER_get_uint64(&value, integer) == 1 && value == number;
}

// What seal_with_passphrase() writes and nothing else: a file must not choose how long we work on it.
bool is_our_scheme(const X509_ALGOR* algorithm) {
  if (algorithm == nullptr || OBJ_obj2nid(algorithm->algorithm) != NID_pbes2) return false;
  const Pbe2 scheme(
      static_cast<PBE2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter)));
  if (!scheme || OBJ_obj2nid(scheme->keyfunc->algorithm) != NID_id_scrypt) return false;
  if (OBJ_obj2nid(scheme->encryption->algorithm) != NID_aes_256_cbc) return false;
  const Scrypt cost(static_cast<SCRYPT_PARAMS*>(
      ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), scheme->keyfunc->parameter)));
  return cost && is_number(cost->costParameter, kScryptN) && is_number(cost->blockSize, kScryptR) &&
         is_number(cost->parallelizationParameter, kScryptP);
}

EncryptedInfo read_pem(std::string_view text) {
  const openssl::Bio bio = openssl::reader_of(text);
  Pem pem;
  if (!bio || PEM_read_bio(bio.get(), &pem.name, &pem.header, &pem.data, &pem.size) != 1) return nullptr;
  if (std::string_view(pem.name) != kLabel) return nullptr;
  const unsigned char* at = pem.data;
  return EncryptedInfo(d2i_X509_SIG(nullptr, &at, pem.size));
}

// Empty on failure.
std::string pem_of(const X509_ALGOR* algorithm, std::string_view sealed) {
  const EncryptedInfo info(X509_SIG_new());
  X509_ALGOR* place = nullptr;
  ASN1_OCTET_STRING* data = nullptr;
  X509_SIG_getm(info.get(), &place, &data);
  const bool is_filled = X509_ALGOR_copy(place, algorithm) == 1 &&
                         ASN1_OCTET_STRING_set(data, bytes_of(sealed), static_cast<int>(sealed.size())) == 1;
  unsigned char* der = nullptr;
  const int der_bytes = is_filled ? i2d_X509_SIG(info.get(), &der) : -1;
  if (der_bytes <= 0) return {};
  const openssl::Bio out(BIO_new(BIO_s_mem()));
  const int written = PEM_write_bio(out.get(), kLabel, "", der, der_bytes);
  OPENSSL_free(der);
  return written > 0 ? openssl::content_of(out.get()) : std::string();
}

}  // namespace

Result<std::string> seal_with_passphrase(const Secret& text, const Secret& passphrase) {
  if (passphrase.reveal().size() < kPassphraseBytesMin) {
    return refuse(ErrorKind::invalid, "passphrase_too_short", "a passphrase has 12 bytes or more");
  }
  if (text.reveal().size() > kTextBytesMax) return fail(ErrorKind::internal, "too_long");
  std::string salt = core::random_bytes(kSaltBytes);
  std::string iv = core::random_bytes(kIvBytes);
  const Algorithm algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), bytes_of(salt), kSaltBytes, bytes_of(iv),
                                                  kScryptN, kScryptR, kScryptP));
  if (!algorithm) return failed("seal_failed");
  const Secret inner(sha256(text.reveal()) + std::string(text.reveal()));
  const std::string sealed = crypt(algorithm.get(), passphrase, inner.reveal(), 1);
  const std::string pem = sealed.empty() ? std::string() : pem_of(algorithm.get(), sealed);
  if (pem.empty()) return failed("seal_failed");
  return pem;
}

Result<Secret> open_with_passphrase(std::string_view pem, const Secret& passphrase) {
  const EncryptedInfo info = read_pem(pem);
  if (!info) {
    static_cast<void>(openssl::take_errors());
    return fail(ErrorKind::internal, "bad_wrapped_file", "no PEM of an encrypted key ring");
  }
  const X509_ALGOR* algorithm = nullptr;
  const ASN1_OCTET_STRING* data = nullptr;
  X509_SIG_get0(info.get(), &algorithm, &data);
  if (!is_our_scheme(algorithm)) {
    static_cast<void>(openssl::take_errors());
    return fail(ErrorKind::internal, "bad_wrapped_file",
                "not PBES2 with scrypt (2^14, 8, 5) and AES-256-CBC");
  }
  const std::string_view sealed(reinterpret_cast<const char*>(ASN1_STRING_get0_data(data)),
                                static_cast<std::size_t>(ASN1_STRING_length(data)));
  const Secret inner(crypt(algorithm, passphrase, sealed, 0));
  static_cast<void>(openssl::take_errors());
  const std::string_view bytes = inner.reveal();
  const bool is_whole =
      bytes.size() >= kDigestBytes &&
      core::constant_time_equal(bytes.substr(0, kDigestBytes), sha256(bytes.substr(kDigestBytes)));
  if (!is_whole) {
    return fail(ErrorKind::internal, "wrong_passphrase",
                "the passphrase does not open it, or it was altered");
  }
  return Secret(std::string(bytes.substr(kDigestBytes)));
}

}  // namespace gatehouse::crypto
