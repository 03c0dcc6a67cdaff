#include "auth_server/sessions/pkce.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/secret.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

bool is_code_challenge(std::string_view challenge) {
  const auto digest = core::from_base64url(challenge);
  return digest && digest->size() == 32;
}

bool is_code_verifier(std::string_view verifier) {
  return verifier.size() >= 43 && verifier.size() <= 128 && std::ranges::all_of(verifier, is_unreserved);
}

bool proves(std::string_view verifier, std::string_view challenge) {
  if (!is_code_verifier(verifier)) return false;
  return core::constant_time_equal(core::to_base64url(crypto::sha256(verifier)), challenge);
}

}  // namespace gatehouse::auth_server
