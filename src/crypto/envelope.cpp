// Sealing fields and wrapping their keys; the key ring's file is in key_ring.cpp.
#include "crypto/envelope.hpp"

#include <optional>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::crypto {
namespace {

constexpr char kMagic = '\xE5';
constexpr char kWrappedFormat = '\x01';
constexpr char kSealedFormat = '\x02';
constexpr char kAes256Gcm = '\x01';
constexpr std::size_t kKeyIdBytes = 16;
constexpr std::size_t kWrappedHeaderBytes = 3 + 4 + kKeyIdBytes;
constexpr std::size_t kSealedHeaderBytes = 3 + kKeyIdBytes;

void append_u32(std::string& bytes, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((value >> shift) & 0xFF);
}

std::uint32_t read_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

// Each part with its length before it: ("ab", "c") and ("a", "bc") are different places.
std::string place_of(const RecordName& name, std::string_view field, std::string_view header) {
  std::string place;
  for (const std::string_view part : {std::string_view(name.service), std::string_view(name.table),
                                      std::string_view(name.record), field, header}) {
    append_u32(place, static_cast<std::uint32_t>(part.size()));
    place += part;
  }
  return place;
}

struct Framed {
  std::string_view header;
  std::string_view nonce;
  std::string_view ciphertext;
};

std::unexpected<Error> rejected(std::string_view why) {
  return fail(ErrorKind::internal, "ciphertext_rejected", std::string(why));
}

Result<Framed> unframe(std::string_view bytes, char format, std::size_t header_bytes) {
  if (bytes.size() < header_bytes + kAeadNonceBytes + kAeadTagBytes) return rejected("too short");
  if (bytes[0] != kMagic || bytes[1] != format) return rejected("not of this format");
  if (bytes[2] != kAes256Gcm) return rejected("unknown algorithm");
  return Framed{bytes.substr(0, header_bytes), bytes.substr(header_bytes, kAeadNonceBytes),
                bytes.substr(header_bytes + kAeadNonceBytes)};
}

Result<std::string> framed(std::string header, const Secret& key, const RecordName& name,
                           std::string_view field, std::string_view plaintext) {
  const std::string nonce = core::random_bytes(kAeadNonceBytes);
  auto ciphertext = crypto::seal(key, nonce, plaintext, place_of(name, field, header));
  if (!ciphertext) return fail(ciphertext);
  return header + nonce + *ciphertext;
}

// A wrapped key is no field: a name that no column can have keeps the two apart.
constexpr std::string_view kWrappedField{"\0record key", 11};

Result<std::string> wrap(const KeyRing& ring, const RecordName& name, std::string_view key_id,
                         const Secret& key) {
  const Secret* ring_key = ring.find(ring.current());
  if (ring_key == nullptr) return fail(ErrorKind::internal, "unknown_key_version");
  std::string header{kMagic, kWrappedFormat, kAes256Gcm};
  append_u32(header, ring.current());
  header += key_id;
  return framed(std::move(header), *ring_key, name, kWrappedField, key.reveal());
}

Result<std::shared_ptr<const KeyRing>> unlocked(const LiveKeyRing& live) {
  auto ring = live.snapshot();
  if (ring == nullptr) {
    return fail(ErrorKind::unavailable, "key_ring_locked", "the keys of the data are not at hand");
  }
  return ring;
}

std::string index_under(const Secret& key, std::string_view field, std::string_view value) {
  std::string message;
  append_u32(message, static_cast<std::uint32_t>(field.size()));
  message += field;
  message += value;
  return core::to_hex(hmac_sha256(key.reveal(), message).substr(0, 16));
}

}  // namespace

Result<std::string> RecordKey::seal(std::string_view field, std::string_view plaintext) const {
  return framed(std::string{kMagic, kSealedFormat, kAes256Gcm} + id_, key_, name_, field, plaintext);
}

Result<std::string> RecordKey::open(std::string_view field, std::string_view sealed) const {
  const auto parts = unframe(sealed, kSealedFormat, kSealedHeaderBytes);
  if (!parts) return fail(parts);
  if (parts->header.substr(3) != id_) return rejected("sealed with another data key");
  return crypto::open(key_, parts->nonce, parts->ciphertext, place_of(name_, field, parts->header));
}

Result<std::pair<RecordKey, std::string>> Envelope::create(const RecordName& name) const {
  RecordKey key(name, core::random_bytes(kKeyIdBytes), Secret(core::random_bytes(kAeadKeyBytes)));
  const auto ring = unlocked(*ring_);
  if (!ring) return fail(ring);
  auto wrapped = wrap(**ring, name, key.id_, key.key_);
  if (!wrapped) return fail(wrapped);
  return std::pair{std::move(key), std::move(*wrapped)};
}

bool Envelope::hold_the_same_key(std::string_view one, std::string_view other) {
  const auto of_one = unframe(one, kWrappedFormat, kWrappedHeaderBytes);
  const auto of_other = unframe(other, kWrappedFormat, kWrappedHeaderBytes);
  return of_one && of_other && of_one->header.substr(7) == of_other->header.substr(7);
}

Result<std::uint32_t> Envelope::version_of(std::string_view wrapped) {
  const auto parts = unframe(wrapped, kWrappedFormat, kWrappedHeaderBytes);
  if (!parts) return fail(parts);
  return read_u32(parts->header.substr(3));
}

Result<RecordKey> Envelope::unlock(const RecordName& name, std::string_view wrapped) const {
  const auto parts = unframe(wrapped, kWrappedFormat, kWrappedHeaderBytes);
  if (!parts) return fail(parts);
  const auto ring = unlocked(*ring_);
  if (!ring) return fail(ring);
  const std::uint32_t version = read_u32(parts->header.substr(3));
  const Secret* ring_key = (*ring)->find(version);
  if (ring_key == nullptr) {
    return fail(ErrorKind::internal, "unknown_key_version",
                "the key ring has no version " + std::to_string(version));
  }
  auto key =
      crypto::open(*ring_key, parts->nonce, parts->ciphertext, place_of(name, kWrappedField, parts->header));
  if (!key) return fail(key);
  if (key->size() != kAeadKeyBytes) return rejected("the data key has a wrong length");
  return RecordKey(name, std::string(parts->header.substr(7)), Secret(std::move(*key)));
}

Result<std::string> Envelope::rewrap(const RecordName& name, std::string_view wrapped) const {
  const auto key = unlock(name, wrapped);
  if (!key) return fail(key);
  const auto ring = unlocked(*ring_);
  if (!ring) return fail(ring);
  return wrap(**ring, name, key->id_, key->key_);
}

Result<std::uint32_t> Envelope::current_version() const {
  const auto ring = unlocked(*ring_);
  if (!ring) return fail(ring);
  return (*ring)->current();
}

bool is_rejected(const Error& error) {
  return error.reason == "ciphertext_rejected";
}

BlindIndex::BlindIndex(Secret key)
    : ring_(std::make_shared<const LiveKeyRing>(
          std::make_shared<const KeyRing>(KeyRing::of_secret(std::move(key))))) {}

BlindIndex::Value BlindIndex::at_current(std::string_view field, std::string_view value) const {
  const auto ring = ring_->snapshot();
  return {.version = ring->current(), .index = index_under(*ring->find(ring->current()), field, value)};
}

std::vector<std::string> BlindIndex::of_every(std::string_view field, std::string_view value) const {
  const auto ring = ring_->snapshot();
  std::vector<std::string> indexes{index_under(*ring->find(ring->current()), field, value)};
  for (const std::uint32_t version : ring->versions()) {
    if (version != ring->current()) indexes.push_back(index_under(*ring->find(version), field, value));
  }
  return indexes;
}

std::uint32_t BlindIndex::current_version() const {
  return ring_->snapshot()->current();
}

std::string normalised_email(std::string_view address) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = address.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return core::to_lower(address.substr(first, address.find_last_not_of(kBlank) - first + 1));
}

}  // namespace gatehouse::crypto
