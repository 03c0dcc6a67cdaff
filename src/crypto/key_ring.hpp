// The keys that wrap data keys (or index fields), by version, and the ring that a running role holds.
//
// Rotation has three steps, each a ring of its own: announced() adds a version which nobody writes with yet,
// so that every instance can read it before the first one uses it; promoted() makes it the current one;
// without() drops versions which no row names any more.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

// wrapping: AES keys of 32 bytes. index: HMAC keys of 32 to 128 bytes.
enum class KeyUse : std::uint8_t { wrapping, index };

class KeyRing {
 public:
  // {"current": 1, "keys": {"1": "<base64 of 32 bytes>"}}; versions are 1 to 2^32-1. An index ring may also
  // be one secret text: its version 1.
  // Errors: internal `bad_key_ring` (detail names the fault, never a key), `key_ring_unreadable`.
  [[nodiscard]] static Result<KeyRing> from_json(std::string_view text, KeyUse use = KeyUse::wrapping);
  [[nodiscard]] static Result<KeyRing> from_json_file(const std::filesystem::path&,
                                                      KeyUse use = KeyUse::wrapping);
  [[nodiscard]] static KeyRing fresh();
  // One key of any length as version 1: for an index.
  [[nodiscard]] static KeyRing of_secret(Secret key);
  // The content of a new file, with one random key. Write it with mode 0600.
  [[nodiscard]] static std::string fresh_json();
  [[nodiscard]] Secret to_json() const;

  // `no_version_left` (internal) after 2^32-1.
  [[nodiscard]] Result<KeyRing> announced() const;
  [[nodiscard]] KeyRing promoted() const;
  // The current version stays whatever is asked.
  [[nodiscard]] KeyRing without(const std::vector<std::uint32_t>& versions) const;

  [[nodiscard]] std::uint32_t current() const { return current_; }
  [[nodiscard]] std::uint32_t newest() const { return keys_.rbegin()->first; }
  [[nodiscard]] const Secret* find(std::uint32_t version) const;
  [[nodiscard]] std::vector<std::uint32_t> versions() const;  // oldest first

 private:
  KeyRing(std::uint32_t current, std::map<std::uint32_t, Secret> keys)
      : current_(current), keys_(std::move(keys)) {}

  std::uint32_t current_;
  std::map<std::uint32_t, Secret> keys_;  // never empty, and `current_` is among them
};

// The ring in force, for all envelopes of a process: replaced while they work. Safe from any thread; what a
// snapshot holds stays as it is.
class LiveKeyRing {
 public:
  explicit LiveKeyRing(std::shared_ptr<const KeyRing> ring) : ring_(std::move(ring)) {}

  // Null while locked.
  [[nodiscard]] std::shared_ptr<const KeyRing> snapshot() const;
  void replace(KeyRing ring);
  // Forgets the keys: what a lapsed or withdrawn permission to use them asks for.
  void lock();

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const KeyRing> ring_;
};

}  // namespace gatehouse::crypto
