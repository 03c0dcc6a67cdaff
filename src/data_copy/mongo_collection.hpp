// Records that are documents of one MongoDB collection each, with their key as _id.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "data_copy/read_ahead.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::data_copy {

struct MongoForm {
  using Document = storage::mongo::Document;
  // Canonical, empty if it does not open. Nothing: the document is no record.
  using Content = std::optional<std::string>;

  std::string_view name;
  std::string_view collection;
  // One for each document.
  std::function<Result<std::vector<Content>>(storage::mongo::Session&, const std::vector<Document>&)>
      contents_of;
  std::function<Result<std::optional<Document>>(const Record&)>
      document_of;  // nothing: not to be written yet
};

class MongoCollection final : public ReadAhead {
 public:
  MongoCollection(storage::mongo::Client& client, MongoForm form, Keys keys = Keys::ids)
      : client_(client), form_(std::move(form)), keys_(keys) {}

  [[nodiscard]] std::string_view name() const override { return form_.name; }
  [[nodiscard]] Keys keys() const override { return keys_; }
  // `unique_violation` (conflict): another document has what may be there once only.
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  [[nodiscard]] Awaitable<Result<Stretch>> stretch(std::string after) override;

  storage::mongo::Client& client_;
  MongoForm form_;
  Keys keys_;
};

}  // namespace gatehouse::data_copy
