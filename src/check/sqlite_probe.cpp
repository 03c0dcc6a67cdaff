// SQLite: the files of a role, whether they are whole, and whether the role may write where they lie.
#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::check {
namespace {

namespace fs = std::filesystem;
namespace sqlite = storage::sqlite;

constexpr std::uintmax_t kFreeBytesMin = 256U << 20U;

std::vector<fs::path> files_of(const Mention& mention, const fs::path& directory) {
  if (const auto* file = mention.settings.if_contains("file"); file != nullptr && file->is_string())
    return {fs::path(std::string(file->as_string()))};
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == ".db") files.push_back(entry.path());
  }
  return files;
}

void look_into(const fs::path& file, Findings& findings) {
  auto database = sqlite::Database::open(file.string(), {.readers = 1});
  auto connection = database ? database->reader() : Result<sqlite::Connection>(fail(database));
  if (!connection) {
    findings.problems.push_back(fmt::format("{}: {}", file.string(), words_of(connection.error())));
    return;
  }
  const auto text = [](const sqlite::Row& row) { return row.text(0); };
  const auto whole = connection->one("PRAGMA quick_check(1)", text);
  if (!whole || *whole != "ok") {
    findings.problems.push_back(fmt::format("{} is damaged: {}", file.string(),
                                            whole ? whole->value_or("") : words_of(whole.error())));
  }
  const auto version = connection->one("SELECT sqlite_version()", text);
  if (version) findings.version = version->value_or("");
}

}  // namespace

Awaitable<Findings> probe_sqlite(Mention mention, Surroundings around) {
  Findings findings;
  const auto directory = supervisor::Layout{around.platform.data}.role_dir(mention.role);
  findings.endpoint = directory.string();
  std::error_code error;
  if (!fs::exists(directory, error)) {
    findings.is_reachable = true;  // the first start makes it
    findings.version = "not made yet";
    co_return findings;
  }
  findings.is_reachable = fs::is_directory(directory, error);
  if (::access(directory.c_str(), W_OK) != 0)
    findings.missing_rights.push_back(fmt::format("writing in {}", directory.string()));
  const auto space = fs::space(directory, error);
  if (!error && space.available < kFreeBytesMin)
    findings.problems.push_back(
        fmt::format("the disk is nearly full: {} MiB are left", space.available >> 20U));
  for (const auto& file : files_of(mention, directory)) look_into(file, findings);
  co_return findings;
}

}  // namespace gatehouse::check
