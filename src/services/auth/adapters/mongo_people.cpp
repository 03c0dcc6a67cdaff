#include "services/auth/adapters/mongo_people.hpp"

#include <algorithm>

#include "services/auth/adapters/mongo_schema.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

// Each failed try means that somebody else's write went through: so many in a row are no accident.
constexpr int kTriesMax = 32;

std::unexpected<Error> contended() {
  Error error(ErrorKind::unavailable, "person_contended", "others were faster too often");
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

mongo::Document filter_of(const PersonKey& key) {
  return {{"_id", document_id(key.realm, key.id)}};
}

// What an update must still find.
mongo::Document unchanged(const StoredPerson& person) {
  return {{"_id", document_id(person.row.realm, person.row.id)}, {"revision", person.revision}};
}

// Tombstones included.
Result<std::optional<StoredPerson>> look_for(mongo::Session& session, const mongo::Document& filter) {
  const auto document = session.find_one(kPersonCollection, filter);
  if (!document) return fail(document);
  if (!*document) return std::nullopt;
  auto person = person_of(**document);
  if (!person) return fail(person);
  return std::move(*person);
}

Result<StoredPerson> look_up(mongo::Session& session, const mongo::Document& filter) {
  auto person = look_for(session, filter);
  if (!person) return fail(person);
  if (!*person || (*person)->is_erased) return unknown_person();
  return std::move(**person);
}

// `indexes`: the address under every key of the index, while one follows another.
Result<StoredPerson> look_up_email(mongo::Session& session, std::string_view realm,
                                   const std::vector<std::string>& indexes) {
  for (const std::string& index : indexes) {
    auto person = look_up(session, {{"realm", realm}, {"email_key", index}});
    if (person || person.error().kind != ErrorKind::not_found) return person;
  }
  return unknown_person();
}

// After a change is in the database: its event is safe in the person's document, and whoever changes that
// next keeps it.
void keep_if_possible(mongo::Session& session, const StoredPerson& person) {
  const auto kept = person.is_erased ? finish_erasing(session, person)
                                     : keep_in_trail(session, person.key(), person.latest);
  if (!kept) {
    log::warn("audit-delayed", "the event is kept with the person, and in the trail with the next change",
              {log::field("user.id", person.row.id), log::field(kept.error())});
  }
}

// Whether somebody else has the address, under any version of the key. The unique index sees to that alone,
// but while versions follow each other only where it looks into arrays: FerretDB's does not.
Result<void> check_address(mongo::Session& session, const PersonRow& row) {
  std::vector<std::string> indexes = row.other_indexes;
  if (row.email_index) indexes.push_back(*row.email_index);
  for (const std::string& index : indexes) {
    const auto other = look_for(session, {{"realm", row.realm}, {"email_key", index}});
    if (!other) return fail(other);
    if (*other && (*other)->row.id != row.id) return refuse(ErrorKind::conflict, "email_taken");
  }
  return {};
}

// Why a new person's document was refused: by the id or username, the address, or nothing any more.
Result<void> find_obstacle(mongo::Session& session, const PersonRow& row) {
  const auto by_id = look_for(session, filter_of({row.realm, row.id}));
  if (!by_id) return fail(by_id);
  if (*by_id && (*by_id)->is_erased) return finish_erasing(session, **by_id);
  const auto by_name = look_for(session, {{"realm", row.realm}, {"username", row.username}});
  if (!by_name) return fail(by_name);
  if (*by_id || *by_name) return refuse(ErrorKind::conflict, "username_taken");
  return check_address(session, row);
}

Result<Person> insert_person(mongo::Session& session, const PersonSealer& sealer, const Account& account,
                             const AuditEvent& event, core::SystemTime now) {
  auto row = sealer.seal(account);
  if (!row && crypto::is_erased(row.error())) return refuse(ErrorKind::conflict, "person_erased");
  if (!row) return fail(row);
  const StoredPerson person{.row = std::move(*row), .latest = TrailEntry::first(event, now)};
  const mongo::Document document = document_of(person);
  if (!person.row.other_indexes.empty()) {
    if (const auto obstacle = find_obstacle(session, person.row); !obstacle) return fail(obstacle);
  }
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto inserted = session.insert(kPersonCollection, document);
    if (inserted) {
      keep_if_possible(session, person);
      return account.person;
    }
    if (inserted.error().reason != "unique_violation") return fail(inserted);
    if (const auto obstacle = find_obstacle(session, person.row); !obstacle) return fail(obstacle);
  }
  return contended();
}

// The person as the change leaves it, or nothing if it changes nothing.
Result<std::optional<StoredPerson>> changed(const PersonSealer& sealer, const StoredPerson& before,
                                            Account& account, const AccountChange& change,
                                            core::SystemTime now) {
  auto event = change(account);
  if (!event) return fail(event);
  if (event->fields.empty()) return std::nullopt;
  Person& person = account.person;
  person.id = before.row.id;
  person.realm = before.row.realm;
  person.username = before.row.username;
  person.version = before.row.version + 1;
  person.updated_at = now;
  auto row = sealer.seal(account);
  if (!row) return fail(row);
  return StoredPerson{.row = std::move(*row),
                      .latest = before.latest.next(std::move(*event), now),
                      .revision = before.revision + 1};
}

// False: somebody else was faster.
Result<bool> write_over(mongo::Session& session, const StoredPerson& before, const StoredPerson& after) {
  if (const auto kept = keep_in_trail(session, before.key(), before.latest); !kept) return fail(kept);
  const auto written = session.replace(kPersonCollection, unchanged(before), document_of(after));
  if (!written && written.error().reason == "unique_violation")
    return refuse(ErrorKind::conflict, "email_taken");
  if (written && *written) keep_if_possible(session, after);
  return written;
}

Result<Person> change_person(mongo::Session& session, const PersonSealer& sealer, const PersonKey& key,
                             const AccountChange& change, core::SystemTime now) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto before = look_up(session, filter_of(key));
    if (!before) return fail(before);
    auto account = sealer.open(before->row);
    if (!account) return fail(account);
    const auto after = changed(sealer, *before, *account, change, now);
    if (!after) return fail(after);
    if (!*after) return std::move(account->person);
    if (!(*after)->row.other_indexes.empty()) {
      if (const auto is_free = check_address(session, (*after)->row); !is_free) return fail(is_free);
    }
    const auto written = write_over(session, *before, **after);
    if (!written) return fail(written);
    if (*written) return std::move(account->person);
  }
  return contended();
}

Result<void> swap_hash(mongo::Session& session, const PersonSealer& sealer, const PersonKey& key,
                       const Secret& known, const Secret& fresh) {
  const auto before = look_up(session, filter_of(key));
  if (!before) return before.error().kind == ErrorKind::not_found ? Result<void>{} : fail(before);
  auto account = sealer.open(before->row);
  if (!account) return fail(account);
  if (account->password_hash.reveal() != known.reveal()) return {};
  account->password_hash = fresh;
  auto row = sealer.seal(*account);
  if (!row) return fail(row);
  const StoredPerson after{
      .row = std::move(*row), .latest = before->latest, .revision = before->revision + 1};
  // Whoever was faster has changed the account; the hash may wait for the next login.
  const auto written = session.replace(kPersonCollection, unchanged(*before), document_of(after));
  if (!written) return fail(written);
  return {};
}

// A death between the tombstone and the end of the key leaves a key without a person: erasing again ends it.
Result<void> end_orphaned_key(const PersonSealer& sealer, const PersonKey& key, core::SystemTime now) {
  const auto orphan = sealer.keys().store().find(record_name_of(key).record);
  if (orphan) return sealer.erase(key, now);
  return orphan.error().kind == ErrorKind::not_found ? Result<void>{} : fail(orphan);
}

Result<void> erase_person(mongo::Session& session, const PersonSealer& sealer, const PersonKey& key,
                          std::optional<std::int64_t> version, const AuditEvent& event,
                          core::SystemTime now) {
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto before = look_up(session, filter_of(key));
    if (!before && before.error().kind == ErrorKind::not_found) {
      if (auto ended = end_orphaned_key(sealer, key, now); !ended) return ended;
    }
    if (!before) return fail(before);
    if (version && before->row.version != *version)
      return refuse(ErrorKind::precondition_failed, "version_mismatch");
    const StoredPerson tombstone{.row = {.realm = key.realm, .id = key.id},
                                 .latest = before->latest.next(event, now),
                                 .revision = before->revision + 1,
                                 .is_erased = true};
    const auto written = write_over(session, *before, tombstone);
    if (!written) return fail(written);
    if (*written) return sealer.erase(key, now);
  }
  return contended();
}

Result<PersonPage> read_page(mongo::Session& session, const PersonSealer& sealer, std::string_view realm,
                             const PageRequest& page) {
  const mongo::Document after{{"$gt", page.after}};
  const mongo::Page in_order{.sort = {{"realm", 1}, {"username", 1}}, .limit = page.limit + 1};
  const auto documents = session.find(kPersonCollection, {{"realm", realm}, {"username", after}}, in_order);
  if (!documents) return fail(documents);
  PersonPage result{.people = {}, .has_more = documents->size() > page.limit};
  for (const mongo::Document& document :
       std::span(*documents).first(std::min(documents->size(), page.limit))) {
    const auto person = person_of(document);
    if (!person) return fail(person);
    if (person->is_erased) continue;
    auto account = sealer.open(person->row);
    if (!account && can_be_left_out(person->row, account.error())) continue;
    if (!account) return fail(account);
    result.people.push_back(std::move(account->person));
  }
  return result;
}

AuditRecord record_of(const PersonKey& key, TrailEntry entry) {
  return {.sequence = entry.sequence, .person_id = key.id, .at = entry.at, .event = std::move(entry.event)};
}

// The trail, and before it the event that may not have come there yet.
Result<std::vector<AuditRecord>> read_trail(mongo::Session& session, const PersonKey& key,
                                            std::size_t limit) {
  const auto person = look_for(session, filter_of(key));
  if (!person) return fail(person);
  const mongo::Page newest_first{.sort = {{"sequence", -1}}, .limit = limit};
  const auto documents =
      session.find(kAuditCollection, {{"realm", key.realm}, {"person_id", key.id}}, newest_first);
  if (!documents) return fail(documents);
  std::vector<TrailEntry> entries;
  for (const mongo::Document& document : *documents) {
    auto entry = trail_entry_of(document);
    if (!entry) return fail(entry);
    entries.push_back(std::move(*entry));
  }
  if (*person && std::ranges::find(entries, (*person)->latest.id, &TrailEntry::id) == entries.end())
    entries.insert(entries.begin(), (*person)->latest);
  std::vector<AuditRecord> records;
  for (TrailEntry& entry : std::span(entries).first(std::min(entries.size(), limit)))
    records.push_back(record_of(key, std::move(entry)));
  return records;
}

}  // namespace

Awaitable<Result<Person>> MongoPeople::find(PersonKey key) {
  auto account = co_await find_account(std::move(key));
  if (!account) co_return fail(account);
  co_return std::move(account->person);
}

Awaitable<Result<Account>> MongoPeople::find_account(PersonKey key) {
  auto work = [this, key](mongo::Session& session) -> Result<Account> {
    const auto person = look_up(session, filter_of(key));
    if (!person) return fail(person);
    return sealer_.open(person->row);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<Account>> MongoPeople::find_by_login(std::string realm, Pii login) {
  auto work = [this, realm, login](mongo::Session& session) -> Result<Account> {
    // Both are looked up, always: which kind of name it was shall not show in the time.
    const auto by_email = look_up_email(session, realm, sealer_.indexes_of(realm, login.reveal()));
    const auto by_name = look_up(session, {{"realm", realm}, {"username", login.reveal()}});
    const auto& person = login.reveal().contains('@') ? by_email : by_name;
    if (!person) return fail(person);
    return sealer_.open(person->row);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<Person>> MongoPeople::create(Account account, AuditEvent event, core::SystemTime now) {
  auto work = [this, account, event, now](mongo::Session& session) {
    return insert_person(session, sealer_, account, event, now);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<Person>> MongoPeople::update(PersonKey key, AccountChange change, core::SystemTime now) {
  auto work = [this, key, change, now](mongo::Session& session) {
    return change_person(session, sealer_, key, change, now);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<void>> MongoPeople::replace_hash(PersonKey key, Secret known, Secret fresh) {
  auto work = [this, key, known, fresh](mongo::Session& session) {
    return swap_hash(session, sealer_, key, known, fresh);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<void>> MongoPeople::erase(PersonKey key, std::optional<std::int64_t> version,
                                           AuditEvent event, core::SystemTime now) {
  auto work = [this, key, version, event, now](mongo::Session& session) {
    return erase_person(session, sealer_, key, version, event, now);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<PersonPage>> MongoPeople::list(std::string realm, PageRequest page) {
  auto work = [this, realm, page](mongo::Session& session) {
    return read_page(session, sealer_, realm, page);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<std::vector<AuditRecord>>> MongoPeople::audit_of(PersonKey key, std::size_t limit) {
  auto work = [key, limit](mongo::Session& session) { return read_trail(session, key, limit); };
  co_return co_await client_.run(std::move(work));
}

}  // namespace gatehouse::auth
