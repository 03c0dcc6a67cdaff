// The key ring's text: read strictly, made fresh, rotated.
#include "crypto/key_ring.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "crypto/aead.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::int64_t kVersionMax = 0xFFFF'FFFF;
constexpr std::size_t kFileBytesMax = 1024 * 1024;

std::unexpected<Error> bad_ring(std::string detail) {
  return fail(ErrorKind::internal, "bad_key_ring", std::move(detail));
}

constexpr std::size_t kIndexKeyBytesMax = 128;

Secret fresh_key() {
  return Secret(core::random_bytes(kAeadKeyBytes));
}

bool has_right_length(std::string_view key, KeyUse use) {
  if (use == KeyUse::wrapping) return key.size() == kAeadKeyBytes;
  return key.size() >= kAeadKeyBytes && key.size() <= kIndexKeyBytesMax;
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

std::string_view trimmed(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

KeyRing KeyRing::of_secret(Secret key) {
  std::map<std::uint32_t, Secret> keys;
  keys.emplace(1, std::move(key));
  return {1, std::move(keys)};
}

KeyRing KeyRing::fresh() {
  return of_secret(fresh_key());
}

std::string KeyRing::fresh_json() {
  return std::string(fresh().to_json().reveal());
}

Result<KeyRing> KeyRing::from_json(std::string_view text, KeyUse use) {
  if (use == KeyUse::index && !text.starts_with('{')) {
    if (!has_right_length(trimmed(text), use)) return bad_ring("must have 32 to 128 bytes");
    return of_secret(Secret(std::string(trimmed(text))));
  }
  auto file = read(text);
  if (!file) return fail(file);
  std::map<std::uint32_t, Secret> keys;
  for (auto& [version, encoded] : file->encoded) {
    auto key = core::from_base64(encoded);
    core::wipe(encoded);
    if (!key || !has_right_length(*key, use)) {
      return bad_ring("keys." + std::to_string(version) + ": must be 32 bytes in base64");
    }
    keys.emplace(version, Secret(std::move(*key)));
  }
  if (!keys.contains(file->current)) return bad_ring("current: names a version that is not among the keys");
  return KeyRing(file->current, std::move(keys));
}

Result<KeyRing> KeyRing::from_json_file(const std::filesystem::path& path, KeyUse use) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return fail(ErrorKind::internal, "key_ring_unreadable", path.string() + ": " + std::strerror(errno));
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.size() > kFileBytesMax) return bad_ring(path.string() + ": too large");
  auto ring = from_json(text, use);
  core::wipe(text);
  if (!ring) ring.error().detail = path.string() + ": " + ring.error().detail;
  return ring;
}

Secret KeyRing::to_json() const {
  json::object keys;
  for (const auto& [version, key] : keys_) keys[std::to_string(version)] = core::to_base64(key.reveal());
  return Secret(json::serialize(json::object{{"current", current_}, {"keys", std::move(keys)}}) + "\n");
}

Result<KeyRing> KeyRing::announced() const {
  if (newest() == kVersionMax) return fail(ErrorKind::internal, "no_version_left");
  KeyRing ring = *this;
  ring.keys_.emplace(newest() + 1, fresh_key());
  return ring;
}

KeyRing KeyRing::promoted() const {
  KeyRing ring = *this;
  ring.current_ = newest();
  return ring;
}

KeyRing KeyRing::without(const std::vector<std::uint32_t>& versions) const {
  KeyRing ring = *this;
  for (const std::uint32_t version : versions) {
    if (version != current_) ring.keys_.erase(version);
  }
  return ring;
}

const Secret* KeyRing::find(std::uint32_t version) const {
  const auto found = keys_.find(version);
  return found == keys_.end() ? nullptr : &found->second;
}

std::vector<std::uint32_t> KeyRing::versions() const {
  std::vector<std::uint32_t> versions;
  for (const auto& [version, key] : keys_) versions.push_back(version);
  return versions;
}

std::shared_ptr<const KeyRing> LiveKeyRing::snapshot() const {
  const std::lock_guard guard(mutex_);
  return ring_;
}

void LiveKeyRing::replace(KeyRing ring) {
  auto fresh = std::make_shared<const KeyRing>(std::move(ring));
  const std::lock_guard guard(mutex_);
  ring_ = std::move(fresh);
}

void LiveKeyRing::lock() {
  const std::lock_guard guard(mutex_);
  ring_.reset();
}

}  // namespace gatehouse::crypto
