#include "storage/mongo/wrapped_rows.hpp"

#include <algorithm>
#include <span>

namespace gatehouse::storage::mongo {

namespace {

constexpr std::string_view kVersion = "key_version";
// Each is a round trip, and all of one use of a connection share its operation timeout.
constexpr std::size_t kReplacedAtATime = 20;

Result<std::vector<WrappedRow>> rows_of(const std::vector<Document>& documents) {
  std::vector<WrappedRow> rows;
  for (const Document& document : documents) {
    Reading reading{document};
    rows.push_back({.id = reading.text("_id"), .wrapped = reading.bytes("wrapped")});
    if (const auto read = reading.finish(); !read) return fail(read);
  }
  return rows;
}

Result<std::size_t> replace_some(Session& session, std::string_view collection,
                                 std::span<const Rewrapped> rows) {
  std::size_t replaced = 0;
  for (const Rewrapped& row : rows) {
    const Document unchanged{{"_id", row.id}, {"wrapped", Bytes{row.known}}};
    const auto done = session.replace(collection, unchanged, document_of_key(row.id, row.fresh));
    if (!done) return fail(done);
    replaced += *done ? 1 : 0;
  }
  return replaced;
}

}  // namespace

Document document_of_key(std::string_view id, std::string_view wrapped) {
  const std::int64_t version = crypto::Envelope::version_of(wrapped).value_or(0);
  return {{"_id", id}, {"wrapped", Bytes{wrapped}}, {kVersion, version}};
}

Result<void> index_key_versions(Session& session, std::string_view collection) {
  const Index by_version{kVersion, {{kVersion, 1}, {"_id", 1}}};
  return session.create_index(collection, by_version, Uniqueness::any);
}

Result<RowsPerVersion> count_by(Session& session, std::string_view collection, std::string_view field) {
  RowsPerVersion counted;
  const Page first{.sort = {{field, 1}}, .limit = 1};
  for (std::int64_t version = -1;;) {
    const Document above{{"$gt", version}};
    const auto next = session.find(collection, {{field, above}}, first);
    if (!next) return fail(next);
    if (next->empty()) return counted;
    Reading reading{next->front()};
    version = reading.integer(field);
    if (const auto read = reading.finish(); !read) return fail(read);
    const Document same{{field, version}};
    const auto answer = session.command({{"count", collection}, {"query", same}});
    if (!answer) return fail(answer);
    Reading count{*answer};
    counted[static_cast<std::uint32_t>(version)] = static_cast<std::uint64_t>(count.integer("n"));
    if (const auto read = count.finish(); !read) return fail(read);
  }
}

Result<std::vector<Document>> find_below(Session& session, std::string_view collection,
                                         std::string_view field, std::uint32_t version,
                                         std::string_view after, std::size_t limit) {
  const Document is_old{{"$lt", std::int64_t{version}}};
  const Document is_later{{"$gt", after}};
  const Page in_order{.sort = {{"_id", 1}}, .limit = limit};
  return session.find(collection, {{field, is_old}, {"_id", is_later}}, in_order);
}

Awaitable<Result<RowsPerVersion>> MongoWrappedRows::count() {
  auto work = [this](Session& session) { return count_by(session, collection_, kVersion); };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<std::vector<WrappedRow>>> MongoWrappedRows::below(std::uint32_t version, std::string after,
                                                                   std::size_t limit) {
  auto work = [this, version, after, limit](Session& session) -> Result<std::vector<WrappedRow>> {
    const auto found = find_below(session, collection_, kVersion, version, after, limit);
    if (!found) return fail(found);
    return rows_of(*found);
  };
  co_return co_await client_.run(std::move(work));
}

Awaitable<Result<std::size_t>> MongoWrappedRows::replace(std::vector<Rewrapped> rows) {
  std::size_t replaced = 0;
  for (std::size_t first = 0; first < rows.size(); first += kReplacedAtATime) {
    const auto some = std::span(rows).subspan(first, std::min(kReplacedAtATime, rows.size() - first));
    // Awaited at once: the rows stay in this frame.
    auto work = [this, some](Session& session) { return replace_some(session, collection_, some); };
    const auto done = co_await client_.run(std::move(work));
    if (!done) co_return fail(done);
    replaced += *done;
  }
  co_return replaced;
}

}  // namespace gatehouse::storage::mongo
