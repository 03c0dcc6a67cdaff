#include "services/auth/adapters/mongo_copy.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/ids.hpp"
#include "data_copy/canonical.hpp"
#include "data_copy/mongo_collection.hpp"
#include "services/auth/adapters/mongo_documents.hpp"

namespace gatehouse::auth {

namespace {

namespace mongo = storage::mongo;
using data_copy::MongoForm;
using data_copy::Record;

using Documents = std::vector<mongo::Document>;
using Contents = std::vector<MongoForm::Content>;

constexpr std::size_t kEventsAtOnce = 5'000;
constexpr std::size_t kEventsOfAPage = 1'000'000;  // of its people, all that they have
constexpr core::TextLimits kAny{.bytes_min = 0, .bytes_max = 4'096};

constexpr std::array kNumbersOfAttempts{"failures", "last_failure", "locked_until"};

// For documents that stand for themselves.
template <class ContentOf>
auto each(ContentOf content_of) {
  return [content_of](mongo::Session&, const Documents& documents) -> Result<Contents> {
    Contents contents;
    for (const mongo::Document& document : documents) {
      const Result<json::object> content = content_of(document);
      if (!content) return fail(content);
      contents.emplace_back(data_copy::canonical(*content));
    }
    return contents;
  };
}

template <class DocumentOf>
auto each_document(DocumentOf document_of) {
  return [document_of](mongo::Session&, const std::vector<Record>& records) -> Result<Documents> {
    Documents documents;
    for (const Record& record : records) {
      auto document = document_of(record);
      if (!document) return fail(document);
      documents.push_back(std::move(*document));
    }
    return documents;
  };
}

MongoForm roles() {
  const auto content_of = [](const mongo::Document& document) -> Result<json::object> {
    mongo::Reading reading{document};
    json::object content{{"realm", reading.text("realm")},
                         {"client", reading.text("client")},
                         {"name", reading.text("name")},
                         {"description", reading.text("description")}};
    if (const auto read = reading.finish(); !read) return fail(read);
    return content;
  };
  const auto document_of = [](const Record& record) -> Result<mongo::Document> {
    const auto content = core::parse_json_object(record.content);
    if (!content) return fail(content);
    Fields fields{*content};
    mongo::Document document{{"_id", record.key}};
    for (const char* name : {"realm", "client", "name", "description"})
      document.add({name, fields.required_text(name, kAny)});
    if (const auto read = fields.finish(); !read) return fail(read);
    return document;
  };
  return {"roles", kRoleCollection, each(content_of), each_document(document_of)};
}

MongoForm attempts() {
  const auto content_of = [](const mongo::Document& document) -> Result<json::object> {
    mongo::Reading reading{document};
    json::object content;
    for (const char* name : kNumbersOfAttempts) content[name] = reading.integer(name);
    if (const auto read = reading.finish(); !read) return fail(read);
    return content;
  };
  const auto document_of = [](const Record& record) -> Result<mongo::Document> {
    const auto content = core::parse_json_object(record.content);
    if (!content) return fail(content);
    Fields fields{*content};
    mongo::Document document{{"_id", record.key}, {"revision", 1}};
    for (const char* name : kNumbersOfAttempts) document.add({name, fields.required_int(name, {})});
    if (const auto read = fields.finish(); !read) return fail(read);
    return document;
  };
  return {"attempts", kAttemptCollection, each(content_of), each_document(document_of)};
}

// Trails by _id of their people, with the documents that they are made of.
struct Trail {
  PersonKey person;
  std::vector<TrailEntry> entries;
};
using Trails = std::map<std::string, Trail>;

json::array content_of(const Trail& trail) {
  json::array events;
  for (const TrailEntry& entry : trail.entries)
    events.push_back(content_of(WrittenEvent{entry.at, entry.event}));
  return events;
}

Result<Trails> trails_in(const std::vector<mongo::Document>& documents) {
  Trails trails;
  for (const mongo::Document& document : documents) {
    mongo::Reading reading{document};
    const PersonKey person{reading.text("realm"), reading.text("person_id")};
    if (const auto read = reading.finish(); !read) return fail(read);
    auto entry = trail_entry_of(document);
    if (!entry) return fail(entry);
    Trail& trail = trails[document_id(person.realm, person.id)];
    trail.person = person;
    trail.entries.push_back(std::move(*entry));
  }
  return trails;
}

mongo::Document in_order() {
  return {{"realm", 1}, {"person_id", 1}, {"sequence", 1}};
}

// The trails of these people, whole. Both lists are asked for, as the index of the trail begins with the
// realm: with ids that are in use in several realms there are some too many.
Result<Trails> trails_of(mongo::Session& session, const std::vector<PersonKey>& people) {
  std::set<std::string> realms;
  std::vector<std::string> ids;
  for (const PersonKey& person : people) {
    realms.insert(person.realm);
    ids.push_back(person.id);
  }
  const std::vector<std::string> realm_list(realms.begin(), realms.end());
  const mongo::Document in_realms{{"$in", mongo::Field::Texts(realm_list)}};
  const mongo::Document one_of{{"$in", mongo::Field::Texts(ids)}};
  const mongo::Page all{.sort = in_order(), .limit = kEventsOfAPage};
  const auto documents = session.find(kAuditCollection, {{"realm", in_realms}, {"person_id", one_of}}, all);
  if (!documents) return fail(documents);
  if (documents->size() == kEventsOfAPage) return fail(ErrorKind::internal, "too_many_events", "trails");
  return trails_in(*documents);
}

// What the people themselves carry belongs to them.
Result<void> leave_out_latest(mongo::Session& session, Trails& trails) {
  std::vector<std::string> ids;
  for (const auto& [id, trail] : trails) ids.push_back(id);
  const mongo::Document one_of{{"$in", mongo::Field::Texts(ids)}};
  const mongo::Page all{.sort = {{"_id", 1}}, .limit = ids.size()};
  const auto documents = session.find(kPersonCollection, {{"_id", one_of}}, all);
  if (!documents) return fail(documents);
  for (const mongo::Document& document : *documents) {
    const auto person = person_of(document);
    if (!person) return fail(person);
    if (person->is_erased) continue;
    auto& entries = trails.at(document_id(person->row.realm, person->row.id)).entries;
    std::erase_if(entries, [&](const TrailEntry& entry) { return entry.id == person->latest.id; });
  }
  return {};
}

class MongoTrails final : public data_copy::ReadAhead {
 public:
  explicit MongoTrails(mongo::Client& client) : client_(client) {}

  [[nodiscard]] std::string_view name() const override { return "trails"; }
  [[nodiscard]] std::size_t page() const override { return data_copy::kDocumentsAtOnce; }
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> records) override;
  // A trail only grows.
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> /*keys*/) override {
    co_return Result<void>{};
  }

 private:
  [[nodiscard]] Awaitable<Result<Stretch>> stretch(std::string after) override;
  [[nodiscard]] static Result<Stretch> stretch_after(mongo::Session& session, const std::string& after);

  mongo::Client& client_;
};

Result<data_copy::ReadAhead::Stretch> MongoTrails::stretch_after(mongo::Session& session,
                                                                 const std::string& after) {
  const PersonKey last = person_key(after);
  const mongo::Document later_realm{{"$gt", last.realm}};
  const mongo::Document later_id{{"$gt", last.id}};
  const mongo::Document either[] = {{{"realm", later_realm}},
                                    {{"realm", last.realm}, {"person_id", later_id}}};
  const mongo::Document filter{{"$or", mongo::Field::Documents(either)}};
  for (std::size_t limit = kEventsAtOnce;; limit *= 2) {
    const auto documents = session.find(kAuditCollection, filter, {.sort = in_order(), .limit = limit});
    if (!documents) return fail(documents);
    auto trails = trails_in(*documents);
    if (!trails) return fail(trails);
    Stretch stretch{.last = after, .is_last = documents->size() < limit};
    if (!stretch.is_last) trails->erase(std::prev(trails->end()));  // which may be cut off
    if (trails->empty() && !stretch.is_last) continue;
    if (trails->empty()) return stretch;
    stretch.last = trails->rbegin()->first;
    if (const auto left_out = leave_out_latest(session, *trails); !left_out) return fail(left_out);
    for (const auto& [id, trail] : *trails) {
      if (trail.entries.empty()) continue;
      const json::object content{{"events", content_of(trail)}};
      stretch.records.push_back({.key = id, .content = data_copy::canonical(content)});
    }
    return stretch;
  }
}

Awaitable<Result<data_copy::ReadAhead::Stretch>> MongoTrails::stretch(std::string after) {
  auto work = [after](mongo::Session& session) { return stretch_after(session, after); };
  co_return co_await client_.run(std::move(work));
}

// What is missing at the end of a trail.
Result<void> add_missing(Documents& documents, const Record& record, const Trail& there) {
  const auto content = core::parse_json_object(record.content);
  if (!content) return fail(content);
  auto missing = missing_events(record.key, content_of(there), *content);
  if (!missing) return fail(missing);
  std::int64_t place = there.entries.empty() ? 0 : there.entries.back().sequence;
  for (WrittenEvent& written : *missing) {
    TrailEntry entry = TrailEntry::first(std::move(written.event), written.at);
    entry.sequence = place = std::max(entry.sequence, place + 1);
    documents.push_back(document_of(person_key(record.key), entry));
  }
  return {};
}

Awaitable<Result<void>> MongoTrails::write(std::vector<Record> records) {
  auto work = [records = std::move(records)](mongo::Session& session) -> Result<void> {
    std::vector<PersonKey> people;
    for (const Record& record : records) people.push_back(person_key(record.key));
    const auto there = trails_of(session, people);
    if (!there) return fail(there);
    Documents documents;
    for (const Record& record : records) {
      const auto known = there->find(record.key);
      const Trail none;
      const Trail& trail = known == there->end() ? none : known->second;
      if (const auto added = add_missing(documents, record, trail); !added) return added;
    }
    return session.insert_all(kAuditCollection, documents, mongo::InsertOrder::as_given);
  };
  co_return co_await client_.run(std::move(work));
}

// Where the latest event of each stands in its trail.
Result<std::map<std::string, std::int64_t>> events_before(mongo::Session& session,
                                                          const std::vector<StoredPerson>& people) {
  std::vector<PersonKey> keys;
  for (const StoredPerson& person : people) keys.push_back(person.key());
  const auto trails = trails_of(session, keys);
  if (!trails) return fail(trails);
  std::map<std::string, std::int64_t> counts;
  for (const StoredPerson& person : people) {
    const std::string key = document_id(person.row.realm, person.row.id);
    const auto trail = trails->find(key);
    if (trail == trails->end()) continue;
    // What came after it has come since the person was read.
    counts[key] = std::ranges::count_if(trail->second.entries, [&](const TrailEntry& entry) {
      return entry.id != person.latest.id && entry.sequence < person.latest.sequence;
    });
  }
  return counts;
}

Result<MongoForm::Content> content_in(const StoredPerson& person, const PersonSealer& sealer,
                                      std::int64_t events_before) {
  if (person.is_erased) return std::nullopt;
  const auto account = sealer.open(person.row);
  if (!account && is_damaged_row(account.error())) return std::string{};
  if (!account) return fail(account);
  const WrittenEvent latest{person.latest.at, person.latest.event};
  return data_copy::canonical(content_of(*account, content_of(latest), events_before));
}

Result<Contents> contents_in(mongo::Session& session, const Documents& documents,
                             const PersonSealer& sealer) {
  std::vector<StoredPerson> people;
  for (const mongo::Document& document : documents) {
    auto person = person_of(document);
    if (!person) return fail(person);
    people.push_back(std::move(*person));
  }
  auto before = events_before(session, people);
  if (!before) return fail(before);
  Contents contents;
  for (const StoredPerson& person : people) {
    auto content = content_in(person, sealer, (*before)[document_id(person.row.realm, person.row.id)]);
    if (!content) return fail(content);
    contents.push_back(std::move(*content));
  }
  return contents;
}

// The latest event has a place behind all that came before it. One that the trail has already stays that one.
TrailEntry latest_of(CopiedPerson copied, const Trail& there) {
  const auto before = static_cast<std::size_t>(copied.events_before);
  if (there.entries.size() == before + 1) {
    const TrailEntry& last = there.entries.back();
    if (content_of(WrittenEvent{last.at, last.event}) == content_of(copied.latest)) return last;
  }
  TrailEntry latest = TrailEntry::first(std::move(copied.latest.event), copied.latest.at);
  if (!there.entries.empty()) latest.sequence = std::max(latest.sequence, there.entries.back().sequence + 1);
  return latest;
}

Result<Documents> documents_in(mongo::Session& session, const std::vector<Record>& records,
                               const PersonSealer& sealer) {
  std::vector<PersonKey> people;
  for (const Record& record : records) people.push_back(person_key(record.key));
  const auto trails = trails_of(session, people);
  if (!trails) return fail(trails);
  Documents documents;
  for (const Record& record : records) {
    const auto content = core::parse_json_object(record.content);
    if (!content) return fail(content);
    auto copied = copied_person_in(record.key, *content);
    if (!copied) return fail(copied);
    auto row = sealed_row(sealer, *copied);
    if (!row) return fail(row);
    if (!*row) continue;
    const auto trail = trails->find(record.key);
    const Trail none;
    TrailEntry latest = latest_of(std::move(*copied), trail == trails->end() ? none : trail->second);
    documents.push_back(document_of(StoredPerson{.row = std::move(**row), .latest = std::move(latest)}));
  }
  return documents;
}

MongoForm people(const PersonSealer& sealer) {
  const auto contents_of = [sealer](mongo::Session& session, const Documents& documents) {
    return contents_in(session, documents, sealer);
  };
  const auto documents_of = [sealer](mongo::Session& session, const std::vector<Record>& records) {
    return documents_in(session, records, sealer);
  };
  return {"people", kPersonCollection, contents_of, documents_of, rivals_of};
}

}  // namespace

std::vector<std::unique_ptr<data_copy::Collection>> collections_of(mongo::Client& client,
                                                                   const PersonSealer& sealer) {
  using data_copy::MongoCollection;
  std::vector<std::unique_ptr<data_copy::Collection>> collections;
  collections.push_back(std::make_unique<MongoCollection>(client, roles()));
  collections.push_back(std::make_unique<MongoTrails>(client));
  collections.push_back(std::make_unique<MongoCollection>(client, people(sealer)));
  collections.push_back(std::make_unique<MongoCollection>(client, attempts()));
  return collections;
}

}  // namespace gatehouse::auth
