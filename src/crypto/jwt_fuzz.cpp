// Arbitrary text as a token and as a key set: nothing may crash, and nothing may be believed that we did not
// sign.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "crypto/jwt.hpp"

namespace {

using namespace gatehouse::crypto;

const KeySet& keys() {
  static const KeySet set({SigningKey::generate(Algorithm::es256)->verify_key(),
                           SigningKey::generate(Algorithm::eddsa)->verify_key()});
  return set;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const JwtExpectation anything{.issuer = "issuer", .audience = {}, .typ = {}, .now = {}};
  if (verify_jwt(text, keys(), anything)) std::abort();
  if (const auto parsed = parse_jwt(text)) {
    for (const VerifyKey& key : keys().all()) {
      if (key.verify(parsed->signing_input, parsed->signature)) std::abort();
    }
    (void)check_claims(parsed->payload, anything);
  }
  (void)KeySet::from_jwks(text);
  return 0;
}
