// Verifies a backup, puts a new data directory together beside the old one, and exchanges the two.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

#include <fmt/format.h>

#include "backup/backup.hpp"
#include "backup/backup_key.hpp"
#include "backup/sealed_file.hpp"
#include "backup/secrets_archive.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "storage/sqlite/online_copy.hpp"
#include "supervisor/data_lock.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::backup {
namespace fs = std::filesystem;

namespace {

auto damaged(const StoredFile& store, std::string_view why) {
  return fail(ErrorKind::internal, "backup_damaged", fmt::format("{}: {}", store.sealed, why));
}

Result<Manifest> read_manifest(const fs::path& backup, const Secret& key) {
  const auto text = supervisor::read_file(backup / "manifest.json");
  if (!text && text.error().kind == ErrorKind::not_found)
    return fail(ErrorKind::not_found, "no_backup",
                backup.string() + " is no backup: it has no manifest.json");
  if (!text) return fail(text);
  return Manifest::from_text(*text, key);
}

// All that can be said without opening anything: a damaged backup is told before any work is done.
Result<void> verify(const Manifest& manifest, const fs::path& backup, std::span<const KnownSchema> known) {
  for (const StoredFile& store : manifest.stores) {
    const auto schema = std::ranges::find(known, std::string_view(store.role), &KnownSchema::role);
    if (schema == known.end() || store.schema > schema->version) {
      return refuse(ErrorKind::invalid, "schema_too_new",
                    fmt::format("{}: its schema {} is newer than this program's (made by Gatehouse {})",
                                store.sealed, store.schema, manifest.version));
    }
    const auto measured = measure(backup / store.sealed);
    if (!measured) return fail(measured);
    if (measured->bytes != store.bytes || measured->sha256 != store.sha256)
      return damaged(store, "its digest is not the one of the manifest");
  }
  return {};
}

Result<void> restore_store(const StoredFile& store, const Manifest& manifest, const fs::path& backup,
                           const fs::path& stage, const Secret& key) {
  const auto file = stage / "roles" / store.role / store.file;
  if (auto made = supervisor::make_private_directory(file.parent_path()); !made) return made;
  const auto opened = open_file(backup / store.sealed, file, {key, manifest.id + "/" + store.sealed});
  if (!opened) return opened;
  const auto facts = storage::sqlite::facts_of(file.string());
  if (!facts) return fail(facts);
  if (facts->schema != store.schema || facts->rows != store.rows)
    return damaged(store, "it does not hold what the manifest says");
  return {};
}

Result<void> stage_secrets(const RestoreOptions& options, const fs::path& data, const fs::path& stage,
                           const Secret& key, const fs::path& key_file) {
  // A key that is kept elsewhere stays there alone.
  if (auto kept = supervisor::read_file(key_file); kept && options.key.empty()) {
    auto written = supervisor::write_durably(stage / "backup.key", *kept, supervisor::kOwnerOnly);
    core::wipe(*kept);
    if (!written) return written;
  }
  if (!options.secrets.empty()) return open_secrets(options.secrets, stage, key);
  if (fs::exists(data / "pki")) return copy_secrets(data, stage);
  return refuse(ErrorKind::invalid, "secrets_missing",
                fmt::format("{} has no keys, and without them the stores cannot be read: name the latest "
                            "secrets file with --secrets",
                            data.string()));
}

// A new data directory beside the old one, gone if it never takes its place.
class Stage {
 public:
  explicit Stage(const fs::path& data) : path_(data.string() + ".restoring-" + core::random_token(6)) {}
  ~Stage() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Stage(const Stage&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

  // In one step: there is never a moment without a data directory, nor one with half of each.
  Result<fs::path> take_the_place_of(const fs::path& data) {
    if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, data.c_str(), RENAME_EXCHANGE) != 0)
      return fail(ErrorKind::unavailable, "cannot_write",
                  fmt::format("{}: {}", data.string(), std::strerror(errno)));
    const auto stage = std::exchange(path_, {});
    fs::path previous = fmt::format("{}.before-{}", data.string(), core::rfc3339(core::SystemClock().now()));
    std::error_code error;
    fs::rename(stage, previous, error);
    return error ? stage : previous;
  }

 private:
  fs::path path_;
};

bool holds_stores(const fs::path& data) {
  std::error_code ignored;
  return fs::exists(data / "roles", ignored);
}

}  // namespace

Result<Restored> restore(const RestoreOptions& options, std::span<const KnownSchema> known) {
  const auto data = fs::absolute(options.data).lexically_normal();
  const auto key_file = key_path(options.key, data);
  const auto key = read_key(key_file);
  if (!key) return fail(key);
  auto manifest = read_manifest(options.from, *key);
  if (!manifest) return fail(manifest);
  if (auto verified = verify(*manifest, options.from, known); !verified) return fail(verified);

  const auto lock = supervisor::DataLock::take({data});
  if (!lock) return fail(lock);
  Stage stage(data);
  for (const auto& directory : {stage.path(), stage.path() / "roles"}) {
    if (auto made = supervisor::make_private_directory(directory); !made) return fail(made);
  }
  for (const StoredFile& store : manifest->stores) {
    if (auto done = restore_store(store, *manifest, options.from, stage.path(), *key); !done)
      return fail(done);
  }
  if (auto done = stage_secrets(options, data, stage.path(), *key, key_file); !done) return fail(done);
  ::sync();
  const bool had_stores = holds_stores(data);
  auto previous = stage.take_the_place_of(data);
  if (!previous) return fail(previous);
  if (!had_stores) {
    std::error_code ignored;
    fs::remove_all(*previous, ignored);  // the empty directory of the lock
    previous->clear();
  }
  return Restored{std::move(*manifest), std::move(*previous)};
}

int restore_command(const RestoreOptions& options, std::span<const KnownSchema> known) {
  const auto restored = restore(options, known);
  if (!restored) {
    const Error& error = restored.error();
    fmt::print(stderr, "gatehouse restore: {} ({})\n", error.detail, error.reason);
    return 1;
  }
  fmt::print("{} holds the state of {}: {} stores.\n", options.data.string(), restored->manifest.made_at,
             restored->manifest.stores.size());
  for (const auto& engine : restored->manifest.left_out)
    fmt::print("not in it: {} (restore it with its own tools, to the same time)\n", engine);
  if (!restored->previous.empty())
    fmt::print("What was there before is kept in {}: remove it when all is well.\n",
               restored->previous.string());
  return 0;
}

}  // namespace gatehouse::backup
