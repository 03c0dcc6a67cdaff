// Field encryption for stores: a key ring (a file) wraps one data key per record, the data key seals the
// fields.
//
//   auto [key, wrapped] = envelope.create({"payments", "payment", id}).value();   // store `wrapped` in the
//   row row.email = key.seal("email", email).value();                                 // bytes: a BLOB, not
//   TEXT
//   ...
//   auto key = envelope.unlock({"payments", "payment", id}, row.wrapped);
//   auto email = key->open("email", row.email);
//
// Deleting `wrapped` everywhere makes the record's fields unreadable for good (crypto-shredding). Rotating
// the ring re-wraps the data keys only: the fields stay as they are.
//
// Layout, integers big-endian:
//   wrapped  0xE5 | 0x01 | alg 1 | ring key version 4 | data key id 16 | nonce 12 | data key 32, encrypted |
//   tag 16 sealed   0xE5 | 0x02 | alg 1 |                      data key id 16 | nonce 12 | ciphertext | tag
//   16
// alg 1 is AES-256-GCM. Authenticated with it: service, table, record and (for sealed) field, each with its
// length before it, and the header up to the nonce. So a value that was changed, or copied to another row,
// column, table or service, does not open: internal `ciphertext_rejected`. Everything here may be used from
// any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::crypto {

// The key-encrypting keys by version; new data keys are wrapped with the current one.
class KeyRing {
 public:
  // {"current": 1, "keys": {"1": "<base64 of 32 bytes>"}}; versions are 1 to 2^32-1.
  // Errors: internal `bad_key_ring` (detail names the fault, never a key), `key_ring_unreadable`.
  [[nodiscard]] static Result<KeyRing> from_json(std::string_view text);
  [[nodiscard]] static Result<KeyRing> from_json_file(const std::filesystem::path&);

  // The content of a new file, with one random key. Write it with mode 0600.
  [[nodiscard]] static std::string fresh_json();
  // The content with one more random key, which becomes the current one. Older keys stay readable: remove
  // them from the file once no row is wrapped with them any more.
  [[nodiscard]] static Result<std::string> rotated_json(std::string_view text);

  [[nodiscard]] std::uint32_t current() const { return current_; }
  [[nodiscard]] const Secret* find(std::uint32_t version) const;

 private:
  KeyRing(std::uint32_t current, std::map<std::uint32_t, Secret> keys)
      : current_(current), keys_(std::move(keys)) {}

  std::uint32_t current_;
  std::map<std::uint32_t, Secret> keys_;
};

// Where a value lives; part of what is authenticated.
struct RecordName {
  std::string service;  // "payments"
  std::string table;    // "payment"
  std::string record;   // the primary key
};

// The data key of one record, unwrapped. Keep it for the length of one use case only.
class RecordKey {
 public:
  // Random nonce: sealing the same text twice gives different bytes.
  [[nodiscard]] Result<std::string> seal(std::string_view field, std::string_view plaintext) const;
  // Errors: internal `ciphertext_rejected`.
  [[nodiscard]] Result<std::string> open(std::string_view field, std::string_view sealed) const;

 private:
  friend class Envelope;
  RecordKey(RecordName name, std::string id, Secret key)
      : name_(std::move(name)), id_(std::move(id)), key_(std::move(key)) {}

  RecordName name_;
  std::string id_;
  Secret key_;
};

class Envelope {
 public:
  explicit Envelope(std::shared_ptr<const KeyRing> ring) : ring_(std::move(ring)) {}

  // A new data key and its wrapped form, which belongs in the row.
  [[nodiscard]] Result<std::pair<RecordKey, std::string>> create(const RecordName&) const;
  // Errors: internal `ciphertext_rejected`, `unknown_key_version` (the ring lost a key).
  [[nodiscard]] Result<RecordKey> unlock(const RecordName&, std::string_view wrapped) const;
  // The same data key under the ring's current key: the whole of a key rotation, row by row.
  [[nodiscard]] Result<std::string> rewrap(const RecordName&, std::string_view wrapped) const;
  // The ring key version that `wrapped` claims: to find rows to re-wrap, and to count rows per version.
  [[nodiscard]] static Result<std::uint32_t> version_of(std::string_view wrapped);

 private:
  std::shared_ptr<const KeyRing> ring_;
};

// Equality lookups on encrypted fields: HMAC-SHA-256 of the field's name and the value, cut to 128 bits, in
// hex (32 characters), fit for a UNIQUE column. It reveals which rows are equal and nothing else to those
// without the key; use it on values with many possibilities (an e-mail address), not on a yes or no. The key
// is not a key of the ring.
class BlindIndex {
 public:
  explicit BlindIndex(Secret key) : key_(std::move(key)) {}
  [[nodiscard]] std::string of(std::string_view field, std::string_view value) const;

 private:
  Secret key_;
};

// What is indexed and compared for an e-mail address: surrounding spaces, tabs and line ends removed, ASCII
// letters lower-cased, anything else kept. The local part is case-sensitive in RFC 5321 section 2.4, but no
// provider in use treats it so, and two accounts that differ in case only are a way to impersonate. Unicode
// is not folded.
[[nodiscard]] std::string normalised_email(std::string_view address);

}  // namespace gatehouse::crypto
