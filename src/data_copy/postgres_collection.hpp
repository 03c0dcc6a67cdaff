// Records in the tables of PostgreSQL, described by statements. One round trip and one transaction per page.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "data_copy/collection.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::data_copy {

// Statements are constants: connections remember them with their prepared form.
struct PostgresForm {
  using Rows = storage::postgres::Rows;

  std::string_view name;
  // $1: the key to go on after, $2: how many. Its columns: the key, the content as a JSON object, more that
  // `open` asks for.
  std::string_view read;
  std::vector<std::string_view> remove;  // $1: the keys, a text[]
  // $1: a JSON array of {"key", "content"}. What is written anew is removed before.
  std::vector<std::string_view> insert;
  // Adds to the content what the statement cannot: what is sealed. Empty: nothing.
  std::function<Result<void>(const Rows&, std::size_t row, json::object& content)> open = {};
  // The reverse, before `insert`.
  std::function<Result<void>(const std::string& key, json::object& content)> seal = {};
};

class PostgresCollection final : public Collection {
 public:
  PostgresCollection(storage::postgres::Database& database, PostgresForm form, Keys keys = Keys::ids)
      : database_(database), form_(std::move(form)), keys_(keys) {}

  [[nodiscard]] std::string_view name() const override { return form_.name; }
  [[nodiscard]] Keys keys() const override { return keys_; }
  [[nodiscard]] Awaitable<Result<std::vector<Record>>> read(std::string after, std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  storage::postgres::Database& database_;
  PostgresForm form_;
  Keys keys_;
};

}  // namespace gatehouse::data_copy
