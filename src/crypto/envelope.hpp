// Field encryption for stores: a key ring (a file) wraps one data key per record, the data key seals the
// fields.
//
//   auto [key, wrapped] = envelope.create({"payments", "payment", id}).value();  // `wrapped` is stored in the row
//   row.email = key.seal("email", email).value();                                // bytes: a BLOB, not TEXT
//   …
//   auto key = envelope.unlock({"payments", "payment", id}, row.wrapped);
//   auto email = key->open("email", row.email);
//
// Deleting `wrapped` everywhere makes the record's fields unreadable for good (crypto-shredding). Rotating
// the ring re-wraps the data keys only: the fields stay as they are.
//
// Layout, integers big-endian:
//   wrapped  0xE5 | 0x01 | alg 1 | ring key version 4 | data key id 16 | nonce 12 | data key 32, encrypted | tag 16
//   sealed   0xE5 | 0x02 | alg 1 |                      data key id 16 | nonce 12 | ciphertext | tag 16
// alg 1 is AES-256-GCM. Authenticated with it: service, table, record and (for sealed) field, each with its
// length before it, and the header up to the nonce. So a value that was changed, or copied to another row,
// column, table or service, does not open: internal `ciphertext_rejected`. Everything here may be used from
// any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "crypto/key_ring.hpp"

namespace gatehouse::crypto {

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
  explicit Envelope(std::shared_ptr<const LiveKeyRing> ring) : ring_(std::move(ring)) {}
  // A ring that never changes: for tests and commands.
  explicit Envelope(std::shared_ptr<const KeyRing> ring)
      : Envelope(std::make_shared<const LiveKeyRing>(std::move(ring))) {}

  // The version that new data keys are wrapped with. `key_ring_locked` (unavailable), here and below: the
  // keys are not at hand now.
  [[nodiscard]] Result<std::uint32_t> current_version() const;

  // A new data key and its wrapped form, which belongs in the row.
  [[nodiscard]] Result<std::pair<RecordKey, std::string>> create(const RecordName&) const;
  // Errors: internal `ciphertext_rejected`, `unknown_key_version` (the ring lost a key).
  [[nodiscard]] Result<RecordKey> unlock(const RecordName&, std::string_view wrapped) const;
  // The same data key under the ring's current key: the whole of a key rotation, row by row.
  [[nodiscard]] Result<std::string> rewrap(const RecordName&, std::string_view wrapped) const;
  // The ring key version that `wrapped` claims: to find rows to re-wrap, and to count rows per version.
  [[nodiscard]] static Result<std::uint32_t> version_of(std::string_view wrapped);
  // Whether both name the same data key, under whatever versions of the ring. False if either is no wrapped
  // key.
  [[nodiscard]] static bool hold_the_same_key(std::string_view one, std::string_view other);

 private:
  std::shared_ptr<const LiveKeyRing> ring_;
};

// One record is damaged or was tampered with (`ciphertext_rejected`): the others may be fine.
[[nodiscard]] bool is_rejected(const Error& error);

// Equality lookups on encrypted fields: HMAC-SHA-256 of the field's name and the value, cut to 128 bits, in
// hex (32 characters), fit for a UNIQUE column. It reveals which rows are equal and nothing else to those
// without the key; use it on values with many possibilities (an e-mail address), not on a yes or no. The key
// is not a key of the ring that wraps.
//
// While its key is rotated rows are indexed under either version: write at_current(), look for of_every().
class BlindIndex {
 public:
  explicit BlindIndex(Secret key);
  explicit BlindIndex(std::shared_ptr<const LiveKeyRing> ring) : ring_(std::move(ring)) {}

  struct Value {
    std::uint32_t version;
    std::string index;
  };
  [[nodiscard]] Value at_current(std::string_view field, std::string_view value) const;
  [[nodiscard]] std::string of(std::string_view field, std::string_view value) const {
    return at_current(field, value).index;
  }
  // Under every version of the ring, the current one first.
  [[nodiscard]] std::vector<std::string> of_every(std::string_view field, std::string_view value) const;
  [[nodiscard]] std::uint32_t current_version() const;

 private:
  std::shared_ptr<const LiveKeyRing> ring_;  // never locked: it opens nothing
};

// What is indexed and compared for an e-mail address: surrounding spaces, tabs and line ends removed, ASCII
// letters lower-cased, anything else kept. The local part is case-sensitive in RFC 5321 section 2.4, but no
// provider in use treats it so, and two accounts that differ in case only are a way to impersonate. Unicode
// is not folded.
[[nodiscard]] std::string normalised_email(std::string_view address);

}  // namespace gatehouse::crypto
