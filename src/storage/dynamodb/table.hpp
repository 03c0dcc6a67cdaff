// One table: typed reads and conditional writes of its items. Unconditional writes (see client.hpp for why)
// are for a table that nobody else uses; scans go a page at a time, for work in the background.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/dynamodb/client.hpp"
#include "storage/dynamodb/value.hpp"

namespace gatehouse::storage::dynamodb {

// The text of an expression with its names ("#v" for an attribute that may be a reserved word) and values
// (":v").
struct Expression {
  std::string text;
  std::map<std::string, std::string> names = {};
  Item values = {};
};

struct Query {
  std::string index;   // empty: the table itself
  Expression key;      // "#shard = :shard AND #due <= :now"
  std::string filter;  // on what the key found; names and values are those of `key`
  enum class Order { ascending, descending } order = Order::ascending;
  std::size_t limit = 100;  // items wanted; those that the filter drops do not count
};

struct Scan {
  std::vector<std::string> attributes;  // what is wanted of each item
  Item after;                           // the primary key of the item before; empty: from the first
  std::size_t limit = 100;              // items read at most; a page ends at 1 MiB as well
};

struct ScanPage {
  std::vector<Item> items;
  Item next;  // where the next page begins; empty: this was the last
};

struct TableLimits {
  std::size_t item_bytes_max = 390 * 1024;  // DynamoDB refuses above 400 KiB
  std::size_t pages_max = 64;               // of one query: each is up to 1 MiB that the server reads
  std::size_t batch_rounds_max = 8;         // of one batch: what the server leaves over is asked for again
};

class Table {
 public:
  Table(Client& client, std::string name, TableLimits limits = {})
      : client_(client), name_(std::move(name)), limits_(limits) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Client& client() { return client_; }

  // Strongly consistent. Nothing if there is none.
  [[nodiscard]] Awaitable<Result<std::optional<Item>>> get(Item key, Deadline deadline);
  // Strongly consistent, up to 100 keys, in any order; those that are not there are missing.
  [[nodiscard]] Awaitable<Result<std::vector<Item>>> get_all(std::vector<Item> keys, Deadline deadline);

  // conflict/`dynamodb_condition_failed`: the condition does not hold; after an earlier try without an answer
  // that may be our own doing. too_large/`item_too_large` without asking the server.
  [[nodiscard]] Awaitable<Result<void>> put(Item item, Expression condition, Deadline deadline);
  // `update` shares the names and values of `condition`. `size` is what the item will have (size_of), or what
  // there must be room for.
  [[nodiscard]] Awaitable<Result<void>> update(Item key, std::string update, Expression condition,
                                               std::size_t size, Deadline deadline);

  // Any number of items, in batches; each replaces the one of its key. Only for a table that nobody else
  // writes: a repeated try may undo what came after it.
  [[nodiscard]] Awaitable<Result<void>> put_all(std::vector<Item> items, Deadline deadline);
  // The same; those that are not there are no error.
  [[nodiscard]] Awaitable<Result<void>> remove_all(std::vector<Item> keys, Deadline deadline);

  // The first `limit` items in the order of the index, over as many pages as it takes. unavailable/
  // `query_too_long` when that is more than pages_max.
  [[nodiscard]] Awaitable<Result<std::vector<Item>>> query(Query query, Deadline deadline);
  // How many items the query finds, whatever its limit.
  [[nodiscard]] Awaitable<Result<std::int64_t>> count(Query query, Deadline deadline);
  // One page of the whole table, strongly consistent, in an order of the server's own that does not change.
  [[nodiscard]] Awaitable<Result<ScanPage>> scan(Scan scan, Deadline deadline);

 private:
  [[nodiscard]] Result<void> check_size(std::size_t size) const;
  [[nodiscard]] Awaitable<Result<void>> write_all(json::array writes, Deadline deadline);
  [[nodiscard]] Awaitable<Result<void>> write_batch(json::array writes, Deadline deadline);

  Client& client_;
  std::string name_;
  TableLimits limits_;
};

}  // namespace gatehouse::storage::dynamodb
