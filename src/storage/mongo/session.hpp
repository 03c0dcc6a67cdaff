// One connection to the database for the length of one piece of work, on a thread that may block. Every
// command is told how much of the work's time is left. Writes wait for the majority.
//
// Errors of every method: those of storage/mongo/error.hpp, `broken_document`. A message that may hold
// values (a duplicate key) is cut to what it is about.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/deadline.hpp"
#include "storage/mongo/document.hpp"

struct _mongoc_client_t;  // mongoc_client_t

namespace gatehouse::storage::mongo {

struct Index {
  std::string_view name;
  Document keys;  // {"realm": 1, "username": 1}
};

enum class Uniqueness : std::uint8_t { any, unique };
enum class InsertOrder : std::uint8_t { any, as_given };

struct Page {
  Document sort;
  std::size_t limit = 100;
};

class Session {
 public:
  Session(_mongoc_client_t& client, std::string_view database, Deadline deadline)
      : client_(client), database_(database), deadline_(deadline) {}

  [[nodiscard]] Result<std::optional<Document>> find_one(std::string_view collection, const Document& filter);
  [[nodiscard]] Result<std::vector<Document>> find(std::string_view collection, const Document& filter,
                                                   const Page& page);
  // `unique_violation` if a unique index, that of _id included, has the document's values already.
  [[nodiscard]] Result<void> insert(std::string_view collection, const Document& document);
  // In as few round trips as the driver needs. Of several that are refused the first is told; `any`: the
  // others are there nevertheless, `as_given`: only those before it.
  [[nodiscard]] Result<void> insert_all(std::string_view collection, std::span<const Document> documents,
                                        InsertOrder order = InsertOrder::any);
  // findAndModify: the one document that matches becomes this one. False: none matches any more.
  [[nodiscard]] Result<bool> replace(std::string_view collection, const Document& filter,
                                     const Document& replacement);
  // Removes one. False: none matches.
  [[nodiscard]] Result<bool> remove(std::string_view collection, const Document& filter);
  // An index that is there already is left alone.
  [[nodiscard]] Result<void> create_index(std::string_view collection, const Index& index, Uniqueness);
  // A command that writes nothing, for everything else: {"ping": 1}.
  [[nodiscard]] Result<Document> command(const Document& command);

 private:
  // Milliseconds; `database_timeout` if there are none.
  [[nodiscard]] Result<std::int64_t> time_left() const;

  _mongoc_client_t& client_;
  std::string_view database_;
  Deadline deadline_;
};

}  // namespace gatehouse::storage::mongo
