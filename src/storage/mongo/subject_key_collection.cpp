#include "storage/mongo/subject_key_collection.hpp"

#include "storage/mongo/wrapped_rows.hpp"

namespace gatehouse::storage::mongo {

namespace {

// Of somebody else's insertion that the majority has not confirmed yet a reader sees nothing. The insertion
// that it refuses waits for that confirmation, so there is seldom a second try.
constexpr int kTriesMax = 32;
constexpr std::size_t kReadOn = 5'000;

std::unexpected<Error> contended() {
  Error error(ErrorKind::unavailable, "subject_key_contended", "another's write is not confirmed yet");
  error.safe_to_retry = true;
  return std::unexpected<Error>(std::move(error));
}

bool is_unknown(const Error& error) {
  return error.reason == "unknown_subject";
}

Result<std::string> key_of(Session& session, std::string_view subject) {
  const auto found = session.find_one(kSubjectKeyCollection, {{"_id", subject}});
  if (!found) return fail(found);
  if (!*found) return refuse(ErrorKind::not_found, "unknown_subject");
  if ((*found)->has("is_erased")) return crypto::subject_erased();
  Reading reading{**found};
  std::string wrapped = reading.bytes("wrapped");
  if (const auto read = reading.finish(); !read) return fail(read);
  return wrapped;
}

// True: it was not there yet.
Result<bool> insert_new(Session& session, const Document& document) {
  const auto inserted = session.insert(kSubjectKeyCollection, document);
  if (inserted) return true;
  if (inserted.error().reason == "unique_violation") return false;
  return fail(inserted);
}

Result<std::string> add_key(Session& session, std::string_view subject, std::string_view wrapped) {
  const Document document = document_of_key(subject, wrapped);
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto inserted = insert_new(session, document);
    if (!inserted) return fail(inserted);
    if (*inserted) return std::string(wrapped);
    auto kept = key_of(session, subject);
    if (kept || !is_unknown(kept.error())) return kept;
  }
  return contended();
}

Result<void> bury(Session& session, std::string_view subject, core::SystemTime now) {
  const Document tombstone{{"_id", subject}, {"is_erased", true}, {"erased_at", core::unix_micros(now)}};
  const Document is_any{{"$gt", -1}};
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const auto replaced =
        session.replace(kSubjectKeyCollection, {{"_id", subject}, {"key_version", is_any}}, tombstone);
    if (!replaced) return fail(replaced);
    if (*replaced) return {};
    const auto inserted = insert_new(session, tombstone);
    if (!inserted) return fail(inserted);
    if (*inserted) return {};
    const auto left = key_of(session, subject);
    if (!left && crypto::is_erased(left.error())) return {};
    if (!left && !is_unknown(left.error())) return fail(left);
  }
  return contended();
}

}  // namespace

Result<void> prepare_subject_keys(Session& session) {
  const Index of_erased{"erased", {{"is_erased", 1}, {"_id", 1}}};
  if (auto created = index_key_versions(session, kSubjectKeyCollection); !created) return created;
  return session.create_index(kSubjectKeyCollection, of_erased, Uniqueness::any);
}

Result<std::string> SubjectKeyCollection::find(std::string_view subject) {
  return client_.run_here([&](Session& session) { return key_of(session, subject); });
}

Result<std::string> SubjectKeyCollection::add(std::string_view subject, std::string_view wrapped) {
  return client_.run_here([&](Session& session) { return add_key(session, subject, wrapped); });
}

std::vector<Result<std::string>> SubjectKeyCollection::add_all(const std::vector<Key>& keys) {
  std::vector<Document> documents;
  for (const Key& key : keys) documents.push_back(document_of_key(key.subject, key.wrapped));
  const auto insert_all = [&](Session& session) {
    return session.insert_all(kSubjectKeyCollection, documents);
  };
  if (!client_.run_here(insert_all)) return SubjectKeyStore::add_all(keys);  // which tells them apart
  std::vector<Result<std::string>> counting;
  for (const Key& key : keys) counting.emplace_back(key.wrapped);
  return counting;
}

Result<std::string> SubjectKeysInOrder::find(std::string_view subject) {
  const std::lock_guard lock(mutex_);
  if (const auto known = seen_.find(subject); known != seen_.end()) return known->second;
  const auto read_on = [&](Session& session) -> Result<void> {
    const Document from_here{{"$gte", subject}};
    const auto documents =
        session.find(kSubjectKeyCollection, {{"_id", from_here}}, {.sort = {{"_id", 1}}, .limit = kReadOn});
    if (!documents) return fail(documents);
    seen_.clear();
    for (const Document& document : *documents) {
      if (document.has("is_erased")) continue;
      Reading reading{document};
      seen_.emplace(reading.text("_id"), reading.bytes("wrapped"));
      if (const auto read = reading.finish(); !read) return fail(read);
    }
    return {};
  };
  if (const auto read = client_.run_here(read_on); !read) return fail(read);
  if (const auto known = seen_.find(subject); known != seen_.end()) return known->second;
  return SubjectKeyCollection::find(subject);  // there is none: which none is it
}

Result<void> SubjectKeysInOrder::destroy(std::string_view subject, core::SystemTime now) {
  const std::lock_guard lock(mutex_);
  seen_.clear();
  return SubjectKeyCollection::destroy(subject, now);
}

Result<void> SubjectKeyCollection::destroy(std::string_view subject, core::SystemTime now) {
  return client_.run_here([&](Session& session) { return bury(session, subject, now); });
}

Result<std::vector<std::string>> SubjectKeyCollection::erased(std::string_view after, std::size_t limit) {
  const auto work = [&](Session& session) -> Result<std::vector<std::string>> {
    const Document is_later{{"$gt", after}};
    const Page in_order{.sort = {{"_id", 1}}, .limit = limit};
    const auto found =
        session.find(kSubjectKeyCollection, {{"is_erased", true}, {"_id", is_later}}, in_order);
    if (!found) return fail(found);
    std::vector<std::string> subjects;
    for (const Document& tombstone : *found) {
      Reading reading{tombstone};
      subjects.push_back(reading.text("_id"));
      if (const auto read = reading.finish(); !read) return fail(read);
    }
    return subjects;
  };
  return client_.run_here(work);
}

}  // namespace gatehouse::storage::mongo
