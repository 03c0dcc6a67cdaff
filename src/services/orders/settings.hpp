// What the orders service can be told in the "settings" of its configuration. Every member has a default;
// unknown keys are refused.
//
//   {"store": {"engine": "sqlite", "file": "data/orders.db"},
//    "products": "config/products.json",
//    "order": {"items_max": 50, "quantity_max": 1000, "idempotency_keys_kept": "72h"},
//    "saga": {"runs_max": 64, "poll": "500ms", "call_timeout": "5s", "lease": "15s"},
//    "product_cache": {"ttl": "30s", "entries_max": 10000,
//                      "redis": {"hosts": ["redis:6379"], "user": "orders", …}}, storage/redis/options.hpp
//    "payments_service": "payment-service",
//    "subscribers": [{"name": "mail", "service": "mail-service", "path": "/internal/events"}]}
//
// Another store: see service/sql_store.hpp.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "service/config.hpp"
#include "service/sql_store.hpp"
#include "services/orders/domain/product.hpp"
#include "services/orders/usecases/housekeeping.hpp"
#include "services/orders/usecases/place_order.hpp"
#include "services/orders/usecases/saga_worker.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::orders {

struct SubscriberSettings {
  std::string name;
  std::string service;  // its name in discovery
  std::string path;
};

struct Settings {
  service::SqlStoreSettings store;  // default: SQLite in <data_dir>/orders.db
  std::filesystem::path products;   // what is sold; products that the store has stay as they are. Empty: none
  PlaceOrderLimits place;
  RunSagaLimits saga;
  SagaWorkerLimits worker;
  HousekeepingLimits housekeeping;
  std::chrono::milliseconds product_cache_ttl{30'000};
  std::size_t product_cache_entries_max = 10'000;
  std::optional<storage::redis::Options> product_cache_redis;  // none: each instance by itself
  std::string payments_service = "payment-service";
  std::vector<SubscriberSettings> subscribers;
};

// `invalid_field`, `unknown_field` with the path.
[[nodiscard]] Result<Settings> settings_of(const service::Config& config);

}  // namespace gatehouse::orders
