// Any bytes as a wrapped key file, and as the DER within one: the passphrase is never right, and no file
// chooses how long we work on it.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/encoding.hpp"
#include "crypto/passphrase.hpp"

namespace {

void open(std::string_view text) {
  const gatehouse::Secret passphrase("no such passphrase");
  if (gatehouse::crypto::open_with_passphrase(text, passphrase)) __builtin_trap();
}

std::string pem_of(std::string_view der) {
  constexpr std::size_t kLine = 64;
  const std::string encoded = gatehouse::core::to_base64(der);
  std::string pem = "-----BEGIN GATEHOUSE ENCRYPTED KEYS-----\n";
  for (std::size_t at = 0; at < encoded.size(); at += kLine) pem += encoded.substr(at, kLine) + "\n";
  return pem + "-----END GATEHOUSE ENCRYPTED KEYS-----\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  open(bytes);
  open(pem_of(bytes));
  return 0;
}
