#include "services/auth/adapters/mongo_erasures.hpp"

#include "services/auth/adapters/mongo_documents.hpp"
#include "services/auth/adapters/person_row.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace mongo = storage::mongo;

namespace {

// All of one page share the operation timeout.
constexpr std::size_t kPage = 50;

struct Replayed {
  std::string after;  // the last that was looked at; empty: there was none
  std::size_t count = 0;
};

// True: there was a key nevertheless.
Result<bool> destroy_key(const crypto::SubjectKeys& keys, const mongo::Document& event) {
  mongo::Reading reading{event};
  const PersonKey person{reading.text("realm"), reading.text("person_id")};
  const auto at = core::from_unix_micros(reading.integer("at"));
  if (const auto read = reading.finish(); !read) return fail(read);
  const std::string subject = record_name_of(person).record;
  const auto key = keys.store().find(subject);
  if (!key && crypto::is_erased(key.error())) return false;
  if (!key && key.error().kind != ErrorKind::not_found) return fail(key);
  // Without a key too: its tombstone keeps an import from making the person anew.
  if (const auto gone = keys.store().destroy(subject, at); !gone) return fail(gone);
  return key.has_value();
}

Result<Replayed> destroy_keys(mongo::Session& session, const crypto::SubjectKeys& keys,
                              std::string_view after) {
  const mongo::Document is_later{{"$gt", after}};
  const mongo::Page in_order{.sort = {{"_id", 1}}, .limit = kPage};
  const auto events =
      session.find(kAuditCollection, {{"action", "person_erased"}, {"_id", is_later}}, in_order);
  if (!events) return fail(events);
  Replayed page;
  for (const mongo::Document& event : *events) {
    const auto destroyed = destroy_key(keys, event);
    if (!destroyed) return fail(destroyed);
    page.count += *destroyed ? 1 : 0;
    page.after = mongo::Reading(event).text("_id");
  }
  return page;
}

Result<Replayed> remove_people(mongo::Session& session, const crypto::SubjectKeys& keys,
                               std::string_view after) {
  const auto erased = keys.store().erased(after, kPage);
  if (!erased) return fail(erased);
  Replayed page;
  for (const std::string& subject : *erased) {
    page.after = subject;
    const auto slash = subject.find('/');
    if (slash == std::string::npos) continue;
    const std::string realm = subject.substr(0, slash);
    // The realm: not a tombstone, whose last event may not be in the trail yet.
    const auto removed = session.remove(
        kPersonCollection, {{"_id", document_id(realm, subject.substr(slash + 1))}, {"realm", realm}});
    if (!removed) return fail(removed);
    page.count += *removed ? 1 : 0;
  }
  return page;
}

using TurnPage = Result<Replayed> (*)(mongo::Session&, const crypto::SubjectKeys&, std::string_view after);

// How many there were, over all pages.
Awaitable<Result<std::size_t>> turn_pages(mongo::Client& client, const crypto::SubjectKeys& keys,
                                          TurnPage turn) {
  std::size_t count = 0;
  for (std::string after;;) {
    auto work = [&keys, turn, after](mongo::Session& session) { return turn(session, keys, after); };
    auto page = co_await client.run(std::move(work));
    if (!page) co_return fail(page);
    count += page->count;
    if (page->after.empty()) co_return count;
    after = std::move(page->after);
  }
}

}  // namespace

Awaitable<Result<void>> replay_erasures(mongo::Client& client, const crypto::SubjectKeys& keys) {
  const auto destroyed = co_await turn_pages(client, keys, destroy_keys);
  if (!destroyed) co_return fail(destroyed);
  const auto removed = co_await turn_pages(client, keys, remove_people);
  if (!removed) co_return fail(removed);
  if (*destroyed > 0 || *removed > 0) {
    log::warn("erasures-replayed", "erased people had come back with a backup; they are gone again",
              {log::field("rows.count", *removed), log::field("keys.count", *destroyed)});
  }
  co_return Result<void>{};
}

}  // namespace gatehouse::auth
