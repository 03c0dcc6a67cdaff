// A file sealed with AES-256-GCM in pieces of 1 MiB, so that stores of any size need little memory. A piece
// that is changed, missing, moved, added or from another file is refused: each file has a key of its own,
// made from the backup key, its name and a fresh salt; the nonce counts the pieces and marks the last
// (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::backup {

// What a sealed file is opened with: the backup key, and the name under which it was sealed.
struct Seal {
  const Secret& backup_key;
  std::string name;  // "<backup id>/stores/orders/orders.db.sealed"
};

struct SealedFile {
  std::uint64_t bytes = 0;  // sealed
  std::string sha256;       // hex, of the sealed file: it is verified without the key
};

// Both write `to` (0600), which must not exist, and sync it. `unavailable`/"cannot_read", "cannot_write".
[[nodiscard]] Result<SealedFile> seal_file(const std::filesystem::path& from, const std::filesystem::path& to,
                                           const Seal& seal);
[[nodiscard]] Result<SealedFile> seal_text(std::string_view text, const std::filesystem::path& to,
                                           const Seal& seal);
// `internal`/"ciphertext_rejected" for another key or any change; what was written so far is removed.
[[nodiscard]] Result<void> open_file(const std::filesystem::path& from, const std::filesystem::path& to,
                                     const Seal& seal);
// At most `bytes_max` once opened.
[[nodiscard]] Result<std::string> open_text(const std::filesystem::path& from, const Seal& seal,
                                            std::size_t bytes_max);
// Size and digest of a sealed file as it lies there.
[[nodiscard]] Result<SealedFile> measure(const std::filesystem::path& file);

}  // namespace gatehouse::backup
