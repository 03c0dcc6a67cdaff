#include "services/orders/stores.hpp"

#include "runtime/timer.hpp"
#include "runtime/worker.hpp"
#include "services/orders/adapters/order_keys.hpp"
#include "services/orders/adapters/postgres_catalogue.hpp"
#include "services/orders/adapters/postgres_feed.hpp"
#include "services/orders/adapters/postgres_order_store.hpp"
#include "services/orders/adapters/postgres_outbox.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "services/orders/adapters/sqlite_outbox.hpp"
#include "storage/postgres/listener.hpp"
#include "storage/postgres/wrapped_rows.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::chrono::milliseconds kConnectionsMayTake{1'000};  // to end, when the role stops
constexpr std::chrono::milliseconds kSeedAgainAfter{1'000};

using service::or_stop;

void note_seeded(std::size_t added) {
  if (added > 0) log::info("products-seeded", "new products are sold", {log::field("products", added)});
}

// What the adapters of an engine share, and the adapters: they live and go together.
struct OnSqlite {
  OnSqlite(sqlite::Database database, BlockingPool& pool, crypto::Envelope envelope)
      : shared(std::move(database), pool, std::move(envelope)) {}
  OrdersDatabase shared;
  SqliteCatalogue catalogue{shared};
  SqliteOrderStore orders{shared};
  SqliteOutbox outbox{shared};
};

struct OnPostgres {
  OnPostgres(runtime::Executor executor, postgres::Options options_, telemetry::Metrics& metrics,
             crypto::Envelope envelope)
      : options(std::move(options_)), shared(executor, options, metrics, std::move(envelope)) {}
  postgres::Options options;
  OrdersCluster shared;
  PostgresCatalogue catalogue{shared};
  PostgresOrderStore orders{shared};
  PostgresOutbox outbox{shared};
  postgres::PostgresWrappedRows data_keys{shared.database, kWrappedOrderKeys};
  std::optional<postgres::Listener> listener;
};

template <class Engine>
Stores stores_on(const std::shared_ptr<Engine>& engine) {
  const auto part = [&engine](auto& member) {
    return std::shared_ptr<std::remove_reference_t<decltype(member)>>(engine, &member);
  };
  return {part(engine->catalogue), part(engine->orders), part(engine->orders), part(engine->outbox)};
}

Stores open(service::Service& service, const service::SqliteSettings& settings, service::RoleKeys& keys,
            std::vector<Product> products) {
  auto engine = std::make_shared<OnSqlite>(or_stop(open_orders_database(settings.file)), service.pool(),
                                           keys.envelope());
  keys.rewrap(engine->shared.database, kWrappedOrderKeys, name_of_order_key);
  note_seeded(or_stop(runtime::run_to_end(engine->catalogue.seed(std::move(products)))));
  return stores_on(engine);
}

Awaitable<> seed_when_ready(std::shared_ptr<OnPostgres> engine, std::vector<Product> products,
                            std::shared_ptr<bool> is_seeded) {
  while (!*is_seeded) {
    const Result<void> ready = co_await engine->shared.database.wait_until_ready(Deadline::never());
    if (!ready) co_return;
    const Result<std::size_t> added = co_await engine->catalogue.seed(products);
    if (added) {
      note_seeded(*added);
      *is_seeded = true;
      continue;
    }
    log::warn("products-seed", "could not add products, will try again", {log::field(added.error())});
    const Result<void> slept = co_await runtime::sleep_for(kSeedAgainAfter);
    if (!slept) co_return;
  }
}

Awaitable<> close(std::shared_ptr<OnPostgres> engine) {
  const auto deadline = Deadline::after(kConnectionsMayTake);
  const bool is_deaf = !engine->listener || co_await engine->listener->stop(deadline);
  const bool is_stopped = co_await engine->shared.database.stop(deadline);
  if (!is_stopped || !is_deaf) log::warn("postgres-stop", "connections were left to the server");
}

Stores open(service::Service& service, const postgres::Options& options, service::RoleKeys& keys,
            std::vector<Product> products) {
  auto engine =
      std::make_shared<OnPostgres>(service.worker().executor(), options, service.metrics(), keys.envelope());
  auto is_seeded = std::make_shared<bool>(false);
  service.add_readiness("store", [engine, is_seeded]() -> Result<void> {
    if (auto ready = engine->shared.database.readiness(); !ready) return ready;
    if (!*is_seeded) return fail(ErrorKind::unavailable, "products_not_seeded");
    return {};
  });
  engine->shared.database.start();
  service.tasks().spawn("seed-products", seed_when_ready(engine, std::move(products), is_seeded));
  keys.rewrap(kWrappedOrderKeys.table, engine->data_keys, name_of_order_key);
  service.on_stop([engine] { return close(engine); });
  Stores stores = stores_on(engine);
  stores.on_news = [engine, executor = service.worker().executor()](std::function<void()> look) {
    engine->listener.emplace(executor, engine->options, std::string(kFeedChannel), std::move(look));
    engine->listener->start();
  };
  return stores;
}

}  // namespace

Stores open_stores(service::Service& service, const service::SqlStoreSettings& settings,
                   service::RoleKeys& keys, std::vector<Product> products) {
  const auto open_engine = [&](const auto& engine) {
    return open(service, engine, keys, std::move(products));
  };
  return std::visit(open_engine, settings);
}

}  // namespace gatehouse::orders
