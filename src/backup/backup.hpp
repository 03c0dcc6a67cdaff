// `gatehouse backup` and `gatehouse restore`: the embedded stores of a platform, while it runs, and back.
//
//   <backup>/manifest.json                     what there is, authenticated; written last
//   <backup>/stores/<role>/<file>.sealed       each store, one state of it, sealed
//   <secrets file>                             keys, certificates and platform file, sealed
//
// All of it is sealed with the backup key (<data>/backup.key), made at the first backup: without a copy of it
// elsewhere a backup is of no use to anybody. The secrets lie in a file of their own, of which only the
// latest is to be kept: it holds the keys of people, and what was erased since must not come back with an old
// one.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "backup/manifest.hpp"

namespace gatehouse::backup {

// The newest schema of a role's store that this program understands.
struct KnownSchema {
  std::string_view role;
  std::int64_t version;
};

struct BackupOptions {
  std::filesystem::path data = "data";
  std::filesystem::path to;       // is made; must not exist
  std::filesystem::path secrets;  // where the sealed secrets go; empty: not now
  std::filesystem::path key;      // empty: <data>/backup.key
};

struct RestoreOptions {
  std::filesystem::path data = "data";
  std::filesystem::path from;
  std::filesystem::path secrets;  // empty: those that `data` has
  std::filesystem::path key;      // empty: <data>/backup.key
};

// Errors name the file. A backup that fails leaves nothing behind.
[[nodiscard]] Result<Manifest> back_up(const BackupOptions& options);

struct Restored {
  Manifest manifest;
  std::filesystem::path previous;  // where what `data` had before now lies; empty: it had nothing
};
// Everything is verified and put together beside `data`, which is exchanged in one step at the end.
// `conflict`/"already_running", `internal`/"backup_damaged", `invalid`/"schema_too_new", "secrets_missing".
[[nodiscard]] Result<Restored> restore(const RestoreOptions& options, std::span<const KnownSchema> known);

// The commands: the exit code, after telling.
int backup_command(const BackupOptions& options);
int restore_command(const RestoreOptions& options, std::span<const KnownSchema> known);

}  // namespace gatehouse::backup
