// The key that seals backups: 32 random bytes in a file of their own.
#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::backup {

[[nodiscard]] std::filesystem::path key_path(const std::filesystem::path& chosen,
                                             const std::filesystem::path& data);
// `invalid`/"backup_key_missing", "backup_key_damaged".
[[nodiscard]] Result<Secret> read_key(const std::filesystem::path& file);
// Makes it (0600) where there is none.
[[nodiscard]] Result<Secret> ensure_key(const std::filesystem::path& file);

}  // namespace gatehouse::backup
