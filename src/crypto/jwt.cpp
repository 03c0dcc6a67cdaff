// Reading, verifying and signing compact JWTs, in the order of the checks that jwt.hpp promises.
#include "crypto/jwt.hpp"

#include <algorithm>

#include "core/encoding.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t kKidBytesMax = 256;

std::unexpected<Error> refused(std::string_view reason, std::string_view why = {}) {
  return refuse(ErrorKind::unauthenticated, reason, std::string(why));
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<Parts> split_in_three(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
    return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

Result<json::object> decode_object(std::string_view encoded, std::string_view what) {
  const auto text = core::from_base64url(encoded);
  if (!text) return refused("bad_token", std::string(what) + ": not base64url");
  auto object = core::parse_json_object(*text);
  if (!object) return refused("bad_token", std::string(what) + ": " + object.error().detail);
  return object;
}

Result<Algorithm> check_header(const json::object& header) {
  const json::value* alg = header.if_contains("alg");
  if (alg == nullptr || !alg->is_string()) return refused("bad_token", "alg: must be a string");
  const auto algorithm = algorithm_from_name(alg->get_string());
  if (!algorithm) return refused("bad_token", "alg: not a supported signature");
  // RFC 7515 section 4.1.11: an extension that is not understood must be refused, and we know none.
  if (header.contains("crit")) return refused("bad_token", "crit: no extension is supported");
  const json::value* b64 = header.if_contains("b64");
  if (b64 != nullptr && *b64 != json::value(true)) return refused("bad_token", "b64: must be true");
  const json::value* kid = header.if_contains("kid");
  if (kid != nullptr && (!kid->is_string() || kid->get_string().size() > kKidBytesMax)) {
    return refused("bad_token", "kid: must be a string of at most 256 bytes");
  }
  return *algorithm;
}

bool is_text(const json::value* value, std::string_view expected) {
  return value != nullptr && value->is_string() && std::string_view(value->get_string()) == expected;
}

bool holds_audience(const json::value* aud, std::string_view expected) {
  if (aud == nullptr || !aud->is_array()) return is_text(aud, expected);
  const auto& list = aud->get_array();
  return std::any_of(list.begin(), list.end(),
                     [&](const json::value& entry) { return is_text(&entry, expected); });
}

// Absent: nothing. Not a whole number of seconds from 0 up: bad_token.
Result<std::optional<std::int64_t>> seconds_claim(const json::object& payload, std::string_view name) {
  const json::value* value = payload.if_contains(name);
  if (value == nullptr) return std::nullopt;
  const auto* seconds = value->if_int64();
  if (seconds == nullptr || *seconds < 0) {
    return refused("bad_token", std::string(name) + ": must be a non-negative integer");
  }
  return *seconds;
}

Result<void> check_times(const json::object& payload, const JwtExpectation& expected) {
  const auto exp = seconds_claim(payload, "exp");
  if (!exp) return fail(exp);
  const auto nbf = seconds_claim(payload, "nbf");
  if (!nbf) return fail(nbf);
  const auto iat = seconds_claim(payload, "iat");
  if (!iat) return fail(iat);
  if (!*exp) return refused("bad_token", "exp: is required");
  // The clock moves, not the claim: exp may be as large as an int64.
  const std::int64_t now = core::unix_seconds(expected.now);
  const std::int64_t leeway = expected.leeway.count();
  if (now - leeway >= **exp) return refused("token_expired");
  if (*nbf && now + leeway < **nbf) return refused("token_not_yet_valid");
  return {};
}

const VerifyKey* key_for(const ParsedJwt& token, const KeySet& keys) {
  if (const json::value* kid = token.header.if_contains("kid")) return keys.find(kid->get_string());
  return keys.all().size() == 1 ? &keys.all().front() : nullptr;
}

}  // namespace

Result<ParsedJwt> parse_jwt(std::string_view token) {
  if (token.size() > kTokenBytesMax) return refused("bad_token", "longer than 16 KiB");
  const auto parts = split_in_three(token);
  if (!parts) return refused("bad_token", "not three parts");
  auto header = decode_object(parts->header, "header");
  if (!header) return fail(header);
  const auto algorithm = check_header(*header);
  if (!algorithm) return fail(algorithm);
  auto payload = decode_object(parts->payload, "payload");
  if (!payload) return fail(payload);
  auto signature = core::from_base64url(parts->signature);
  if (!signature) return refused("bad_token", "signature: not base64url");
  if (signature->empty()) return refused("bad_token", "signature: is empty");
  const auto signing_input = token.substr(0, parts->header.size() + 1 + parts->payload.size());
  return ParsedJwt{std::move(*header), std::move(*payload), *algorithm, signing_input, std::move(*signature)};
}

Result<void> verify_signature(const ParsedJwt& token, const VerifyKey& key) {
  if (token.algorithm != key.algorithm()) return refused("algorithm_mismatch");
  if (!key.verify(token.signing_input, token.signature)) return refused("bad_signature");
  return {};
}

Result<void> check_claims(const json::object& payload, const JwtExpectation& expected) {
  if (!is_text(payload.if_contains("iss"), expected.issuer)) return refused("wrong_issuer");
  if (expected.audience && !holds_audience(payload.if_contains("aud"), *expected.audience)) {
    return refused("wrong_audience");
  }
  if (expected.typ && !is_text(payload.if_contains("typ"), *expected.typ)) return refused("wrong_type");
  return check_times(payload, expected);
}

Result<json::object> verify_jwt(std::string_view token, const KeySet& keys, const JwtExpectation& expected) {
  auto parsed = parse_jwt(token);
  if (!parsed) return fail(parsed);
  const VerifyKey* key = key_for(*parsed, keys);
  if (key == nullptr) return refused("unknown_kid");
  if (auto genuine = verify_signature(*parsed, *key); !genuine) return fail(genuine);
  if (auto good = check_claims(parsed->payload, expected); !good) return fail(good);
  return std::move(parsed->payload);
}

Result<std::string> sign_jwt(const SigningKey& key, const json::object& payload,
                             std::string_view header_typ) {
  const json::object header{{"alg", name_of(key.algorithm())}, {"typ", header_typ}, {"kid", key.kid()}};
  std::string token = core::to_base64url(json::serialize(header));
  token += '.';
  token += core::to_base64url(json::serialize(payload));
  const auto signature = key.sign(token);
  if (!signature) return fail(signature);
  token += '.';
  token += core::to_base64url(*signature);
  if (token.size() > kTokenBytesMax) return fail(ErrorKind::internal, "token_too_long");
  return token;
}

}  // namespace gatehouse::crypto
