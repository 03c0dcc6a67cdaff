// Records that are documents of one MongoDB collection each, with their key as _id.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "data_copy/read_ahead.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::data_copy {

// What a page costs besides its documents: a question that no index answers looks through all there are.
inline constexpr std::size_t kDocumentsAtOnce = 5'000;

struct MongoForm {
  using Document = storage::mongo::Document;
  // Canonical, empty if it does not open. Nothing: the document is no record.
  using Content = std::optional<std::string>;

  std::string_view name;
  std::string_view collection;
  // One for each document.
  std::function<Result<std::vector<Content>>(storage::mongo::Session&, const std::vector<Document>&)>
      contents_of;
  // Of those that may be written already.
  std::function<Result<std::vector<Document>>(storage::mongo::Session&, const std::vector<Record>&)>
      documents_of;
  // The other documents that hold what this one must hold alone, beside its _id. Empty: nothing is.
  std::function<Document(const Document&)> rivals_of = {};
};

class MongoCollection final : public ReadAhead {
 public:
  MongoCollection(storage::mongo::Client& client, MongoForm form, Keys keys = Keys::ids)
      : client_(client), form_(std::move(form)), keys_(keys) {}

  [[nodiscard]] std::string_view name() const override { return form_.name; }
  [[nodiscard]] Keys keys() const override { return keys_; }
  [[nodiscard]] std::size_t page() const override { return kDocumentsAtOnce; }
  // A rival is removed: at the source it has another value by now, or is gone, and its own turn comes in this
  // run or, if it has passed, in the next. `unique_violation` (conflict) without `rivals_of`.
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> records) override;
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override;

 private:
  [[nodiscard]] Awaitable<Result<Stretch>> stretch(std::string after) override;

  storage::mongo::Client& client_;
  MongoForm form_;
  Keys keys_;
};

}  // namespace gatehouse::data_copy
