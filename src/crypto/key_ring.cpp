// The key ring's file: read strictly, made fresh, rotated.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/envelope.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::int64_t kVersionMax = 0xFFFF'FFFF;
constexpr std::size_t kFileBytesMax = 1024 * 1024;

std::unexpected<Error> bad_ring(std::string detail) {
  return fail(ErrorKind::internal, "bad_key_ring", std::move(detail));
}

std::string json_of(std::uint32_t current, const std::map<std::uint32_t, std::string>& encoded) {
  json::object keys;
  for (const auto& [version, key] : encoded) keys[std::to_string(version)] = key;
  return json::serialize(json::object{{"current", current}, {"keys", std::move(keys)}}) + "\n";
}

Result<std::map<std::uint32_t, std::string>> encoded_keys(const json::object& keys) {
  std::map<std::uint32_t, std::string> encoded;
  for (const auto& entry : keys) {
    const auto version = core::parse_int<std::uint32_t>(entry.key());
    if (!version || *version == 0 || std::to_string(*version) != std::string_view(entry.key())) {
      return bad_ring("keys: a version is a number from 1 up");
    }
    const auto* text = entry.value().if_string();
    if (text == nullptr) return bad_ring("keys." + std::to_string(*version) + ": must be a string");
    encoded.emplace(*version, std::string(*text));
  }
  return encoded;
}

struct RingFile {
  std::uint32_t current = 0;
  std::map<std::uint32_t, std::string> encoded;
};

Result<RingFile> read(std::string_view text) {
  const auto object = core::parse_json_object(text);
  if (!object) return bad_ring(object.error().detail);
  Fields fields(*object);
  RingFile file;
  file.current = static_cast<std::uint32_t>(fields.required_int("current", {1, kVersionMax}));
  const json::object* keys = fields.maybe_object("keys");
  if (auto complete = fields.finish(); !complete) return bad_ring(complete.error().detail);
  if (keys == nullptr) return bad_ring("keys: is required");
  auto encoded = encoded_keys(*keys);
  if (!encoded) return fail(encoded);
  file.encoded = std::move(*encoded);
  return file;
}

}  // namespace

Result<KeyRing> KeyRing::from_json(std::string_view text) {
  auto file = read(text);
  if (!file) return fail(file);
  std::map<std::uint32_t, Secret> keys;
  for (auto& [version, encoded] : file->encoded) {
    auto key = core::from_base64(encoded);
    core::wipe(encoded);
    if (!key || key->size() != kAeadKeyBytes) {
      return bad_ring("keys." + std::to_string(version) + ": must be 32 bytes in base64");
    }
    keys.emplace(version, Secret(std::move(*key)));
  }
  if (!keys.contains(file->current)) return bad_ring("current: names a version that is not among the keys");
  return KeyRing(file->current, std::move(keys));
}

Result<KeyRing> KeyRing::from_json_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorKind::internal, "key_ring_unreadable", path.string() + ": " + std::strerror(errno));
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.size() > kFileBytesMax) return bad_ring(path.string() + ": too large");
  auto ring = from_json(text);
  core::wipe(text);
  if (!ring) ring.error().detail = path.string() + ": " + ring.error().detail;
  return ring;
}

std::string KeyRing::fresh_json() {
  return json_of(1, {{1, core::to_base64(core::random_bytes(kAeadKeyBytes))}});
}

Result<std::string> KeyRing::rotated_json(std::string_view text) {
  if (auto readable = from_json(text); !readable) return fail(readable);
  auto file = read(text);
  if (!file) return fail(file);
  const std::uint32_t newest = file->encoded.rbegin()->first;
  if (newest == kVersionMax) return bad_ring("keys: no version is left");
  file->encoded.emplace(newest + 1, core::to_base64(core::random_bytes(kAeadKeyBytes)));
  return json_of(newest + 1, file->encoded);
}

const Secret* KeyRing::find(std::uint32_t version) const {
  const auto found = keys_.find(version);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse::crypto
