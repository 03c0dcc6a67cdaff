// Keys, certificates and the platform file in one sealed file: what a restore into an empty directory needs
// besides the stores.
#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::backup {

// Replaces `file`, whole or not at all. At most 256 MiB.
[[nodiscard]] Result<void> seal_secrets(const std::filesystem::path& data, const std::filesystem::path& file,
                                        const Secret& key);
// Into an empty directory. `internal`/"ciphertext_rejected" for another key or any change.
[[nodiscard]] Result<void> open_secrets(const std::filesystem::path& file, const std::filesystem::path& data,
                                        const Secret& key);
// The same from a platform that does not run.
[[nodiscard]] Result<void> copy_secrets(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace gatehouse::backup
