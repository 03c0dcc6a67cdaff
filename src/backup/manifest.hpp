// What a backup holds: written last, so that a backup without one is none; authenticated, so that nothing can
// be left out of it or put into it without the key.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::backup {

struct StoredFile {
  std::string role;
  std::string file;    // "orders.db", in the role's directory
  std::string sealed;  // "stores/orders/orders.db.sealed", in the backup
  std::uint64_t bytes = 0;
  std::string sha256;                        // of the sealed file
  std::int64_t schema = 0;                   // PRAGMA user_version
  std::map<std::string, std::int64_t> rows;  // by table
};

struct Manifest {
  std::string id;
  std::string made_at;  // RFC 3339
  std::string version;  // of the Gatehouse that made it
  std::vector<StoredFile> stores;
  std::vector<std::string> left_out;  // "orders: postgres": kept by engines with backups of their own

  [[nodiscard]] std::string to_text(const Secret& key) const;
  // `internal`/"manifest_damaged" if it cannot be read, "manifest_rejected" if the key is another or anything
  // was changed.
  static Result<Manifest> from_text(std::string_view text, const Secret& key);
};

}  // namespace gatehouse::backup
