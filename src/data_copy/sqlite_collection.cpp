#include "data_copy/sqlite_collection.hpp"

#include "core/fields.hpp"
#include "data_copy/canonical.hpp"

namespace gatehouse::data_copy {
namespace {

using storage::sqlite::Connection;
using storage::sqlite::Row;

Result<Record> record_in(const Row& row, const SqliteForm& form) {
  Record record{.key = row.text(0)};
  auto content = core::parse_json_object(row.text(1));
  if (!content) return record;  // without a content: it does not open
  if (form.open) {
    const auto opened = form.open(row, *content);
    if (!opened && is_damaged(opened.error())) return record;
    if (!opened) return fail(opened);
  }
  record.content = canonical(*content);
  return record;
}

Result<void> remove_one(Connection& connection, const SqliteForm& form, const std::string& key) {
  for (const std::string_view statement : form.remove) {
    if (auto removed = connection.run(statement, key); !removed) return fail(removed);
  }
  return {};
}

Result<void> write_one(Connection& connection, const SqliteForm& form, const Record& record) {
  auto content = core::parse_json_object(record.content);
  if (!content) return fail(content);
  if (auto removed = remove_one(connection, form, record.key); !removed) return removed;
  return form.insert(connection, record.key, std::move(*content));
}

}  // namespace

decltype(SqliteForm::insert) inserting(std::vector<std::string_view> statements) {
  return [statements = std::move(statements)](Connection& connection, const std::string& key,
                                              const json::object& content) -> Result<void> {
    const std::string text = json::serialize(content);
    for (const std::string_view statement : statements) {
      if (auto done = connection.run(statement, key, text); !done) return fail(done);
    }
    return {};
  };
}

Awaitable<Result<std::vector<Record>>> SqliteCollection::read(std::string after, std::size_t limit) {
  auto work = [this, after, limit](Connection& connection) {
    const auto read_record = [this](const Row& row) { return record_in(row, form_); };
    return connection.all(form_.read, read_record, after, limit);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<void>> SqliteCollection::write(std::vector<Record> records) {
  auto work = [this, records = std::move(records)](Connection& connection) -> Result<void> {
    for (const Record& record : records) {
      if (auto written = write_one(connection, form_, record); !written) return written;
    }
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<void>> SqliteCollection::remove(std::vector<std::string> keys) {
  auto work = [this, keys = std::move(keys)](Connection& connection) -> Result<void> {
    for (const std::string& key : keys) {
      if (auto removed = remove_one(connection, form_, key); !removed) return removed;
    }
    return {};
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::data_copy
