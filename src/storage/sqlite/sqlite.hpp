// SQLite, synchronous: a small pool of connections to one file (one writer, some readers), typed statements
// and errors as values. Every call may block: it is made on threads of runtime::BlockingPool only. Adapters
// use storage/sqlite_async.hpp, which does that for them; the functions they pass receive a Connection.
//
//   auto found = connection.one("SELECT id, total FROM orders WHERE id = ? AND owner = ?", read_order, id,
//   owner); auto changed = connection.run("UPDATE stock SET left = left - ? WHERE sku = ?", count, sku);
//   Result<Order> saved = transaction(connection, [&]() -> Result<Order> { … });
//
// Several processes may share the file (WAL). Make tables STRICT: SQLite checks types only then.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::storage::sqlite {

class Pool;     // sqlite_pool.hpp
class Session;  // sqlite_session.hpp

struct Options {
  std::size_t readers = 4;
  std::chrono::milliseconds busy_timeout{5000};      // for another process's write lock
  std::chrono::milliseconds checkout_timeout{5000};  // for a free connection of the pool
  std::size_t statements_per_connection = 128;       // prepared and kept
  std::int64_t page_count_max = 0;                   // 0: SQLite's own limit; a quota otherwise
};

// Bytes, not text, when binding: Blob{view}.
struct Blob {
  std::string_view bytes;
};

// The current row of a statement; text and blobs are copied out. Columns count from 0.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  [[nodiscard]] std::string text(int column) const;  // also right for blobs
  [[nodiscard]] std::optional<std::string> maybe_text(int column) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  [[nodiscard]] core::SystemTime time(int column) const;  // stored as microseconds since 1970
  [[nodiscard]] std::optional<core::SystemTime> maybe_time(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// A prepared statement on loan from its connection's cache: reset when it goes.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  void bind(int index, std::nullptr_t);  // parameters count from 1
  void bind(int index, std::string_view text);
  void bind(int index, const char* text) { bind(index, std::string_view(text)); }
  void bind(int index, const std::string& text) { bind(index, std::string_view(text)); }
  void bind(int index, Blob);
  void bind(int index, core::SystemTime);
  template <class T>
    requires std::is_arithmetic_v<T>
  void bind(int index, T value) {
    if constexpr (std::floating_point<T>) {
      bind_real(index, value);
    } else {
      bind_integer(index, static_cast<std::int64_t>(value));
    }
  }
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind(index, nullptr);
    }
  }

  [[nodiscard]] Result<bool> step();  // true: there is a row; a wrong bind shows here
  [[nodiscard]] Row row() const { return Row(statement_); }

 private:
  friend class Session;
  friend class Connection;
  Statement(sqlite3* database, sqlite3_stmt* statement, bool* on_loan);
  void bind_integer(int index, std::int64_t);
  void bind_real(int index, double);
  void note(int code);
  void require_parameters(std::size_t count);  // a missing value would silently be NULL

  sqlite3* database_;
  sqlite3_stmt* statement_;
  bool* on_loan_;  // null: not cached, finalised when it goes
  int bind_error_ = 0;
};

template <class T>
struct unwrapped {
  using type = T;
};
template <class T>
struct unwrapped<Result<T>> {
  using type = T;
};
// What a row reader gives: `Order` for readers that return Order or Result<Order>.
template <class Read>
using RowOf = typename unwrapped<std::invoke_result_t<Read&, const Row&>>::type;

// A connection on loan from a Database: goes back when it goes. Used by one thread at a time.
class Connection {
 public:
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);

  // One statement; how many rows it changed.
  template <class... Args>
  [[nodiscard]] Result<std::int64_t> run(std::string_view sql, const Args&... args) {
    auto statement = bound(sql, args...);
    if (!statement) return fail(statement);
    auto stepped = statement->step();
    if (!stepped) return fail(stepped);
    return changes();
  }

  // The first row, if there is one. `read` maps a Row to T or Result<T>.
  template <class Read, class... Args>
  [[nodiscard]] Result<std::optional<RowOf<Read>>> one(std::string_view sql, Read read, const Args&... args) {
    auto statement = bound(sql, args...);
    if (!statement) return fail(statement);
    auto stepped = statement->step();
    if (!stepped) return fail(stepped);
    if (!*stepped) return std::optional<RowOf<Read>>{};
    return taken<std::optional<RowOf<Read>>>(read(statement->row()));
  }

  // All rows: put a LIMIT into the statement.
  template <class Read, class... Args>
  [[nodiscard]] Result<std::vector<RowOf<Read>>> all(std::string_view sql, Read read, const Args&... args) {
    auto statement = bound(sql, args...);
    if (!statement) return fail(statement);
    std::vector<RowOf<Read>> rows;
    for (;;) {
      auto stepped = statement->step();
      if (!stepped) return fail(stepped);
      if (!*stepped) return rows;
      Result<RowOf<Read>> row = read(statement->row());
      if (!row) return fail(row);
      rows.push_back(std::move(*row));
    }
  }

  // Several statements without parameters: schema and pragmas.
  [[nodiscard]] Result<void> execute(std::string_view sql);
  // Writes the write-ahead log into the file and cuts it to nothing. `unavailable`/"database_busy" if others
  // read or checkpoint for longer than the busy timeout.
  [[nodiscard]] Result<void> empty_log();

  [[nodiscard]] std::int64_t last_insert_rowid() const;
  [[nodiscard]] bool in_transaction() const;

 private:
  friend class Pool;
  Connection(std::shared_ptr<Pool> pool, std::unique_ptr<Session> session);

  template <class... Args>
  Result<Statement> bound(std::string_view sql, const Args&... args) {
    auto statement = prepare(sql);
    if (!statement) return statement;
    statement->require_parameters(sizeof...(args));
    [[maybe_unused]] int index = 0;
    (statement->bind(++index, args), ...);
    return statement;
  }
  template <class To, class From>
  static Result<To> taken(From&& from) {
    if constexpr (std::same_as<std::remove_cvref_t<From>,
                               typename unwrapped<std::remove_cvref_t<From>>::type>) {
      return To(std::forward<From>(from));
    } else {
      if (!from) return fail(from);
      return To(*std::forward<From>(from));
    }
  }
  [[nodiscard]] std::int64_t changes() const;

  std::shared_ptr<Pool> pool_;
  std::unique_ptr<Session> session_;
};

class Database {
 public:
  // Creates the file (0600) if it is not there. WAL, synchronous=FULL, foreign keys, defensive.
  // Reasons: database_cannot_open, database_corrupt, database_read_only, …
  [[nodiscard]] static Result<Database> open(const std::string& path, Options options = {});

  // The one writer of this process, or one of the readers (query_only): waits for a free one,
  // `connection_pool_exhausted` after checkout_timeout.
  [[nodiscard]] Result<Connection> writer();
  [[nodiscard]] Result<Connection> reader();

  [[nodiscard]] const std::string& path() const;

 private:
  explicit Database(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  std::shared_ptr<Pool> pool_;
};

// A write transaction, or a savepoint when one is open already. Ends in one of two ways.
class Transaction {
 public:
  enum class Kind { write, snapshot };
  [[nodiscard]] static Result<Transaction> begin(Connection&, Kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();  // rolls back what was not committed
  [[nodiscard]] Result<void> commit();

 private:
  Transaction(Connection& connection, bool nested) : connection_(&connection), nested_(nested) {}
  void roll_back();
  Connection* connection_;
  bool nested_;
};

// BEGIN IMMEDIATE, then `fn() -> Result<T>`: commits if and only if it returned a value. The value of a
// transaction whose commit failed is never seen. Inside another transaction it is a savepoint.
template <class Fn>
[[nodiscard]] std::invoke_result_t<Fn&> transaction(Connection& connection, Fn fn,
                                                    Transaction::Kind kind = Transaction::Kind::write) {
  auto begun = Transaction::begin(connection, kind);
  if (!begun) return fail(begun);
  auto outcome = fn();
  if (!outcome) return outcome;
  if (auto committed = begun->commit(); !committed) return fail(committed);
  return outcome;
}

// Several reads that see one state of the database.
template <class Fn>
[[nodiscard]] std::invoke_result_t<Fn&> snapshot(Connection& connection, Fn fn) {
  return transaction(connection, std::move(fn), Transaction::Kind::snapshot);
}

// One step of a schema. Versions count 1, 2, 3, … without a gap; a released step is never edited.
struct Migration {
  int version;
  std::string_view sql;
};

// Brings the file to the last version (PRAGMA user_version), each step in a transaction of its own; processes
// that start together wait for one another. A file from a newer Gatehouse is refused: `schema_too_new`.
[[nodiscard]] Result<void> migrate(Database&, std::span<const Migration>);

// For those who only read: a file that is there and at the last version; nothing is made or migrated.
// `no_such_store` (not_found), `schema_too_new`, `schema_too_old`.
[[nodiscard]] Result<Database> open_source(const std::filesystem::path& file, std::span<const Migration>);

// What a result code of SQLite means here; `what` names the operation for the log.
//   BUSY, LOCKED → unavailable database_busy (safe to retry) · UNIQUE, PRIMARY KEY → conflict
//   unique_violation · FOREIGN KEY → conflict foreign_key_violation · CHECK → conflict check_violation · FULL
//   → unavailable disk_full · READONLY → unavailable database_read_only · CORRUPT, NOTADB → internal
//   database_corrupt · IOERR → unavailable database_io_error · else internal database_error
[[nodiscard]] Error error_of(int code, sqlite3* database, std::string_view what);

}  // namespace gatehouse::storage::sqlite
