// One open connection to SQLite and the statements prepared on it. Behind Connection and Pool.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <sqlite3.h>

#include "storage/sqlite/sqlite.hpp"

namespace gatehouse::storage::sqlite {

enum class Access { write, read };

class Session {
 public:
  // Opens and sets what every connection of Gatehouse needs.
  static Result<std::unique_ptr<Session>> open(const std::string& path, const Options&, Access);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  [[nodiscard]] Result<void> execute(const std::string& sql);
  [[nodiscard]] sqlite3* handle() const { return database_; }
  [[nodiscard]] Access access() const { return access_; }
  [[nodiscard]] Result<void> empty_log();
  // For the pool: a connection that comes back in the middle of a transaction has been abandoned.
  void abandon_transaction();

 private:
  struct Prepared {
    sqlite3_stmt* statement = nullptr;
    bool on_loan = false;
  };

  Session(sqlite3* database, const Options& options, Access access);
  Result<void> set_up(const Options&);
  Result<void> again_while_busy(const std::function<Result<void>()>& attempt) const;
  Result<sqlite3_stmt*> compile(std::string_view sql, unsigned flags);
  void forget_idle_statements();
  static int on_busy(void* session, int attempts);

  sqlite3* database_;
  Access access_;
  std::size_t statements_max_;
  std::chrono::milliseconds busy_timeout_;
  core::SteadyTime busy_since_;
  std::map<std::string, Prepared, std::less<>> prepared_;
};

}  // namespace gatehouse::storage::sqlite
