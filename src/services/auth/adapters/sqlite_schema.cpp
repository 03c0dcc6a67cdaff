#include "services/auth/adapters/sqlite_schema.hpp"

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace sqlite = storage::sqlite;

namespace {

constexpr std::size_t kBatch = 500;

struct KeyInRow {
  PersonKey person;
  std::string wrapped;
};

Result<std::vector<KeyInRow>> keys_in_rows(sqlite::Connection& connection) {
  const auto read = [](const sqlite::Row& row) {
    return KeyInRow{.person = {row.text(0), row.text(1)}, .wrapped = row.text(2)};
  };
  return connection.all("SELECT realm, id, wrapped_key FROM person WHERE length(wrapped_key) > 0 LIMIT ?",
                        read, kBatch);
}

// The key is on disk in its new place before it leaves the old one.
Result<void> move_key(sqlite::Connection& connection, const crypto::SubjectKeys& keys, const KeyInRow& row) {
  const auto adopted = keys.adopt(record_name_of(row.person), row.wrapped);
  if (!adopted && !crypto::is_erased(adopted.error())) return adopted;
  const auto emptied = connection.run("UPDATE person SET wrapped_key = x'' WHERE realm = ? AND id = ?",
                                      row.person.realm, row.person.id);
  if (!emptied) return fail(emptied);
  return {};
}

Result<void> move_keys(sqlite::Connection& connection, const crypto::SubjectKeys& keys) {
  for (;;) {
    const auto batch = keys_in_rows(connection);
    if (!batch) return fail(batch);
    if (batch->empty()) return {};
    const auto move_batch = [&]() -> Result<void> {
      for (const KeyInRow& row : *batch) {
        if (auto moved = move_key(connection, keys, row); !moved) return moved;
      }
      return {};
    };
    if (auto moved = sqlite::transaction(connection, move_batch); !moved) return moved;
  }
}

Result<std::int64_t> drop_row(sqlite::Connection& connection, const std::string& subject) {
  const auto slash = subject.find('/');
  if (slash == std::string::npos) return 0;
  return connection.run("DELETE FROM person WHERE realm = ? AND id = ?", subject.substr(0, slash),
                        subject.substr(slash + 1));
}

// Tombstones among the keys: their rows are noise, and go.
Result<std::int64_t> drop_rows_of_erased(sqlite::Connection& connection, const crypto::SubjectKeys& keys) {
  std::int64_t dropped = 0;
  std::string after;
  for (;;) {
    const auto erased = keys.store().erased(after, kBatch);
    if (!erased) return fail(erased);
    if (erased->empty()) return dropped;
    after = erased->back();
    for (const std::string& subject : *erased) {
      const auto changed = drop_row(connection, subject);
      if (!changed) return fail(changed);
      dropped += *changed;
    }
  }
}

struct WrittenErasure {
  std::int64_t sequence = 0;
  PersonKey person;
  core::SystemTime at{};
};

// Erasures in the audit trail: whoever has a key nevertheless loses it again.
Result<std::int64_t> destroy_keys_of_erased(sqlite::Connection& connection, const crypto::SubjectKeys& keys) {
  std::int64_t destroyed = 0;
  std::int64_t after = 0;
  const auto read = [](const sqlite::Row& row) {
    return WrittenErasure{
        .sequence = row.integer(0), .person = {row.text(1), row.text(2)}, .at = row.time(3)};
  };
  for (;;) {
    const auto written = connection.all(
        "SELECT sequence, realm, person_id, at FROM audit WHERE action = 'person_erased' AND sequence > ? "
        "ORDER BY sequence LIMIT ?",
        read, after, kBatch);
    if (!written) return fail(written);
    if (written->empty()) return destroyed;
    after = written->back().sequence;
    for (const WrittenErasure& erasure : *written) {
      const std::string subject = record_name_of(erasure.person).record;
      const auto key = keys.store().find(subject);
      if (!key && key.error().kind == ErrorKind::not_found) continue;
      if (!key) return fail(key);
      if (auto gone = keys.store().destroy(subject, erasure.at); !gone) return fail(gone);
      ++destroyed;
    }
  }
}

Result<void> replay_erasures(sqlite::Connection& connection, const crypto::SubjectKeys& keys) {
  const auto destroyed = destroy_keys_of_erased(connection, keys);
  if (!destroyed) return fail(destroyed);
  const auto dropped = drop_rows_of_erased(connection, keys);
  if (!dropped) return fail(dropped);
  if (*dropped > 0 || *destroyed > 0) {
    log::warn("erasures-replayed", "erased people had come back with a backup; they are gone again",
              {log::field("rows.count", *dropped), log::field("keys.count", *destroyed)});
  }
  return {};
}

}  // namespace

Result<void> prepare_store(sqlite::Database& database, const crypto::SubjectKeys& keys) {
  if (auto migrated = sqlite::migrate(database, kSchema); !migrated) return migrated;
  auto connection = database.writer();
  if (!connection) return fail(connection);
  if (auto moved = move_keys(*connection, keys); !moved) return moved;
  return replay_erasures(*connection, keys);
}

Result<sqlite::Database> open_people_source(const std::filesystem::path& file) {
  return sqlite::open_source(file, kSchema);
}

}  // namespace gatehouse::auth
