#include "services/auth/adapters/sqlite_roles_attempts.hpp"

namespace gatehouse::auth {

namespace sqlite = storage::sqlite;

namespace {

Role read_role(const sqlite::Row& row) {
  return {.name = row.text(1), .client = row.text(0), .description = row.text(2)};
}

FailureRecord read_record(const sqlite::Row& row) {
  return {
      .failures = static_cast<int>(row.integer(0)), .last_failure = row.time(1), .locked_until = row.time(2)};
}

Result<std::size_t> insert_new(sqlite::Connection& connection, std::string_view realm,
                               const std::vector<Role>& roles) {
  std::size_t added = 0;
  for (const Role& role : roles) {
    const auto changed = connection.run(
        "INSERT INTO role (realm, client, name, description) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        realm, role.client, role.name, role.description);
    if (!changed) return fail(changed);
    added += static_cast<std::size_t>(*changed);
  }
  return added;
}

Result<FailureRecord> read_attempts(sqlite::Connection& connection, const AttemptKey& key) {
  const auto record = connection.one(
      "SELECT failures, last_failure, locked_until FROM attempt WHERE realm = ? AND account = ?", read_record,
      key.realm, key.account);
  if (!record) return fail(record);
  return record->value_or(FailureRecord{});
}

Result<FailureRecord> change_attempts(sqlite::Connection& connection, const AttemptKey& key,
                                      const RecordChange& change) {
  const auto before = read_attempts(connection, key);
  if (!before) return fail(before);
  FailureRecord record = *before;
  change(record);
  const auto written = connection.run(
      "INSERT INTO attempt (realm, account, failures, last_failure, locked_until) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT DO UPDATE SET failures = excluded.failures, last_failure = excluded.last_failure, "
      "locked_until = excluded.locked_until",
      key.realm, key.account, record.failures, record.last_failure, record.locked_until);
  if (!written) return fail(written);
  return *before;
}

}  // namespace

Awaitable<Result<std::vector<Role>>> SqliteRoles::list(std::string realm) {
  auto work = [realm](sqlite::Connection& connection) {
    return connection.all(
        "SELECT client, name, description FROM role WHERE realm = ? ORDER BY client, name LIMIT 10000",
        read_role, realm);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::size_t>> SqliteRoles::add(std::string realm, std::vector<Role> roles) {
  auto work = [realm, roles](sqlite::Connection& connection) { return insert_new(connection, realm, roles); };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<FailureRecord>> SqliteAttempts::find(AttemptKey key) {
  auto work = [key](sqlite::Connection& connection) { return read_attempts(connection, key); };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<FailureRecord>> SqliteAttempts::update(AttemptKey key, RecordChange change) {
  auto work = [key, change](sqlite::Connection& connection) {
    return change_attempts(connection, key, change);
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::auth
