// Who is in maintenance, on disk: what an operator has taken out of routing stays out when the registry is
// started anew.
#pragma once

#include <filesystem>

#include "registry/catalog.hpp"

namespace gatehouse::registry {

// Nothing if there is no such file. `internal`/"maintenance_file_damaged" if it cannot be understood.
[[nodiscard]] Result<Catalog::Maintenance> read_maintenance(const std::filesystem::path& file);
// Whole or not at all. `unavailable`/"cannot_write".
[[nodiscard]] Result<void> write_maintenance(const std::filesystem::path& file,
                                             const Catalog::Maintenance& maintenance);

}  // namespace gatehouse::registry
