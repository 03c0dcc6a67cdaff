// Opening a database, its pool, transactions, and the schema's versions.
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "storage/sqlite/pool.hpp"

namespace gatehouse::storage::sqlite {

Result<Connection> Pool::take(Access access) {
  std::unique_lock lock(mutex_);
  Side& from = side(access);
  const auto ready = [&] { return !from.idle.empty() || from.open < open_max(access); };
  if (!returned_.wait_for(lock, options_.checkout_timeout, ready)) {
    auto exhausted = fail(ErrorKind::unavailable, "connection_pool_exhausted", path_);
    exhausted.error().safe_to_retry = true;
    return exhausted;
  }
  if (!from.idle.empty()) {
    auto session = std::move(from.idle.back());
    from.idle.pop_back();
    return Connection(shared_from_this(), std::move(session));
  }
  ++from.open;
  lock.unlock();
  auto opened = Session::open(path_, options_, access);
  if (opened) return Connection(shared_from_this(), std::move(*opened));
  lock.lock();
  --from.open;
  returned_.notify_one();
  return fail(opened);
}

void Pool::give_back(std::unique_ptr<Session> session) {
  session->abandon_transaction();
  {
    const std::scoped_lock lock(mutex_);
    side(session->access()).idle.push_back(std::move(session));
  }
  returned_.notify_all();  // readers and the writer wait on one condition
}

Result<Database> Database::open(const std::string& path, Options options) {
  // Made here, and not by SQLite, to be readable by its owner only; the WAL inherits the permissions.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
  Database database(std::make_shared<Pool>(path, options));
  const auto naming_the_file = [&path](Error error) {
    error.detail = fmt::format("{}: {}", path, error.detail);
    return std::unexpected(std::move(error));
  };
  auto connection = database.writer();
  if (!connection) return naming_the_file(connection.error());
  // Reads the header: a file that is no database shows here and not at the first order.
  auto version = connection->one("PRAGMA schema_version", [](const Row& row) { return row.integer(0); });
  if (!version) return naming_the_file(version.error());
  return database;
}

Result<Connection> Database::writer() {
  return pool_->take(Access::write);
}
Result<Connection> Database::reader() {
  return pool_->take(Access::read);
}
const std::string& Database::path() const {
  return pool_->path();
}

Result<Transaction> Transaction::begin(Connection& connection, Kind kind) {
  const bool nested = connection.in_transaction();
  const std::string_view opening = nested                ? "SAVEPOINT step"
                                   : kind == Kind::write ? "BEGIN IMMEDIATE"
                                                         : "BEGIN";
  auto begun = connection.run(opening);
  if (!begun) return fail(begun);
  return Transaction(connection, nested);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), nested_(other.nested_) {}

Transaction::~Transaction() {
  if (connection_ != nullptr) roll_back();
}

Result<void> Transaction::commit() {
  // After some errors (disk full, I/O) SQLite has rolled back the whole transaction by itself.
  if (!connection_->in_transaction()) {
    connection_ = nullptr;
    auto lost =
        fail(ErrorKind::unavailable, "transaction_lost", "rolled back by SQLite after an earlier error");
    lost.error().safe_to_retry = true;
    return lost;
  }
  auto committed = connection_->run(nested_ ? "RELEASE step" : "COMMIT");
  if (!committed) {
    roll_back();
    connection_ = nullptr;
    return fail(committed);
  }
  connection_ = nullptr;
  return {};
}

void Transaction::roll_back() {
  if (!connection_->in_transaction()) return;
  if (!nested_) {
    static_cast<void>(connection_->run("ROLLBACK"));
    return;
  }
  static_cast<void>(connection_->run("ROLLBACK TO step"));
  static_cast<void>(connection_->run("RELEASE step"));
}

namespace {

Result<std::int64_t> version_of(Connection& connection) {
  auto version = connection.one("PRAGMA user_version", [](const Row& row) { return row.integer(0); });
  if (!version) return fail(version);
  return version->value_or(0);
}

Result<void> apply(Connection& connection, const Migration& migration) {
  return transaction(connection, [&]() -> Result<void> {
    // Read again under the lock: another process may have been first.
    auto version = version_of(connection);
    if (!version) return fail(version);
    if (*version >= migration.version) return {};
    if (auto done = connection.execute(migration.sql); !done) return done;
    return connection.execute(fmt::format("PRAGMA user_version={}", migration.version));
  });
}

std::unexpected<Error> unknown_schema(std::string_view reason, const Database& database, std::int64_t version,
                                      std::size_t known) {
  return fail(ErrorKind::internal, reason,
              fmt::format("{} has schema {}, this program knows {}", database.path(), version, known));
}

}  // namespace

Result<Database> open_source(const std::filesystem::path& file, std::span<const Migration> migrations) {
  if (!std::filesystem::is_regular_file(file))
    return fail(ErrorKind::not_found, "no_such_store", file.string() + " is not there");
  Result<Database> database = Database::open(file.string());
  if (!database) return database;
  auto connection = database->reader();
  if (!connection) return fail(connection);
  const auto version = version_of(*connection);
  if (!version) return fail(version);
  const std::size_t known = migrations.size();
  if (std::cmp_greater(*version, known)) return unknown_schema("schema_too_new", *database, *version, known);
  if (std::cmp_less(*version, known)) return unknown_schema("schema_too_old", *database, *version, known);
  return database;
}

Result<void> migrate(Database& database, std::span<const Migration> migrations) {
  int expected = 0;
  for (const Migration& migration : migrations) {
    if (migration.version != ++expected)
      return fail(ErrorKind::internal, "migrations_out_of_order", database.path());
  }
  auto connection = database.writer();
  if (!connection) return fail(connection);
  auto version = version_of(*connection);
  if (!version) return fail(version);
  if (*version > expected) return unknown_schema("schema_too_new", database, *version, migrations.size());
  for (const Migration& migration : migrations) {
    if (migration.version <= *version) continue;
    if (auto applied = apply(*connection, migration); !applied) return applied;
  }
  return {};
}

}  // namespace gatehouse::storage::sqlite
