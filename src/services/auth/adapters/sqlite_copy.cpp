#include "services/auth/adapters/sqlite_copy.hpp"

#include <array>

#include "core/fields.hpp"
#include "data_copy/sqlite_collection.hpp"
#include "services/auth/adapters/sqlite_person_row.hpp"

namespace gatehouse::auth {

namespace {

namespace sqlite = storage::sqlite;
using data_copy::inserting;
using data_copy::SqliteForm;

SqliteForm roles() {
  return {.name = "roles",
          .read = R"sql(
SELECT role.realm || char(10) || role.client || char(10) || role.name,
       json_object('realm', role.realm, 'client', role.client, 'name', role.name, 'description', description)
FROM role
WHERE (realm, client, name) > (substr(?1, 1, instr(?1, char(10)) - 1),
  substr(substr(?1, instr(?1, char(10)) + 1), 1, instr(substr(?1, instr(?1, char(10)) + 1), char(10)) - 1),
  substr(substr(?1, instr(?1, char(10)) + 1), instr(substr(?1, instr(?1, char(10)) + 1), char(10)) + 1))
ORDER BY role.realm, role.client, role.name LIMIT ?2)sql",
          .remove = {"DELETE FROM role WHERE realm || char(10) || client || char(10) || name = ?1"},
          .insert = inserting({R"sql(
INSERT INTO role (realm, client, name, description)
SELECT ?2 ->> 'realm', ?2 ->> 'client', ?2 ->> 'name', ?2 ->> 'description' WHERE ?1 IS NOT NULL)sql"})};
}

SqliteForm attempts() {
  return {.name = "attempts",
          .read = R"sql(
SELECT attempt.realm || char(10) || attempt.account,
       json_object('failures', failures, 'last_failure', last_failure, 'locked_until', locked_until)
FROM attempt WHERE (realm, account) > (substr(?1, 1, instr(?1, char(10)) - 1),
                                       substr(?1, instr(?1, char(10)) + 1))
ORDER BY attempt.realm, attempt.account LIMIT ?2)sql",
          .remove = {R"sql(
DELETE FROM attempt WHERE realm = substr(?1, 1, instr(?1, char(10)) - 1)
  AND account = substr(?1, instr(?1, char(10)) + 1))sql"},
          .insert = inserting({R"sql(
INSERT INTO attempt (realm, account, failures, last_failure, locked_until)
SELECT substr(?1, 1, instr(?1, char(10)) - 1), substr(?1, instr(?1, char(10)) + 1), ?2 ->> 'failures',
       ?2 ->> 'last_failure', ?2 ->> 'locked_until')sql"})};
}

// An event is old if the person has a later one, or is gone.
constexpr std::string_view kReadTrails = R"sql(
SELECT page.realm || char(10) || page.person_id, json_object('events', json((
  SELECT json_group_array(json_object('at', at, 'actor', actor, 'action', action, 'fields', json(fields)))
  FROM (SELECT * FROM audit a WHERE a.realm = page.realm AND a.person_id = page.person_id
          AND (EXISTS (SELECT 1 FROM audit b WHERE b.realm = a.realm AND b.person_id = a.person_id
                                               AND b.sequence > a.sequence)
               OR NOT EXISTS (SELECT 1 FROM person WHERE realm = a.realm AND id = a.person_id))
        ORDER BY a.sequence))))
FROM (SELECT a.realm, a.person_id FROM audit a
      WHERE (a.realm, a.person_id) > (substr(?1, 1, instr(?1, char(10)) - 1),
                                      substr(?1, instr(?1, char(10)) + 1))
        AND (EXISTS (SELECT 1 FROM audit b WHERE b.realm = a.realm AND b.person_id = a.person_id
                                             AND b.sequence > a.sequence)
             OR NOT EXISTS (SELECT 1 FROM person WHERE realm = a.realm AND id = a.person_id))
      GROUP BY a.realm, a.person_id ORDER BY a.realm, a.person_id LIMIT ?2) page
ORDER BY page.realm, page.person_id)sql";

Result<json::array> events_of(sqlite::Connection& connection, const PersonKey& person) {
  const auto read = [](const sqlite::Row& row) {
    json::object event{{"at", row.integer(0)}, {"actor", row.text(1)}, {"action", row.text(2)}};
    event["fields"] = core::parse_json(row.text(3)).value_or(json::array{});
    return event;
  };
  const auto rows = connection.all(
      "SELECT at, actor, action, fields FROM audit WHERE realm = ? AND person_id = ? ORDER BY sequence", read,
      person.realm, person.id);
  if (!rows) return fail(rows);
  return json::array(rows->begin(), rows->end());
}

Result<void> write_down(sqlite::Connection& connection, const PersonKey& person,
                        const WrittenEvent& written) {
  const auto done = connection.run(
      "INSERT INTO audit (realm, person_id, at, actor, action, fields) VALUES (?, ?, ?, ?, ?, ?)",
      person.realm, person.id, written.at, written.event.actor, written.event.action,
      json::serialize(json::value_from(written.event.fields)));
  if (!done) return fail(done);
  return {};
}

SqliteForm trails() {
  const auto append = [](sqlite::Connection& connection, const std::string& key,
                         const json::object& content) -> Result<void> {
    const PersonKey person = person_key(key);
    const auto there = events_of(connection, person);
    if (!there) return fail(there);
    const auto missing = missing_events(key, *there, content);
    if (!missing) return fail(missing);
    for (const WrittenEvent& written : *missing) {
      if (auto done = write_down(connection, person, written); !done) return done;
    }
    return {};
  };
  return {.name = "trails", .read = kReadTrails, .remove = {}, .insert = append};
}

constexpr std::string_view kReadPeople =
    "SELECT realm || char(10) || id, "
    "       (SELECT json_object('at', at, 'actor', actor, 'action', action, 'fields', json(fields)) "
    "        FROM audit a WHERE a.realm = person.realm AND a.person_id = person.id "
    "        ORDER BY sequence DESC LIMIT 1), "
    "       (SELECT count(*) - 1 FROM audit a WHERE a.realm = person.realm AND a.person_id = "
    "person.id), " GATEHOUSE_PERSON_COLUMNS
    " FROM person WHERE (realm, id) > (substr(?1, 1, instr(?1, char(10)) - 1), "
    "substr(?1, instr(?1, char(10)) + 1)) ORDER BY realm, id LIMIT ?2";
constexpr int kEventsBefore = 2;
constexpr int kPersonFrom = 3;  // its columns

Result<void> open_person(const PersonSealer& sealer, const sqlite::Row& row, json::object& content) {
  const auto account = sealer.open(person_row_from(row, kPersonFrom));
  if (!account && is_damaged_row(account.error()))
    return fail(ErrorKind::internal, "record_unreadable", account.error().detail);
  if (!account) return fail(account);
  content = content_of(*account, std::move(content), row.integer(kEventsBefore));
  return {};
}

// Whoever holds the name or the address of this person here: at the source they have others by now, or are
// gone, and their own turn comes in this run or, if it has passed, in the next.
Result<void> remove_rivals(sqlite::Connection& connection, const PersonRow& row) {
  const auto removed =
      connection.run("DELETE FROM person WHERE realm = ? AND (username = ? OR email_index = ?)", row.realm,
                     row.username, row.email_index);
  if (!removed) return fail(removed);
  return {};
}

Result<void> insert_person(sqlite::Connection& connection, const PersonSealer& sealer, const std::string& key,
                           const json::object& content) {
  const auto copied = copied_person_in(key, content);
  if (!copied) return fail(copied);
  const auto row = sealed_row(sealer, *copied);
  if (!row) return fail(row);
  if (!*row) return {};
  const PersonKey person = person_key(key);
  const auto events = events_of(connection, person);
  if (!events) return fail(events);
  const auto count = static_cast<std::int64_t>(events->size());
  const bool has_latest = count == copied->events_before + 1 && events->back() == content.at("latest");
  // The person has changed since the trails were copied: the next run brings both.
  if (count < copied->events_before) return {};
  if (count > copied->events_before && !has_latest) return another_trail(key);
  if (auto removed = remove_rivals(connection, **row); !removed) return removed;
  if (auto inserted = insert_person_row(connection, **row); !inserted) return inserted;
  if (has_latest) return {};
  return write_down(connection, person, copied->latest);
}

SqliteForm people(const PersonSealer& sealer) {
  const auto open = [sealer](const sqlite::Row& row, json::object& content) {
    return open_person(sealer, row, content);
  };
  const auto insert = [sealer](sqlite::Connection& connection, const std::string& key,
                               const json::object& content) {
    return insert_person(connection, sealer, key, content);
  };
  return {.name = "people",
          .read = kReadPeople,
          .remove = {R"sql(
DELETE FROM person WHERE realm = substr(?1, 1, instr(?1, char(10)) - 1)
  AND id = substr(?1, instr(?1, char(10)) + 1))sql"},
          .insert = insert,
          .open = open};
}

}  // namespace

std::vector<std::unique_ptr<data_copy::Collection>> collections_of(sqlite::AsyncDatabase& database,
                                                                   const PersonSealer& sealer) {
  std::vector<std::unique_ptr<data_copy::Collection>> collections;
  for (SqliteForm& form : std::array{roles(), trails(), people(sealer), attempts()})
    collections.push_back(std::make_unique<data_copy::SqliteCollection>(database, std::move(form)));
  return collections;
}

}  // namespace gatehouse::auth
