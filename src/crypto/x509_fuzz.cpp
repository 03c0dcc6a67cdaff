// Arbitrary bytes as a certificate in DER and in PEM, and as the leaf of a chain: nothing may crash or be
// trusted.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/x509.hpp"

namespace {

using namespace gatehouse::crypto;

const Certificate& root() {
  static const Certificate certificate = [] {
    const auto issued = issue_root("root", std::chrono::hours{24}, {});
    return Certificate::from_pem(issued.value().certificate_pem).value();
  }();
  return certificate;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)certificates_from_pem(text);
  const auto certificate = Certificate::from_der(text);
  if (!certificate) return 0;
  (void)certificate->pem();
  const std::array trusted{root()};
  if (verify_chain(*certificate, trusted, trusted, {}, ChainPurpose::client)) std::abort();
  return 0;
}
