// ECDSA signatures, strictly by length.
#include "crypto/ecdsa_signature.hpp"

#include <openssl/ec.h>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {
namespace {

using openssl::BigNumber;
using openssl::bytes_of;
using Signature = openssl::Owned<ECDSA_SIG, ECDSA_SIG_free>;

BigNumber number_of(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

}  // namespace

std::size_t ecdsa_half_bytes(Algorithm algorithm) {
  return algorithm == Algorithm::es256 ? 32 : algorithm == Algorithm::es384 ? 48 : 0;
}

std::string ecdsa_der_from_raw(std::string_view raw, std::size_t half_bytes) {
  if (raw.size() != 2 * half_bytes) return {};
  const Signature signature(ECDSA_SIG_new());
  BigNumber r = number_of(raw.substr(0, half_bytes));
  BigNumber s = number_of(raw.substr(half_bytes));
  if (!signature || !r || !s || BN_is_zero(r.get()) == 1 || BN_is_zero(s.get()) == 1) return {};
  if (ECDSA_SIG_set0(signature.get(), r.release(), s.release()) != 1) return {};
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* out = bytes_of(der);
  return i2d_ECDSA_SIG(signature.get(), &out) == size ? der : std::string();
}

std::string ecdsa_raw_from_der(std::string_view der, std::size_t half_bytes) {
  const unsigned char* in = bytes_of(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
  if (!signature) return {};
  std::string raw(2 * half_bytes, '\0');
  const int half = static_cast<int>(half_bytes);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(raw), half) != half ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(raw) + half, half) != half) {
    return {};
  }
  return raw;
}

}  // namespace gatehouse::crypto
