#include "backup/backup.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

#include "backup/backup_key.hpp"
#include "backup/sealed_file.hpp"
#include "backup/secrets_archive.hpp"
#include "core/clock.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "service/service.hpp"
#include "storage/sqlite/online_copy.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::backup {
namespace fs = std::filesystem;

namespace {

// Payments last: what an order knows of a payment, the payments' store then knows too. What came after is
// settled by the saga, which asks under the same idempotency key.
constexpr std::string_view kOrder[] = {"gateway", "auth-server", "auth",
                                       "orders",  "payments",    "provider-sim"};

struct StoreFile {
  std::string role;
  fs::path path;
};

// The embedded stores of the data directory.
std::vector<StoreFile> stores_of(const supervisor::Platform& platform) {
  const supervisor::Layout layout{platform.data};
  std::vector<StoreFile> files;
  for (const std::string_view role : kOrder) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(layout.role_dir(role), ignored)) {
      if (entry.is_regular_file() && entry.path().extension() == ".db") found.push_back(entry.path());
    }
    std::ranges::sort(found);
    for (fs::path& path : found) files.push_back({std::string(role), std::move(path)});
  }
  return files;
}

// What the settings of a role say of its store: an engine, or the file of SQLite.
struct StoreSettings {
  std::string engine = "sqlite";
  fs::path file;
};
StoreSettings store_settings(const json::object& settings) {
  StoreSettings found;
  const auto* store = settings.if_contains("store");
  if (store == nullptr) return found;
  if (const auto* path = store->if_string()) found.file = std::string(*path);
  if (const auto* object = store->if_object()) {
    Fields fields{*object};
    found.engine = fields.optional_text("engine", "sqlite");
    found.file = fields.optional_text("file", "", {.bytes_max = 4096});
  }
  return found;
}

// What a backup does not hold, so that nobody thinks it did.
std::vector<std::string> left_out_of(const supervisor::Platform& platform) {
  const supervisor::Layout layout{platform.data};
  std::vector<std::string> left_out;
  for (const auto& plan : platform.roles) {
    const auto [engine, file] = store_settings(plan.settings);
    const bool is_elsewhere =
        !file.empty() && fs::absolute(file).lexically_normal().parent_path() != layout.role_dir(plan.role);
    if (plan.settings.contains("subject_keys"))
      left_out.push_back(fmt::format("{}: the keys of people", plan.role));
    if (engine != "sqlite") {
      left_out.push_back(fmt::format("{}: {}", plan.role, engine));
    } else if (is_elsewhere) {
      left_out.push_back(fmt::format("{}: {}, outside of the data directory", plan.role, file.string()));
    }
  }
  return left_out;
}

// What is made of a backup until it is whole; gone if it never is.
class Draft {
 public:
  explicit Draft(fs::path to)
      : to_(std::move(to)), path_(to_.string() + ".partial-" + core::random_token(6)) {}
  ~Draft() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }
  Result<void> finish() {
    std::error_code error;
    fs::rename(path_, to_, error);
    if (error) return fail(ErrorKind::unavailable, "cannot_write", to_.string() + ": " + error.message());
    path_.clear();
    return {};
  }

 private:
  fs::path to_;
  fs::path path_;
};

// The open copy lies beside the store that it is taken from, never on the backup's medium.
Result<StoredFile> back_up_store(const StoreFile& store, const fs::path& run, const fs::path& draft,
                                 const std::string& id, const Secret& key) {
  StoredFile stored{.role = store.role, .file = store.path.filename().string()};
  stored.sealed = fmt::format("stores/{}/{}.sealed", stored.role, stored.file);
  if (auto made = supervisor::make_private_directory((draft / stored.sealed).parent_path()); !made)
    return fail(made);
  const auto copy = run / ("backup-" + core::random_token(6) + ".db");
  const auto facts = storage::sqlite::copy_online(store.path.string(), copy.string());
  auto sealed = facts ? seal_file(copy, draft / stored.sealed, {key, id + "/" + stored.sealed})
                      : Result<SealedFile>(fail(facts));
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((copy.string() + suffix).c_str());
  if (!sealed) return fail(sealed);
  stored.bytes = sealed->bytes;
  stored.sha256 = sealed->sha256;
  stored.schema = facts->schema;
  stored.rows = facts->rows;
  return stored;
}

}  // namespace

Result<Manifest> back_up(const BackupOptions& options) {
  const auto data = fs::absolute(options.data).lexically_normal();
  const auto to = fs::absolute(options.to).lexically_normal();
  const auto platform = supervisor::Platform::load(data);
  if (!platform) return fail(platform);
  if (fs::exists(to)) return refuse(ErrorKind::conflict, "backup_exists", to.string() + " is there already");
  if (!fs::exists(data / "roles"))
    return refuse(ErrorKind::not_found, "no_platform", data.string() + " holds no platform");
  const auto key = ensure_key(key_path(options.key, data));
  if (!key) return fail(key);

  Manifest manifest{.id = core::random_token(12),
                    .made_at = core::rfc3339(core::SystemClock().now()),
                    .version = std::string(service::version()),
                    .left_out = left_out_of(*platform)};
  Draft draft(to);
  for (const auto& directory : {draft.path(), draft.path() / "stores", data / "run"}) {
    if (auto made = supervisor::make_private_directory(directory); !made) return fail(made);
  }
  for (const StoreFile& store : stores_of(*platform)) {
    auto stored = back_up_store(store, data / "run", draft.path(), manifest.id, *key);
    if (!stored) return fail(stored);
    manifest.stores.push_back(std::move(*stored));
  }
  const auto text = manifest.to_text(*key);
  if (auto written = supervisor::write_durably(draft.path() / "manifest.json", text, supervisor::kOwnerOnly);
      !written)
    return fail(written);
  if (auto done = draft.finish(); !done) return fail(done);
  if (options.secrets.empty()) return manifest;
  if (auto sealed = seal_secrets(data, options.secrets, *key); !sealed) return fail(sealed);
  return manifest;
}

int backup_command(const BackupOptions& options) {
  const auto manifest = back_up(options);
  if (!manifest) {
    const Error& error = manifest.error();
    fmt::print(stderr, "gatehouse backup: {} ({})\n", error.detail, error.reason);
    return 1;
  }
  std::uint64_t bytes = 0;
  for (const StoredFile& store : manifest->stores) {
    bytes += store.bytes;
    std::int64_t rows = 0;
    for (const auto& [table, count] : store.rows) rows += count;
    fmt::print("{:<14} {:<16} {:>9} rows {:>10} bytes, schema {}\n", store.role, store.file, rows,
               store.bytes, store.schema);
  }
  for (const auto& engine : manifest->left_out)
    fmt::print("not in it, and to be backed up by its own means: {}\n", engine);
  fmt::print("\n{} is whole: {} stores, {} bytes.\n", options.to.string(), manifest->stores.size(), bytes);
  fmt::print("Keep apart from it: the backup key, {}.\n", key_path(options.key, options.data).string());
  if (options.secrets.empty()) {
    fmt::print("Not in it: keys and certificates. Keep the latest of them with --secrets FILE.\n");
  } else {
    fmt::print("Keep the latest only: {}.\n", options.secrets.string());
  }
  return 0;
}

}  // namespace gatehouse::backup
