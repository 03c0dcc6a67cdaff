#include "data_copy/mongo_collection.hpp"

namespace gatehouse::data_copy {
namespace {

namespace mongo = storage::mongo;

constexpr std::size_t kDocumentsAtOnce = 5'000;

// Most are new: they are put there in one step, and only what is there already takes a second.
Result<void> put(mongo::Session& session, std::string_view collection, const std::string& key,
                 const mongo::Document& document) {
  const auto inserted = session.insert(collection, document);
  if (inserted || inserted.error().reason != "unique_violation") return inserted;
  const auto replaced = session.replace(collection, {{"_id", key}}, document);
  if (!replaced) return fail(replaced);
  if (!*replaced) return inserted;  // not its _id was taken, but something else of it
  return {};
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
    for (const Record& record : records) {
      const auto document = form_.document_of(record);
      if (!document) return fail(document);
      if (!*document) continue;
      if (auto written = put(session, form_.collection, record.key, **document); !written) return written;
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
