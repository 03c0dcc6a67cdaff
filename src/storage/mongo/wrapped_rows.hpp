// Wrapped data keys in a MongoDB collection, for rotation. A document has, beside what else may be in it:
//
//   _id          the record, a text
//   wrapped      the bytes of crypto::Envelope
//   key_version  the version that they name, so that an index can find the old ones; a document without is
//                no key
#pragma once

#include <string>

#include "storage/key_rotation.hpp"
#include "storage/mongo/client.hpp"

namespace gatehouse::storage::mongo {

[[nodiscard]] Document document_of_key(std::string_view id, std::string_view wrapped);
// The index that rotation needs.
[[nodiscard]] Result<void> index_key_versions(Session& session, std::string_view collection);

// How many documents there are by the integer of that name, which an index begins with: a short question per
// value that occurs.
[[nodiscard]] Result<RowsPerVersion> count_by(Session& session, std::string_view collection,
                                              std::string_view field);

// The documents whose `field` is below `version`, by _id, after `after`.
[[nodiscard]] Result<std::vector<Document>> find_below(Session& session, std::string_view collection,
                                                       std::string_view field, std::uint32_t version,
                                                       std::string_view after, std::size_t limit);

class MongoWrappedRows final : public WrappedRows {
 public:
  // `client` must outlive it.
  MongoWrappedRows(Client& client, std::string collection)
      : client_(client), collection_(std::move(collection)) {}

  [[nodiscard]] Awaitable<Result<RowsPerVersion>> count() override;
  [[nodiscard]] Awaitable<Result<std::vector<WrappedRow>>> below(std::uint32_t version, std::string after,
                                                                 std::size_t limit) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> replace(std::vector<Rewrapped> rows) override;

 private:
  Client& client_;
  std::string collection_;
};

}  // namespace gatehouse::storage::mongo
