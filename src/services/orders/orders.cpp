// The wiring of the orders role: the only file that knows which adapter runs.
#include "services/orders/orders.hpp"

#include "cache/memory_cache.hpp"
#include "runtime/worker.hpp"
#include "service/service.hpp"
#include "services/orders/adapters/cached_catalogue.hpp"
#include "services/orders/adapters/http_payments.hpp"
#include "services/orders/adapters/http_subscriber.hpp"
#include "services/orders/adapters/product_file.hpp"
#include "services/orders/adapters/sqlite_catalogue.hpp"
#include "services/orders/adapters/sqlite_order_store.hpp"
#include "services/orders/adapters/sqlite_outbox.hpp"
#include "services/orders/http/order_forms.hpp"
#include "services/orders/http/orders_api.hpp"
#include "services/orders/http/policy.hpp"
#include "services/orders/settings.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::chrono::milliseconds kSagasMayTake{3'000};  // when the role stops

template <class T>
T or_stop(Result<T> result) {
  if (!result) throw service::StartError(result.error());
  return std::move(*result);
}

CallPeer call_service(service::Service& service, std::string name) {
  return [&service, name = std::move(name)](http::Request& request, Deadline deadline,
                                            const TraceContext& trace) {
    return service.peers().call(name, request, deadline, trace);
  };
}

std::vector<std::unique_ptr<Subscriber>> subscribers_of(service::Service& service, const Settings& settings) {
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  for (const SubscriberSettings& one : settings.subscribers) {
    subscribers.push_back(
        std::make_unique<HttpSubscriber>(one.name, one.path, call_service(service, one.service)));
  }
  return subscribers;
}

void seed(Catalogue& catalogue, const Settings& settings) {
  if (settings.products.empty()) return;
  std::vector<Product> products = or_stop(read_products(settings.products));
  const std::size_t added = or_stop(runtime::run_to_end(catalogue.seed(std::move(products))));
  if (added > 0) log::info("products-seeded", "new products are sold", {log::field("products", added)});
}

}  // namespace

int run(const service::Config& config) {
  const Settings settings = or_stop(settings_of(config));
  service::Service service(config);
  auto ring = std::make_shared<const crypto::KeyRing>(
      or_stop(crypto::KeyRing::from_json_file(config.secrets_dir() / "field_keys.json")));
  crypto::Envelope envelope(std::move(ring));
  OrdersDatabase shared(or_stop(open_orders_database(settings.store)), service.pool(), std::move(envelope));
  SqliteOrderStore store(shared);
  SqliteOutbox outbox(shared);
  SqliteCatalogue shelf(shared);
  seed(shelf, settings);
  cache::MemoryCache memory(service.clock(), {.entries_max = settings.product_cache_entries_max});
  cache::InvalidationHub hub;
  cache::LocalInvalidation invalidation(hub, service.worker().executor());
  CachedCatalogue catalogue(shelf, memory, invalidation, service.clock(), service.metrics(),
                            {.ttl = settings.product_cache_ttl});
  HttpPayments payments(call_service(service, settings.payments_service), service.clock(), service.metrics());

  Measures measures(service.metrics());
  Alarm on_event(service.worker().executor());
  const RunSaga runner(store, payments, service.clock(), measures, on_event, settings.saga);
  SagaWorker worker(store, runner, service.clock(), service.worker().executor(), config.instance,
                    settings.worker);
  RelayOutbox relay(outbox, subscribers_of(service, settings), {&catalogue}, service.clock());
  Housekeeping housekeeping(outbox, store, relay, on_event, service.clock(), measures, settings.housekeeping);

  const PlaceOrder place(store, worker, on_event, service.clock(), measures, placed_reply, settings.place);
  const GetOrder get(store);
  const ListOrders list(store);
  const CancelOrder cancel(store, worker, on_event, service.clock());
  const BrowseProducts products(catalogue);
  const OrdersApi api({place, get, list, cancel, products}, PageCursor(or_stop(config.secret("cursor.key"))));
  service::Router router(policy(), service.verify_bearer(), service.metrics());
  api.add_routes(router);
  router.seal();

  service.tasks().spawn("saga-worker", worker.run());
  service.tasks().spawn("housekeeping", housekeeping.run());
  service.on_stop([&worker] { return worker.stop(Deadline::after(kSagasMayTake)); });
  return service.run(router);
}

}  // namespace gatehouse::orders
