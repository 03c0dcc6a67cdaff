#include "data_copy/postgres_collection.hpp"

#include "core/fields.hpp"
#include "data_copy/canonical.hpp"

namespace gatehouse::data_copy {
namespace {

using storage::postgres::Batch;
using storage::postgres::Repeatable;
using storage::postgres::Rows;

Result<Record> record_in(const Rows& rows, std::size_t row, const PostgresForm& form) {
  Record record{.key = rows.text(row, 0)};
  auto content = core::parse_json_object(rows.view(row, 1));
  if (!content) return record;  // without a content: it does not open
  if (form.open) {
    const auto opened = form.open(rows, row, *content);
    if (!opened && is_damaged(opened.error())) return record;
    if (!opened) return fail(opened);
  }
  record.content = canonical(*content);
  return record;
}

Result<std::string> array_of(const std::vector<Record>& records, const PostgresForm& form) {
  json::array array;
  array.reserve(records.size());
  for (const Record& record : records) {
    auto content = core::parse_json_object(record.content);
    if (!content) return fail(content);
    if (form.seal) {
      if (auto sealed = form.seal(record.key, *content); !sealed) return fail(sealed);
    }
    array.push_back(json::object{{"key", record.key}, {"content", std::move(*content)}});
  }
  return json::serialize(array);
}

}  // namespace

Awaitable<Result<std::vector<Record>>> PostgresCollection::read(std::string after, std::size_t limit) {
  Batch batch;
  batch.add(form_.read, after, limit);
  const auto rows = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!rows) co_return fail(rows);
  std::vector<Record> records;
  for (std::size_t row = 0; row < rows->front().size(); ++row) {
    auto record = record_in(rows->front(), row, form_);
    if (!record) co_return fail(record);
    records.push_back(std::move(*record));
  }
  co_return records;
}

Awaitable<Result<void>> PostgresCollection::write(std::vector<Record> records) {
  const auto array = array_of(records, form_);
  if (!array) co_return fail(array);
  std::vector<std::string> keys;
  for (Record& record : records) keys.push_back(std::move(record.key));
  Batch batch;
  for (const std::string_view statement : form_.remove) batch.add(statement, keys);
  for (const std::string_view statement : form_.insert) batch.add(statement, *array);
  const auto done = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!done) co_return fail(done);
  co_return Result<void>{};
}

Awaitable<Result<void>> PostgresCollection::remove(std::vector<std::string> keys) {
  Batch batch;
  for (const std::string_view statement : form_.remove) batch.add(statement, keys);
  if (batch.empty()) co_return Result<void>{};
  const auto done = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!done) co_return fail(done);
  co_return Result<void>{};
}

}  // namespace gatehouse::data_copy
