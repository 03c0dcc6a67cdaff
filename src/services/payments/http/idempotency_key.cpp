#include "services/payments/http/idempotency_key.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::payments {
namespace {

namespace json = boost::json;

constexpr std::size_t kKeyMin = 16;
constexpr std::size_t kKeyMax = 255;

// The content of an RFC 8941 String, section 3.3.3.
std::optional<std::string> unquoted(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  if (text.size() < 2 || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && (++i == text.size() || (text[i] != '"' && text[i] != '\\'))) return std::nullopt;
    plain.push_back(text[i]);
  }
  return plain;
}

// Each part with its length before it: no two lists of parts give the same bytes.
std::string digest_of(std::initializer_list<std::string_view> parts) {
  std::string joined;
  for (const std::string_view part : parts) joined += fmt::format("{}:{}", part.size(), part);
  return core::to_hex(crypto::sha256(joined));
}

}  // namespace

Result<std::string> idempotency_key_of(const http::Headers& headers) {
  const auto malformed = [] {
    return refuse(ErrorKind::invalid, "idempotency_key_malformed",
                  "Idempotency-Key must be one key of 16 to 255 visible ASCII characters");
  };
  const std::size_t count = headers.count("Idempotency-Key");
  if (count == 0) {
    return refuse(
        ErrorKind::invalid, "idempotency_key_missing",
        "this request needs an Idempotency-Key: 16 to 255 visible ASCII characters, new for each intention");
  }
  auto key = unquoted(core::trim(headers.get("Idempotency-Key")));
  if (count > 1 || !key || key->size() < kKeyMin || key->size() > kKeyMax) return malformed();
  if (!std::ranges::all_of(*key, [](char c) { return c > ' ' && c <= '~'; })) return malformed();
  return std::move(*key);
}

RequestMark mark_of(const MarkedRequest& request, std::string_view key) {
  return {.scope = digest_of({request.principal, request.method, request.route, key}),
          .fingerprint =
              digest_of({"v1", request.method, request.route, request.object, canonical(request.body)})};
}

std::string canonical(const json::value& value) {
  if (const json::object* object = value.if_object()) {
    std::vector<std::string_view> keys;
    for (const auto& member : *object) keys.push_back(member.key());
    std::ranges::sort(keys);
    std::string text = "{";
    for (const std::string_view key : keys) {
      if (text.size() > 1) text += ',';
      text += json::serialize(json::string(key)) + ':' + canonical(object->at(key));
    }
    return text + '}';
  }
  if (const json::array* array = value.if_array()) {
    std::string text = "[";
    for (const json::value& element : *array) {
      if (text.size() > 1) text += ',';
      text += canonical(element);
    }
    return text + ']';
  }
  return json::serialize(value);
}

}  // namespace gatehouse::payments
