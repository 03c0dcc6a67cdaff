// A catalogue behind a cache. What it keeps is forgotten as soon as the event of an order that moved the
// stock is heard, in every process; the version of an entry is its position in the feed, so that a slow load
// cannot bring an older stock back.
#pragma once

#include <chrono>

#include "cache/read_through.hpp"
#include "services/orders/ports/catalogue.hpp"
#include "services/orders/ports/subscriber.hpp"

namespace gatehouse::orders {

struct CachedCatalogueLimits {
  std::chrono::milliseconds ttl{30'000};
  std::chrono::milliseconds load_timeout{5'000};
};

class CachedCatalogue final : public Catalogue, public Listener {
 public:
  CachedCatalogue(Catalogue& inner, cache::Cache& cache, cache::Invalidation& invalidation,
                  const core::Clock& clock, telemetry::Metrics& metrics, CachedCatalogueLimits limits = {})
      : inner_(inner), products_("products", cache, invalidation, clock, metrics), limits_(limits) {}

  [[nodiscard]] Awaitable<Result<Shelf>> all() override;
  [[nodiscard]] Awaitable<Result<ShelfItem>> find(std::string sku) override;
  [[nodiscard]] Awaitable<Result<std::size_t>> seed(std::vector<Product> products) override;

  [[nodiscard]] Awaitable<> hear(OrderEvent event, std::int64_t position) override;

 private:
  [[nodiscard]] Awaitable<Result<cache::Loaded>> load_all();
  [[nodiscard]] Awaitable<Result<cache::Loaded>> load_one(std::string sku);

  Catalogue& inner_;
  cache::ReadThrough products_;
  CachedCatalogueLimits limits_;
};

}  // namespace gatehouse::orders
