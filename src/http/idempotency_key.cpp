// Reads an Idempotency-Key: see idempotency_key.hpp.
#include "http/idempotency_key.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/text.hpp"

namespace gatehouse::http {
namespace {

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

bool is_key(std::string_view text) {
  return text.size() >= kKeyMin && text.size() <= kKeyMax &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

Result<std::string> idempotency_key_of(const Headers& headers) {
  const std::size_t count = headers.count("Idempotency-Key");
  if (count == 0) {
    return refuse(
        ErrorKind::invalid, "idempotency_key_missing",
        "this request needs an Idempotency-Key: 16 to 255 visible ASCII characters, new for each intention");
  }
  auto key = unquoted(core::trim(headers.get("Idempotency-Key")));
  if (count > 1 || !key || !is_key(*key)) {
    return refuse(ErrorKind::invalid, "idempotency_key_malformed",
                  "Idempotency-Key must be one key of 16 to 255 visible ASCII characters");
  }
  return std::move(*key);
}

std::string canonical_json(const json::value& value) {
  if (const json::object* object = value.if_object()) {
    std::vector<std::string_view> keys;
    for (const auto& member : *object) keys.push_back(member.key());
    std::ranges::sort(keys);
    std::string text = "{";
    for (const std::string_view key : keys) {
      if (text.size() > 1) text += ',';
      text += json::serialize(json::string(key)) + ':' + canonical_json(object->at(key));
    }
    return text + '}';
  }
  if (const json::array* array = value.if_array()) {
    std::string text = "[";
    for (const json::value& element : *array) {
      if (text.size() > 1) text += ',';
      text += canonical_json(element);
    }
    return text + ']';
  }
  return json::serialize(value);
}

}  // namespace gatehouse::http
