#include "storage/mongo/session.hpp"

#include <algorithm>

#include "storage/mongo/error.hpp"
#include "storage/mongo/owners.hpp"

namespace gatehouse::storage::mongo {

namespace {

Collection collection_of(mongoc_client_t& client, std::string_view database, std::string_view name) {
  return Collection(
      mongoc_client_get_collection(&client, std::string(database).c_str(), std::string(name).c_str()));
}

// A server names the values that are taken; ours are nobody's business, not even the log's.
std::unexpected<Error> failed(const bson_error_t& error, std::string_view what, Deadline deadline) {
  Error told = error_of(error, what, deadline);
  if (told.reason == "unique_violation") told.detail = std::string(what);
  return std::unexpected<Error>(std::move(told));
}

Result<std::vector<Document>> read_all(mongoc_cursor_t& cursor, std::string_view what, Deadline deadline) {
  std::vector<Document> found;
  const bson_t* document = nullptr;
  while (mongoc_cursor_next(&cursor, &document)) found.push_back(Document::copy_of(document));
  bson_error_t error;
  if (mongoc_cursor_error(&cursor, &error)) return failed(error, what, deadline);
  return found;
}

}  // namespace

Result<std::int64_t> Session::time_left() const {
  const std::int64_t left = deadline_.remaining().count();
  if (left <= 0) return fail(ErrorKind::timeout, "database_timeout", "no time left to ask", Origin::upstream);
  return left;
}

Result<std::vector<Document>> Session::find(std::string_view collection, const Document& filter,
                                            const Page& page) {
  const auto left = time_left();
  if (!left) return fail(left);
  const Collection from = collection_of(client_, database_, collection);
  const Document options{
      {"sort", page.sort}, {"limit", static_cast<std::int64_t>(page.limit)}, {"maxTimeMS", *left}};
  const Cursor cursor(mongoc_collection_find_with_opts(from.get(), raw(filter), raw(options), nullptr));
  return read_all(*cursor, collection, deadline_);
}

Result<std::optional<Document>> Session::find_one(std::string_view collection, const Document& filter) {
  const auto left = time_left();
  if (!left) return fail(left);
  const Collection from = collection_of(client_, database_, collection);
  const Document options{{"limit", 1}, {"singleBatch", true}, {"maxTimeMS", *left}};
  const Cursor cursor(mongoc_collection_find_with_opts(from.get(), raw(filter), raw(options), nullptr));
  auto found = read_all(*cursor, collection, deadline_);
  if (!found) return fail(found);
  if (found->empty()) return std::nullopt;
  return std::move(found->front());
}

Result<void> Session::insert(std::string_view collection, const Document& document) {
  if (const auto left = time_left(); !left) return fail(left);
  const Collection into = collection_of(client_, database_, collection);
  bson_error_t error;
  if (!mongoc_collection_insert_one(into.get(), raw(document), nullptr, nullptr, &error))
    return failed(error, collection, deadline_);
  return {};
}

Result<void> Session::insert_all(std::string_view collection, std::span<const Document> documents,
                                 InsertOrder order) {
  if (documents.empty()) return {};
  if (const auto left = time_left(); !left) return fail(left);
  const Collection into = collection_of(client_, database_, collection);
  std::vector<const bson_t*> pointers;
  for (const Document& document : documents) pointers.push_back(raw(document));
  const Document options{{"ordered", order == InsertOrder::as_given}};
  bson_error_t error;
  if (!mongoc_collection_insert_many(into.get(), pointers.data(), pointers.size(), raw(options), nullptr,
                                     &error))
    return failed(error, collection, deadline_);
  return {};
}

Result<bool> Session::replace(std::string_view collection, const Document& filter,
                              const Document& replacement) {
  const auto left = time_left();
  if (!left) return fail(left);
  const Collection in = collection_of(client_, database_, collection);
  const Modification modification(mongoc_find_and_modify_opts_new());
  mongoc_find_and_modify_opts_set_update(modification.get(), raw(replacement));
  mongoc_find_and_modify_opts_set_max_time_ms(modification.get(), static_cast<std::uint32_t>(*left));
  Reply reply;
  bson_error_t error;
  if (!mongoc_collection_find_and_modify_with_opts(in.get(), raw(filter), modification.get(), reply.get(),
                                                   &error))
    return failed(error, collection, deadline_);
  const Document answer = Document::copy_of(reply.get());
  Reading reading{answer};
  const Document outcome = reading.document("lastErrorObject");
  Reading counts{outcome};
  const bool has_matched = counts.integer("n") == 1;
  if (const auto read = counts.finish(); !read) return fail(read);
  return has_matched;
}

Result<bool> Session::remove(std::string_view collection, const Document& filter) {
  if (const auto left = time_left(); !left) return fail(left);
  const Collection from = collection_of(client_, database_, collection);
  Reply reply;
  bson_error_t error;
  if (!mongoc_collection_delete_one(from.get(), raw(filter), nullptr, reply.get(), &error))
    return failed(error, collection, deadline_);
  const Document answer = Document::copy_of(reply.get());
  Reading reading{answer};
  const bool is_removed = reading.integer("deletedCount") == 1;
  if (const auto read = reading.finish(); !read) return fail(read);
  return is_removed;
}

Result<void> Session::create_index(std::string_view collection, const Index& index, Uniqueness uniqueness) {
  const auto left = time_left();
  if (!left) return fail(left);
  const Document specification[] = {
      {{"key", index.keys}, {"name", index.name}, {"unique", uniqueness == Uniqueness::unique}}};
  const Document command{
      {"createIndexes", collection}, {"indexes", Field::Documents(specification)}, {"maxTimeMS", *left}};
  Reply reply;
  bson_error_t error;
  if (!mongoc_client_write_command_with_opts(&client_, std::string(database_).c_str(), raw(command), nullptr,
                                             reply.get(), &error))
    return failed(error, index.name, deadline_);
  return {};
}

Result<Document> Session::command(const Document& command) {
  const auto left = time_left();
  if (!left) return fail(left);
  Document timed = command;
  timed.add({"maxTimeMS", *left});
  Reply reply;
  bson_error_t error;
  if (!mongoc_client_command_with_opts(&client_, std::string(database_).c_str(), raw(timed), nullptr, nullptr,
                                       reply.get(), &error))
    return failed(error, "command", deadline_);
  return Document::copy_of(reply.get());
}

}  // namespace gatehouse::storage::mongo
