// Records in the tables of SQLite, described by statements. One transaction per page.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "data_copy/collection.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::data_copy {

struct SqliteForm {
  using Connection = storage::sqlite::Connection;
  using Row = storage::sqlite::Row;

  std::string_view name;
  // ?1: the key to go on after, ?2: how many. Its columns: the key, the content as a JSON object, more that
  // `open` asks for.
  std::string_view read;
  // ?1: the key. A record that is written anew is removed before.
  std::vector<std::string_view> remove;
  std::function<Result<void>(Connection&, const std::string& key, json::object content)> insert;
  // Adds to the content what the statement cannot: what is sealed. Empty: nothing.
  std::function<Result<void>(const Row&, json::object& content)> open = {};
};

// An `insert` of statements alone: ?1 the key, ?2 the content, both in each.
[[nodiscard]] decltype(SqliteForm::insert) inserting(std::vector<std::string_view> statements);

class SqliteCollection final : public Collection {
 public:
  SqliteCollection(storage::sqlite::AsyncDatabase& database, SqliteForm form, Keys keys = Keys::ids)
      : database_(database), form_(std::move(form)), keys_(keys) {}

  [[nodiscard]] std::string_view name() const override { return form_.name; }
  [[nodiscard]] Keys keys() const override { return keys_; }
  [[nodiscard]] Awaitable<Result<std::vector<Record>>> read(std::string after, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
  SqliteForm form_;
  Keys keys_;
};

}  // namespace gatehouse::data_copy
