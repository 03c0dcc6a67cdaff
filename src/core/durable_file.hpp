// Files that must be whole or not there at all: keys, certificates, secrets, configuration.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "core/result.hpp"

namespace gatehouse::core {

inline constexpr mode_t kOwnerOnly = 0600;
inline constexpr mode_t kReadableByAll = 0644;

// Writes a neighbour (".name.tmp-…"), syncs it, renames it over `path` and syncs the directory: a reader sees
// the old content or the new, also after a crash. The directory must exist. Errors: unavailable
// `cannot_write` (detail: path and the system's words: full disk, read-only directory); the old file is
// untouched and no neighbour is left behind.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& path, std::string_view content,
                                         mode_t mode);

// Makes the directory and its parents; the last one, if it is new, is the owner's alone (0700).
// `cannot_write`.
[[nodiscard]] Result<void> make_private_directory(const std::filesystem::path&);

// At most 1 MiB. Errors: not_found `file_missing`, unavailable `cannot_read`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path&);

}  // namespace gatehouse::core
