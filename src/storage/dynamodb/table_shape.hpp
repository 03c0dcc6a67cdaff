// What a table must look like, and how it comes to look so: made when it is missing and that is allowed,
// refused with what differs when it is another.
#pragma once

#include <string>
#include <vector>

#include "storage/dynamodb/table.hpp"

namespace gatehouse::storage::dynamodb {

enum class AttributeType { text, number, bytes };

struct KeyAttribute {
  std::string name;
  AttributeType type = AttributeType::text;
  bool operator==(const KeyAttribute&) const = default;
};

struct IndexShape {
  std::string name;
  KeyAttribute hash;
  KeyAttribute range;
  std::vector<std::string> included;  // beside the keys; in any order
};

struct TableShape {
  KeyAttribute hash;  // no range key: every item stands alone
  std::vector<IndexShape> indexes;
};

// The body of CreateTable: paid by request.
[[nodiscard]] json::object create_request(const std::string& table, const TableShape& shape);

// What differs, as one sentence; empty: nothing that matters. `description` is the answer of DescribeTable.
// More indexes than these are allowed.
[[nodiscard]] std::string difference(const TableShape& shape, const json::object& description);

enum class WhenMissing { create, refuse };

// Looks the table up, makes it if it may, and waits until it and its indexes are ACTIVE.
// unavailable/`dynamodb_table_missing`, `dynamodb_table_not_active` (not within the deadline);
// internal/`dynamodb_table_differs` with what differs; and those of Client::call.
[[nodiscard]] Awaitable<Result<void>> prepare(Table& table, TableShape shape, WhenMissing when_missing,
                                              Deadline deadline);

}  // namespace gatehouse::storage::dynamodb
