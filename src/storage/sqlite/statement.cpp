// Statements, rows and the connection's own functions.
#include "storage/sqlite/pool.hpp"
#include "storage/sqlite/session.hpp"

namespace gatehouse::storage::sqlite {

bool Row::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Row::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Row::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string Row::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);  // of a text: its bytes
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

std::optional<std::string> Row::maybe_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Row::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

core::SystemTime Row::time(int column) const {
  return core::from_unix_micros(integer(column));
}

std::optional<core::SystemTime> Row::maybe_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, bool* on_loan)
    : database_(database), statement_(statement), on_loan_(on_loan) {
  if (on_loan_ != nullptr) *on_loan_ = true;
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      on_loan_(std::exchange(other.on_loan_, nullptr)),
      bind_error_(other.bind_error_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (on_loan_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);  // also lets go of what was secret in them
  *on_loan_ = false;
}

void Statement::note(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

void Statement::require_parameters(std::size_t count) {
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement_)) != count) note(SQLITE_RANGE);
}

void Statement::bind(int index, std::nullptr_t) {
  note(sqlite3_bind_null(statement_, index));
}
void Statement::bind_integer(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
}
void Statement::bind_real(int index, double value) {
  note(sqlite3_bind_double(statement_, index, value));
}
void Statement::bind(int index, core::SystemTime time) {
  bind_integer(index, core::unix_micros(time));
}

void Statement::bind(int index, std::string_view text) {
  const char* bytes = text.empty() ? "" : text.data();  // a null pointer would bind NULL
  note(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int index, Blob blob) {
  const char* bytes = blob.bytes.empty() ? "" : blob.bytes.data();
  note(sqlite3_bind_blob64(statement_, index, bytes, blob.bytes.size(), SQLITE_TRANSIENT));
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK)
    return std::unexpected(error_of(bind_error_, nullptr, sqlite3_sql(statement_)));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return std::unexpected(error_of(code, database_, sqlite3_sql(statement_)));
}

Connection::Connection(std::shared_ptr<Pool> pool, std::unique_ptr<Session> session)
    : pool_(std::move(pool)), session_(std::move(session)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() {
  if (session_) pool_->give_back(std::move(session_));
}

Result<Statement> Connection::prepare(std::string_view sql) {
  return session_->prepare(sql);
}
Result<void> Connection::execute(std::string_view sql) {
  return session_->execute(std::string(sql));
}
Result<void> Connection::empty_log() {
  return session_->empty_log();
}
std::int64_t Connection::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(session_->handle());
}
bool Connection::in_transaction() const {
  return sqlite3_get_autocommit(session_->handle()) == 0;
}
std::int64_t Connection::changes() const {
  return sqlite3_changes64(session_->handle());
}

}  // namespace gatehouse::storage::sqlite
