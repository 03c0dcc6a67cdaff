#include "services/auth/adapters/sqlite_people.hpp"

#include <boost/json.hpp>

#include "core/fields.hpp"
#include "services/auth/adapters/sqlite_person_row.hpp"

namespace gatehouse::auth {

namespace sqlite = storage::sqlite;

namespace {

Result<PersonRow> found(Result<std::optional<PersonRow>> row) {
  if (!row) return fail(row);
  if (!*row) return unknown_person();
  return std::move(**row);
}

bool is_unknown(const Result<PersonRow>& row) {
  return !row && row.error().kind == ErrorKind::not_found;
}

Result<PersonRow> row_by_id(sqlite::Connection& connection, const PersonKey& key) {
  return found(connection.one("SELECT " GATEHOUSE_PERSON_COLUMNS " FROM person WHERE realm = ? AND id = ?",
                              read_person_row, key.realm, key.id));
}

Result<PersonRow> row_by_username(sqlite::Connection& connection, std::string_view realm,
                                  std::string_view name) {
  return found(connection.one("SELECT " GATEHOUSE_PERSON_COLUMNS
                              " FROM person WHERE realm = ? AND username = ?",
                              read_person_row, realm, name));
}

// `indexes`: the address under every key of the index, while one follows another.
Result<PersonRow> row_by_email(sqlite::Connection& connection, std::string_view realm,
                               const std::vector<std::string>& indexes) {
  for (const std::string& index : indexes) {
    auto row = found(connection.one("SELECT " GATEHOUSE_PERSON_COLUMNS
                                    " FROM person WHERE realm = ? AND email_index = ?",
                                    read_person_row, realm, index));
    if (!is_unknown(row)) return row;
  }
  return unknown_person();
}

Result<void> done(const Result<std::int64_t>& changed) {
  if (!changed) return fail(changed);
  return {};
}

Result<void> save(sqlite::Connection& connection, const PersonRow& row) {
  return done(connection.run(
      "UPDATE person SET email_index = ?, index_version = ?, email = ?, first_name = ?, last_name = ?, "
      "password_hash = ?, "
      "enabled = ?, "
      "email_verified = ?, realm_roles = ?, client_roles = ?, not_before = ?, updated_at = ?, version = ? "
      "WHERE realm = ? AND id = ?",
      row.email_index, row.index_version, sqlite::Blob{row.email}, sqlite::Blob{row.first_name},
      sqlite::Blob{row.last_name}, sqlite::Blob{row.password_hash}, row.enabled, row.email_verified,
      row.realm_roles, row.client_roles, row.not_before, row.updated_at, row.version, row.realm, row.id));
}

Result<void> write_down(sqlite::Connection& connection, const PersonKey& key, const AuditEvent& event,
                        core::SystemTime now) {
  return done(connection.run(
      "INSERT INTO audit (realm, person_id, at, actor, action, fields) VALUES (?, ?, ?, ?, ?, ?)", key.realm,
      key.id, now, event.actor, event.action, json::serialize(json::value_from(event.fields))));
}

AuditRecord read_audit(const sqlite::Row& row) {
  AuditRecord record{.sequence = row.integer(0), .person_id = row.text(1), .at = row.time(2)};
  record.event.actor = row.text(3);
  record.event.action = row.text(4);
  const auto fields = core::parse_json(row.text(5));
  const auto* names = fields ? fields->if_array() : nullptr;
  for (std::size_t i = 0; names != nullptr && i < names->size(); ++i) {
    if (const auto* name = (*names)[i].if_string()) record.event.fields.emplace_back(*name);
  }
  return record;
}

// Refuses if somebody else has this row's address.
Result<void> check_email_free(sqlite::Connection& connection, const PersonSealer& sealer,
                              const Person& person) {
  if (person.email.empty()) return {};
  const auto indexes = sealer.indexes_of(person.realm, person.email.reveal());
  const auto other = row_by_email(connection, person.realm, indexes);
  if (is_unknown(other)) return {};
  if (!other) return fail(other);
  if (other->id != person.id) return refuse(ErrorKind::conflict, "email_taken");
  return {};
}

Result<void> check_username_free(sqlite::Connection& connection, const PersonRow& row) {
  const auto by_name = row_by_username(connection, row.realm, row.username);
  const auto by_id = row_by_id(connection, {row.realm, row.id});
  if (by_name || by_id) return refuse(ErrorKind::conflict, "username_taken");
  if (!is_unknown(by_name)) return fail(by_name);
  if (!is_unknown(by_id)) return fail(by_id);
  return {};
}

Result<Person> insert_person(sqlite::Connection& connection, const PersonSealer& sealer,
                             const Account& account, const AuditEvent& event, core::SystemTime now) {
  const auto row = sealer.seal(account);
  if (!row && crypto::is_erased(row.error())) return refuse(ErrorKind::conflict, "person_erased");
  if (!row) return fail(row);
  Result<void> written = check_username_free(connection, *row);
  if (written) written = check_email_free(connection, sealer, account.person);
  if (written) written = insert_person_row(connection, *row);
  if (written) written = write_down(connection, {row->realm, row->id}, event, now);
  if (!written) return fail(written);
  return account.person;
}

Result<Person> change_person(sqlite::Connection& connection, const PersonSealer& sealer, const PersonKey& key,
                             const AccountChange& change, core::SystemTime now) {
  const auto row = row_by_id(connection, key);
  if (!row) return fail(row);
  auto account = sealer.open(*row);
  if (!account) return fail(account);
  const auto event = change(*account);
  if (!event) return fail(event);
  Person& person = account->person;
  if (event->fields.empty()) return std::move(person);
  person.id = row->id;
  person.realm = row->realm;
  person.username = row->username;
  person.version = row->version + 1;
  person.updated_at = now;
  const auto changed = sealer.seal(*account);
  if (!changed) return fail(changed);
  Result<void> written = check_email_free(connection, sealer, person);
  if (written) written = save(connection, *changed);
  if (written) written = write_down(connection, key, *event, now);
  if (!written) return fail(written);
  return std::move(person);
}

Result<void> swap_hash(sqlite::Connection& connection, const PersonSealer& sealer, const PersonKey& key,
                       const Secret& known, const Secret& fresh) {
  const auto row = row_by_id(connection, key);
  if (is_unknown(row)) return {};
  if (!row) return fail(row);
  auto account = sealer.open(*row);
  if (!account) return fail(account);
  if (account->password_hash.reveal() != known.reveal()) return {};
  account->password_hash = fresh;
  const auto changed = sealer.seal(*account);
  if (!changed) return fail(changed);
  return save(connection, *changed);
}

// The key first: should the rest fail, the row is noise already and erasing can be repeated.
Result<void> erase_row(sqlite::Connection& connection, const PersonSealer& sealer, const PersonKey& key,
                       std::optional<std::int64_t> version, const AuditEvent& event, core::SystemTime now) {
  const auto row = row_by_id(connection, key);
  if (!row) return fail(row);
  if (version && row->version != *version) return refuse(ErrorKind::precondition_failed, "version_mismatch");
  Result<void> written = sealer.erase(key, now);
  if (written)
    written = done(connection.run("DELETE FROM person WHERE realm = ? AND id = ?", key.realm, key.id));
  if (written)
    written = done(connection.run("DELETE FROM attempt WHERE realm = ? AND account = ?", key.realm, key.id));
  if (written) written = write_down(connection, key, event, now);
  return written;
}

Result<PersonPage> read_page(sqlite::Connection& connection, const PersonSealer& sealer,
                             std::string_view realm, const PageRequest& page) {
  PersonPage result;
  std::string after = page.after;
  for (;;) {
    const std::size_t wanted = page.limit - result.people.size() + 1;
    const auto rows =
        connection.all("SELECT " GATEHOUSE_PERSON_COLUMNS
                       " FROM person WHERE realm = ? AND username > ? ORDER BY username LIMIT ?",
                       read_person_row, realm, after, wanted);
    if (!rows) return fail(rows);
    for (const PersonRow& row : *rows) {
      auto account = sealer.open(row);
      after = row.username;
      if (!account && can_be_left_out(row, account.error())) continue;
      if (!account) return fail(account);
      result.has_more = result.people.size() == page.limit;
      if (result.has_more) return result;
      result.people.push_back(std::move(account->person));
    }
    if (rows->size() < wanted) return result;
  }
}

}  // namespace

Awaitable<Result<Person>> SqlitePeople::find(PersonKey key) {
  auto account = co_await find_account(std::move(key));
  if (!account) co_return fail(account);
  co_return std::move(account->person);
}

Awaitable<Result<Account>> SqlitePeople::find_account(PersonKey key) {
  auto work = [this, key](sqlite::Connection& connection) -> Result<Account> {
    const auto row = row_by_id(connection, key);
    if (!row) return fail(row);
    return sealer_.open(*row);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<Account>> SqlitePeople::find_by_login(std::string realm, Pii login) {
  auto work = [this, realm, login](sqlite::Connection& connection) -> Result<Account> {
    const auto indexes = sealer_.indexes_of(realm, login.reveal());
    // Both are looked up, always: which kind of name it was shall not show in the time.
    const auto by_email = row_by_email(connection, realm, indexes);
    const auto by_name = row_by_username(connection, realm, login.reveal());
    const auto& row = login.reveal().contains('@') ? by_email : by_name;
    if (!row) return fail(row);
    return sealer_.open(*row);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<Person>> SqlitePeople::create(Account account, AuditEvent event, core::SystemTime now) {
  auto work = [this, account, event, now](sqlite::Connection& connection) {
    return insert_person(connection, sealer_, account, event, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<Person>> SqlitePeople::update(PersonKey key, AccountChange change, core::SystemTime now) {
  auto work = [this, key, change, now](sqlite::Connection& connection) {
    return change_person(connection, sealer_, key, change, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqlitePeople::replace_hash(PersonKey key, Secret known, Secret fresh) {
  auto work = [this, key, known, fresh](sqlite::Connection& connection) {
    return swap_hash(connection, sealer_, key, known, fresh);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqlitePeople::erase(PersonKey key, std::optional<std::int64_t> version,
                                            AuditEvent event, core::SystemTime now) {
  auto work = [this, key, version, event, now](sqlite::Connection& connection) {
    return erase_row(connection, sealer_, key, version, event, now);
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<PersonPage>> SqlitePeople::list(std::string realm, PageRequest page) {
  auto work = [this, realm, page](sqlite::Connection& connection) {
    return read_page(connection, sealer_, realm, page);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<std::vector<AuditRecord>>> SqlitePeople::audit_of(PersonKey key, std::size_t limit) {
  auto work = [key, limit](sqlite::Connection& connection) {
    return connection.all(
        "SELECT sequence, person_id, at, actor, action, fields FROM audit WHERE realm = ? AND person_id = ? "
        "ORDER BY sequence DESC LIMIT ?",
        read_audit, key.realm, key.id, limit);
  };
  co_return co_await database_.read(std::move(work));
}

}  // namespace gatehouse::auth
