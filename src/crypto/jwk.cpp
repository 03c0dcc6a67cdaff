// Algorithm names and key sets; the keys themselves are in verify_key.cpp and signing_key.cpp.
#include "crypto/jwk.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::crypto {
namespace {

struct NamedAlgorithm {
  std::string_view name;
  Algorithm algorithm;
};
constexpr std::array kNames{
    NamedAlgorithm{"ES256", Algorithm::es256}, NamedAlgorithm{"ES384", Algorithm::es384},
    NamedAlgorithm{"RS256", Algorithm::rs256}, NamedAlgorithm{"RS384", Algorithm::rs384},
    NamedAlgorithm{"RS512", Algorithm::rs512}, NamedAlgorithm{"PS256", Algorithm::ps256},
    NamedAlgorithm{"EdDSA", Algorithm::eddsa}, NamedAlgorithm{"HS256", Algorithm::hs256},
    NamedAlgorithm{"HS384", Algorithm::hs384}, NamedAlgorithm{"HS512", Algorithm::hs512}};

std::unexpected<Error> bad_set(std::string detail) {
  return fail(ErrorKind::bad_upstream, "bad_key_set", std::move(detail), Origin::upstream);
}

}  // namespace

std::string_view name_of(Algorithm algorithm) {
  for (const auto& entry : kNames) {
    if (entry.algorithm == algorithm) return entry.name;
  }
  return {};
}

std::optional<Algorithm> algorithm_from_name(std::string_view name) {
  for (const auto& entry : kNames) {
    if (entry.name == name) return entry.algorithm;
  }
  return std::nullopt;
}

bool is_hmac(Algorithm algorithm) {
  return algorithm == Algorithm::hs256 || algorithm == Algorithm::hs384 || algorithm == Algorithm::hs512;
}

Result<KeySet> KeySet::from_jwks(std::string_view text, std::optional<Algorithm> algorithm) {
  const auto set = core::parse_json_object(text);
  if (!set) return bad_set(set.error().detail);
  const json::value* keys = set->if_contains("keys");
  if (keys == nullptr || !keys->is_array()) return bad_set("keys: must be an array");
  std::vector<VerifyKey> usable;
  for (const json::value& entry : keys->get_array()) {
    if (usable.size() == kKeysMax) break;
    if (!entry.is_object()) continue;
    if (auto key = VerifyKey::from_jwk(entry.get_object(), algorithm)) usable.push_back(std::move(*key));
  }
  return KeySet(std::move(usable));
}

const VerifyKey* KeySet::find(std::string_view kid) const {
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const VerifyKey& key) { return key.kid() == kid; });
  return found == keys_.end() ? nullptr : &*found;
}

}  // namespace gatehouse::crypto
