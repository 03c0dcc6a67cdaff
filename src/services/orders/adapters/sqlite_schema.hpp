// The tables of the orders service, and the database with the keys that its adapters share.
#pragma once

#include <filesystem>

#include "crypto/envelope.hpp"
#include "runtime/blocking_pool.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::orders {

namespace sqlite = storage::sqlite;

// Opens the file and brings it to the last version of the schema.
[[nodiscard]] Result<sqlite::Database> open_orders_database(const std::filesystem::path& file);
// To be read only: see storage::sqlite::open_source.
[[nodiscard]] Result<sqlite::Database> open_orders_source(const std::filesystem::path& file);

// What the SQLite adapters of one process work on.
struct OrdersDatabase {
  OrdersDatabase(sqlite::Database opened, BlockingPool& pool, crypto::Envelope keys)
      : database(std::move(opened), pool), envelope(std::move(keys)) {}

  sqlite::AsyncDatabase database;
  crypto::Envelope envelope;  // seals the payment method of each order
};

}  // namespace gatehouse::orders
