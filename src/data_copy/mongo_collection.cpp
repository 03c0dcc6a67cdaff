#include "data_copy/mongo_collection.hpp"

namespace gatehouse::data_copy {
namespace {

namespace mongo = storage::mongo;

Result<void> put_once(mongo::Session& session, std::string_view collection, const mongo::Document& document) {
  mongo::Reading reading{document};
  const std::string id = reading.text("_id");
  if (const auto read = reading.finish(); !read) return fail(read);
  const auto replaced = session.replace(collection, {{"_id", id}}, document);
  if (!replaced) return fail(replaced);
  if (*replaced) return {};
  return session.insert(collection, document);
}

Result<void> put(mongo::Session& session, const MongoForm& form, const mongo::Document& document) {
  auto written = put_once(session, form.collection, document);
  if (written || written.error().reason != "unique_violation" || !form.rivals_of) return written;
  const mongo::Document rivals = form.rivals_of(document);
  for (bool is_removed = true; is_removed;) {
    const auto removed = session.remove(form.collection, rivals);
    if (!removed) return fail(removed);
    is_removed = *removed;
  }
  return put_once(session, form.collection, document);
}

}  // namespace

Awaitable<Result<ReadAhead::Stretch>> MongoCollection::stretch(std::string after) {
  auto work = [this, after](mongo::Session& session) -> Result<Stretch> {
    const mongo::Document is_later{{"$gt", after}};
    const mongo::Page in_order{.sort = {{"_id", 1}}, .limit = kDocumentsAtOnce};
    const auto documents = session.find(form_.collection, {{"_id", is_later}}, in_order);
    if (!documents) return fail(documents);
    auto contents = form_.contents_of(session, *documents);
    if (!contents) return fail(contents);
    Stretch stretch{.last = after, .is_last = documents->size() < kDocumentsAtOnce};
    for (std::size_t i = 0; i < documents->size(); ++i) {
      mongo::Reading reading{(*documents)[i]};
      stretch.last = reading.text("_id");
      if (const auto read = reading.finish(); !read) return fail(read);
      if (MongoForm::Content& content = contents->at(i))
        stretch.records.push_back({.key = stretch.last, .content = std::move(*content)});
    }
    return stretch;
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<void>> MongoCollection::write(std::vector<Record> records) {
  auto work = [this, records = std::move(records)](mongo::Session& session) -> Result<void> {
    const auto documents = form_.documents_of(session, records);
    if (!documents) return fail(documents);
    // Most are new. If one was there already, all are gone through one by one.
    const auto inserted = session.insert_all(form_.collection, *documents);
    if (inserted || inserted.error().reason != "unique_violation") return inserted;
    for (const mongo::Document& document : *documents) {
      if (auto written = put(session, form_, document); !written) return written;
    }
    return {};
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<void>> MongoCollection::remove(std::vector<std::string> keys) {
  auto work = [this, keys = std::move(keys)](mongo::Session& session) -> Result<void> {
    for (const std::string& key : keys) {
      if (const auto removed = session.remove(form_.collection, {{"_id", key}}); !removed)
        return fail(removed);
    }
    return {};
  };
  co_return co_await client_.run(std::move(work));
}

}  // namespace gatehouse::data_copy
