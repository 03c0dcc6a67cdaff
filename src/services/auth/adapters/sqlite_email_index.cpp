#include "services/auth/adapters/sqlite_email_index.hpp"

#include "core/text.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace sqlite = storage::sqlite;

namespace {

struct Indexed {
  std::int64_t row = 0;  // SQLite's own number: the cursor
  PersonKey person;
  std::string email;  // sealed
};

Result<void> reindex(sqlite::Connection& connection, const PersonSealer& sealer, const Indexed& row) {
  const auto key = sealer.keys().find(record_name_of(row.person));
  if (!key) return fail(key);
  auto email = key->open("email", row.email);
  if (!email) return fail(email);
  const Pii address(std::move(*email));
  const auto fresh = sealer.index_of(row.person.realm, address.reveal());
  const auto changed = connection.run("UPDATE person SET email_index = ?, index_version = ? WHERE rowid = ?",
                                      fresh.index, fresh.version, row.row);
  if (!changed) return fail(changed);
  return {};
}

// Reads and writes in one write transaction: nobody changes an address meanwhile.
Result<storage::Rotatable::Step> reindex_batch(sqlite::Connection& connection, const PersonSealer& sealer,
                                               std::int64_t after, std::size_t limit) {
  const auto read = [](const sqlite::Row& row) {
    return Indexed{.row = row.integer(0), .person = {row.text(1), row.text(2)}, .email = row.text(3)};
  };
  const auto rows = connection.all(
      "SELECT rowid, realm, id, email FROM person WHERE rowid > ? AND email_index IS NOT NULL AND "
      "index_version < ? ORDER BY rowid LIMIT ?",
      read, after, sealer.index().current_version(), limit);
  if (!rows) return fail(rows);
  storage::Rotatable::Step step;
  step.is_last = rows->size() < limit;
  for (const Indexed& row : *rows) {
    step.after = std::to_string(row.row);
    const auto done = reindex(connection, sealer, row);
    if (done) {
      ++step.done;
      continue;
    }
    if (done.error().kind == ErrorKind::unavailable) return fail(done);
    ++step.stuck;
    log::error("key-rotation", "an address cannot be read; its index keeps its version",
               {log::field("person.id", row.person.id), log::field(done.error())});
  }
  return step;
}

}  // namespace

Result<std::uint32_t> SqliteEmailIndex::current_version() const {
  return sealer_.index().current_version();
}

Awaitable<Result<storage::RowsPerVersion>> SqliteEmailIndex::count() {
  auto work = [](sqlite::Connection& connection) -> Result<storage::RowsPerVersion> {
    const auto read = [](const sqlite::Row& row) {
      return std::pair{static_cast<std::uint32_t>(row.integer(0)),
                       static_cast<std::uint64_t>(row.integer(1))};
    };
    const auto counted = connection.all(
        "SELECT index_version, count(*) FROM person WHERE email_index IS NOT NULL GROUP BY 1", read);
    if (!counted) return fail(counted);
    return storage::RowsPerVersion{counted->begin(), counted->end()};
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<storage::Rotatable::Step>> SqliteEmailIndex::advance(std::string after, std::size_t limit) {
  const std::int64_t position = core::parse_int<std::int64_t>(after).value_or(0);
  auto work = [this, position, limit](sqlite::Connection& connection) {
    return reindex_batch(connection, sealer_, position, limit);
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::auth
