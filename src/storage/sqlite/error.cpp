// What the result codes of SQLite mean in our words; the table is in storage/sqlite.hpp.
#include <fmt/format.h>
#include <sqlite3.h>

#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::storage::sqlite {
namespace {

struct Meaning {
  ErrorKind kind;
  std::string_view reason;
  bool safe_to_retry = false;
};

Meaning meaning_of_constraint(int extended_code) {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorKind::conflict, "unique_violation"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorKind::conflict, "foreign_key_violation"};
    case SQLITE_CONSTRAINT_CHECK:
      return {ErrorKind::conflict, "check_violation"};
    case SQLITE_CONSTRAINT_TRIGGER:
      return {ErrorKind::conflict, "trigger_violation"};  // RAISE(ABORT, …)
    default:
      return {ErrorKind::internal, "constraint_violation"};  // NOT NULL, a type: a bug
  }
}

Meaning meaning_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::unavailable, "database_busy", true};
    case SQLITE_CONSTRAINT:
      return meaning_of_constraint(code);
    case SQLITE_FULL:
      return {ErrorKind::unavailable, "disk_full"};
    case SQLITE_READONLY:
      return {ErrorKind::unavailable, "database_read_only"};
    case SQLITE_IOERR:
      return {ErrorKind::unavailable, "database_io_error"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::unavailable, "database_cannot_open"};
    case SQLITE_NOMEM:
      return {ErrorKind::unavailable, "out_of_memory"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::internal, "database_corrupt"};
    case SQLITE_INTERRUPT:
      return {ErrorKind::cancelled, "database_interrupted", true};
    case SQLITE_TOOBIG:
      return {ErrorKind::too_large, "value_too_large"};
    default:
      return {ErrorKind::internal, "database_error"};
  }
}

}  // namespace

Error error_of(int code, sqlite3* database, std::string_view what) {
  // The connection's extended code says more than a plain one, if it is about the same error.
  if (database != nullptr && (sqlite3_extended_errcode(database) & 0xFF) == (code & 0xFF)) {
    code = sqlite3_extended_errcode(database);
  }
  const Meaning meaning = meaning_of(code);
  const char* said = database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  Error error(meaning.kind, meaning.reason, fmt::format("{} ({}): {}", said, code, what));
  error.safe_to_retry = meaning.safe_to_retry;
  return error;
}

}  // namespace gatehouse::storage::sqlite
