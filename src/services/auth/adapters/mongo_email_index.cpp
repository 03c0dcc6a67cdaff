#include "services/auth/adapters/mongo_email_index.hpp"

#include <algorithm>

#include "services/auth/adapters/mongo_documents.hpp"
#include "storage/mongo/wrapped_rows.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

constexpr std::string_view kVersion = "index_version";
// People take two round trips each, and all of one use of a connection share its operation timeout.
constexpr std::size_t kPeopleAtATime = 20;

// The person as it is, but for the index.
Result<StoredPerson> reindexed(StoredPerson person, const PersonSealer& sealer) {
  ++person.revision;
  person.row.index_version = sealer.index().current_version();
  person.row.other_indexes.clear();
  if (!person.row.email_index) return person;
  const auto key = sealer.keys().find(record_name_of(person.key()));
  if (!key) return fail(key);
  auto email = key->open("email", person.row.email);
  if (!email) return fail(email);
  const Pii address(std::move(*email));
  auto fresh = sealer.index_of(person.row.realm, address.reveal());
  person.row.email_index = std::move(fresh.index);
  person.row.index_version = fresh.version;
  return person;
}

// False: somebody else was faster.
Result<bool> reindex(mongo::Session& session, const PersonSealer& sealer, const mongo::Document& document) {
  const auto before = person_of(document);
  if (!before) return fail(before);
  const auto after = reindexed(*before, sealer);
  if (!after) return fail(after);
  const mongo::Document unchanged{{"_id", document_id(before->row.realm, before->row.id)},
                                  {"revision", before->revision}};
  return session.replace(kPersonCollection, unchanged, document_of(*after));
}

Result<storage::Rotatable::Step> reindex_batch(mongo::Session& session, const PersonSealer& sealer,
                                               std::string_view after, std::size_t limit) {
  const auto documents =
      mongo::find_below(session, kPersonCollection, kVersion, sealer.index().current_version(), after, limit);
  if (!documents) return fail(documents);
  storage::Rotatable::Step step;
  step.is_last = documents->size() < limit;
  for (const mongo::Document& document : *documents) {
    step.after = mongo::Reading(document).text("_id");
    const auto done = reindex(session, sealer, document);
    if (done) {
      step.done += *done ? 1 : 0;
      continue;
    }
    const ErrorKind kind = done.error().kind;
    if (kind == ErrorKind::unavailable || kind == ErrorKind::timeout) return fail(done);
    ++step.stuck;
    log::error("key-rotation", "an address cannot be read; its index keeps its version",
               {log::field("person", step.after), log::field(done.error())});
  }
  return step;
}

}  // namespace

Result<std::uint32_t> MongoEmailIndex::current_version() const {
  return sealer_.index().current_version();
}

Awaitable<Result<storage::RowsPerVersion>> MongoEmailIndex::count() {
  auto work = [](mongo::Session& session) { return mongo::count_by(session, kPersonCollection, kVersion); };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<storage::Rotatable::Step>> MongoEmailIndex::advance(std::string after, std::size_t limit) {
  auto work = [this, after, some = std::min(limit, kPeopleAtATime)](mongo::Session& session) {
    return reindex_batch(session, sealer_, after, some);
  };
  co_return co_await client_.run(std::move(work));
}

}  // namespace gatehouse::auth
