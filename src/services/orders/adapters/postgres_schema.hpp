// The tables of the orders service in PostgreSQL, and the database with the keys that its adapters share.
#pragma once

#include "crypto/envelope.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::orders {

namespace postgres = storage::postgres;

[[nodiscard]] postgres::Schema orders_schema(postgres::Upkeep upkeep = postgres::Upkeep::migrate);

// What the PostgreSQL adapters of one process work on.
struct OrdersCluster {
  OrdersCluster(runtime::Executor executor, postgres::Options options, telemetry::Metrics& metrics,
                crypto::Envelope keys, postgres::Upkeep upkeep = postgres::Upkeep::migrate)
      : database(executor, std::move(options), orders_schema(upkeep), metrics), envelope(std::move(keys)) {}

  postgres::Database database;
  crypto::Envelope envelope;  // seals the payment method of each order
};

}  // namespace gatehouse::orders
