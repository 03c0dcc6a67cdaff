#include "storage/sqlite/online_copy.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::storage::sqlite {
namespace {

std::string text_of(const Row& row) {
  return row.text(0);
}
std::int64_t integer_of(const Row& row) {
  return row.integer(0);
}

std::string quoted_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

Result<std::int64_t> number(Connection& connection, const std::string& sql) {
  const auto found = connection.one(sql, integer_of);
  if (!found) return fail(found);
  return found->value_or(0);
}

}  // namespace

Result<DatabaseFacts> copy_online(const std::string& from, const std::string& to) {
  {
    auto database = Database::open(from, {.readers = 1});
    if (!database) return fail(database);
    auto connection = database->writer();
    if (!connection) return fail(connection);
    const auto copied = connection->run("VACUUM INTO ?", to);
    if (!copied) return fail(copied);
  }
  std::error_code error;
  std::filesystem::permissions(to, std::filesystem::perms{0600}, error);
  if (error) return fail(ErrorKind::unavailable, "cannot_write", to + ": " + error.message());
  return facts_of(to);
}

Result<DatabaseFacts> facts_of(const std::string& file) {
  auto database = Database::open(file, {.readers = 1});
  if (!database) return fail(database);
  auto connection = database->reader();
  if (!connection) return fail(connection);
  const auto whole = connection->one("PRAGMA quick_check(1)", text_of);
  if (!whole) return fail(whole);
  if (*whole != "ok")
    return fail(ErrorKind::internal, "database_corrupt", fmt::format("{}: {}", file, whole->value_or("")));
  DatabaseFacts facts;
  const auto schema = number(*connection, "PRAGMA user_version");
  if (!schema) return fail(schema);
  facts.schema = *schema;
  const auto tables = connection->all(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name LIMIT "
      "500",
      text_of);
  if (!tables) return fail(tables);
  for (const std::string& table : *tables) {
    const auto count = number(*connection, "SELECT count(*) FROM " + quoted_name(table));
    if (!count) return fail(count);
    facts.rows[table] = *count;
  }
  return facts;
}

}  // namespace gatehouse::storage::sqlite
