#include "storage/sqlite/subject_key_file.hpp"

#include <array>

namespace gatehouse::storage::sqlite {

namespace {

constexpr std::array kSchema{Migration{1, R"(
CREATE TABLE subject_key (
  subject   TEXT PRIMARY KEY,
  wrapped   BLOB,               -- NULL: destroyed
  erased_at INTEGER,
  CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
-- What was destroyed stays destroyed.
CREATE TRIGGER tombstone_stays BEFORE UPDATE ON subject_key WHEN old.wrapped IS NULL
BEGIN SELECT RAISE(ABORT, 'an erased subject never gets a key again'); END;
CREATE TRIGGER tombstone_is_kept BEFORE DELETE ON subject_key
BEGIN SELECT RAISE(ABORT, 'a tombstone is kept'); END;
)"}};

Result<std::string> key_of(Connection& connection, std::string_view subject) {
  const auto found = connection.one(
      "SELECT wrapped FROM subject_key WHERE subject = ?", [](const Row& row) { return row.maybe_text(0); },
      subject);
  if (!found) return fail(found);
  if (!*found) return refuse(ErrorKind::not_found, "unknown_subject");
  if (!**found) return crypto::subject_erased();
  return ***found;
}

}  // namespace

Result<std::shared_ptr<SubjectKeyFile>> SubjectKeyFile::open(const std::string& path) {
  auto database = Database::open(path);
  if (!database) return fail(database);
  if (const auto migrated = migrate(*database, kSchema); !migrated) return fail(migrated);
  return std::shared_ptr<SubjectKeyFile>(new SubjectKeyFile(std::move(*database)));
}

Result<std::string> SubjectKeyFile::find(std::string_view subject) {
  auto connection = database_.reader();
  if (!connection) return fail(connection);
  return key_of(*connection, subject);
}

Result<std::string> SubjectKeyFile::add(std::string_view subject, std::string_view wrapped) {
  auto connection = database_.writer();
  if (!connection) return fail(connection);
  const auto added = connection->run(
      "INSERT INTO subject_key (subject, wrapped) VALUES (?, ?) ON CONFLICT (subject) DO NOTHING", subject,
      Blob{wrapped});
  if (!added) return fail(added);
  return key_of(*connection, subject);
}

Result<void> SubjectKeyFile::destroy(std::string_view subject, core::SystemTime now) {
  auto connection = database_.writer();
  if (!connection) return fail(connection);
  const auto destroyed = connection->run(
      "INSERT INTO subject_key (subject, erased_at) VALUES (?1, ?2) ON CONFLICT (subject) DO UPDATE SET"
      " wrapped = NULL, erased_at = ?2 WHERE wrapped IS NOT NULL",
      subject, now);
  if (!destroyed) return fail(destroyed);
  // Freed bytes are zeros (secure_delete); the log still holds the page as it was.
  const auto emptied = connection->empty_log();
  if (!emptied && emptied.error().reason == "database_busy")
    return fail(ErrorKind::unavailable, "subject_key_log_busy");
  return emptied;
}

Result<std::vector<std::string>> SubjectKeyFile::erased(std::string_view after, std::size_t limit) {
  auto connection = database_.reader();
  if (!connection) return fail(connection);
  return connection->all(
      "SELECT subject FROM subject_key WHERE wrapped IS NULL AND subject > ? ORDER BY subject LIMIT ?",
      [](const Row& row) { return row.text(0); }, after, limit);
}

}  // namespace gatehouse::storage::sqlite
