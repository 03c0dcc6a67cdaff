#include "storage/sqlite/session.hpp"

#include <thread>

#include <fmt/format.h>

#include "core/text.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::sqlite {
namespace {

// SQLite's own statistics of its memory, which nobody reads, cost every allocation of every connection one
// process-wide lock. Only before the first connection; later it is refused, and nothing is lost but speed.
void count_no_memory() {
  [[maybe_unused]] static const int kOnce = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const std::string& path, const Options& options,
                                               Access access) {
  count_no_memory();
  sqlite3* database = nullptr;
  // NOMUTEX: a connection is on loan to one thread at a time.
  constexpr int kFlags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &database, kFlags, nullptr);
  std::unique_ptr<Session> session(new Session(database, options, access));
  if (code != SQLITE_OK) return std::unexpected(error_of(code, database, "open " + path));
  if (auto ready = session->set_up(options); !ready) return fail(ready);
  return session;
}

Session::Session(sqlite3* database, const Options& options, Access access)
    : database_(database),
      access_(access),
      statements_max_(options.statements_per_connection),
      busy_timeout_(options.busy_timeout) {}

Session::~Session() {
  for (auto& [sql, prepared] : prepared_) sqlite3_finalize(prepared.statement);
  sqlite3_close_v2(database_);
}

Result<void> Session::set_up(const Options& options) {
  sqlite3_busy_handler(database_, &Session::on_busy, this);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  // "text" in double quotes is a column or an error, never a string.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(database_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  const auto enter_wal = [this] { return execute("PRAGMA journal_mode=WAL"); };
  if (auto wal = again_while_busy(enter_wal); !wal) return wal;
  // FULL: a commit that was reported survives a power cut. secure_delete: an erased key leaves no copy in a
  // free page. temp_store: no personal data in temporary files. wal_autocheckpoint: a page that is written
  // again and again goes into the file once in 16 MiB of log, not in 4. cache_size: a larger one is dearer,
  // as SQLite looks through all of it at the end of a write that had to put pages in order.
  std::string pragmas =
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA cache_size=-8192; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864;";
  if (options.page_count_max > 0) pragmas += fmt::format("PRAGMA max_page_count={};", options.page_count_max);
  if (access_ == Access::read) pragmas += "PRAGMA query_only=ON;";
  return execute(pragmas);
}

Result<void> Session::empty_log() {
  return again_while_busy([this]() -> Result<void> {
    auto checkpoint = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    if (!checkpoint) return fail(checkpoint);
    const auto stepped = checkpoint->step();
    if (!stepped) return fail(stepped);
    const bool is_blocked = checkpoint->row().flag(0);
    if (is_blocked) return std::unexpected(error_of(SQLITE_BUSY, database_, "wal_checkpoint"));
    return {};
  });
}

// What needs the file or its log alone for a moment does not always ask the busy handler: entering WAL while
// processes start together, a checkpoint beside another one.
Result<void> Session::again_while_busy(const std::function<Result<void>()>& attempt) const {
  const auto give_up = std::chrono::steady_clock::now() + busy_timeout_;
  for (;;) {
    auto done = attempt();
    if (done || done.error().reason != "database_busy") return done;
    if (std::chrono::steady_clock::now() >= give_up) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

// Called by SQLite while another process holds the lock. Short random waits: SQLite's own handler grows to
// 100 ms, and a queue of commits would lose its turn again and again.
int Session::on_busy(void* session, int attempts) {
  auto* self = static_cast<Session*>(session);
  const auto now = std::chrono::steady_clock::now();
  if (attempts == 0) self->busy_since_ = now;
  if (now - self->busy_since_ >= self->busy_timeout_) return 0;
  const int longest_micros = std::min(500 + 250 * attempts, 5'000);
  const double share = telemetry::fast_random01();
  std::this_thread::sleep_for(std::chrono::microseconds{static_cast<int>(longest_micros * share) + 50});
  return 1;
}

Result<sqlite3_stmt*> Session::compile(std::string_view sql, unsigned flags) {
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), flags, &statement, &rest);
  if (code != SQLITE_OK) return std::unexpected(error_of(code, database_, sql));
  const std::string_view left(rest, sql.size() - static_cast<std::size_t>(rest - sql.data()));
  if (statement == nullptr || left.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    sqlite3_finalize(statement);
    return fail(ErrorKind::internal, "database_error", fmt::format("one statement expected: {}", sql));
  }
  return statement;
}

Result<Statement> Session::prepare(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end()) {
    if (prepared_.size() >= statements_max_) forget_idle_statements();
    auto statement = compile(sql, SQLITE_PREPARE_PERSISTENT);
    if (!statement) return fail(statement);
    found = prepared_.emplace(std::string(sql), Prepared{*statement, false}).first;
  }
  if (!found->second.on_loan) return Statement(database_, found->second.statement, &found->second.on_loan);
  // The same statement is being stepped through further up: a second one, for this once.
  auto statement = compile(sql, 0);
  if (!statement) return fail(statement);
  return Statement(database_, *statement, nullptr);
}

void Session::forget_idle_statements() {
  std::erase_if(prepared_, [](const auto& entry) {
    if (!entry.second.on_loan) sqlite3_finalize(entry.second.statement);
    return !entry.second.on_loan;
  });
}

Result<void> Session::execute(const std::string& sql) {
  const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(error_of(code, database_, sql));
  return {};
}

void Session::abandon_transaction() {
  if (sqlite3_get_autocommit(database_) == 0) static_cast<void>(execute("ROLLBACK"));
}

}  // namespace gatehouse::storage::sqlite
