// The wiring of the orders role. Which engine keeps its data: see stores.hpp.
#include "services/orders/orders.hpp"

#include "cache/cache_stack.hpp"
#include "runtime/worker.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "services/orders/adapters/cached_catalogue.hpp"
#include "services/orders/adapters/http_payments.hpp"
#include "services/orders/adapters/http_subscriber.hpp"
#include "services/orders/adapters/product_file.hpp"
#include "services/orders/http/order_forms.hpp"
#include "services/orders/http/orders_api.hpp"
#include "services/orders/http/policy.hpp"
#include "services/orders/settings.hpp"
#include "services/orders/stores.hpp"
#include "services/orders/usecases/watch_orders.hpp"

namespace gatehouse::orders {
namespace {

constexpr std::chrono::milliseconds kSagasMayTake{3'000};  // when the role stops

using service::or_stop;

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

std::vector<Product> products_of(const Settings& settings) {
  if (settings.products.empty()) return {};
  return or_stop(read_products(settings.products));
}

std::unique_ptr<cache::CacheStack> open_product_cache(service::Service& service, const Settings& settings) {
  auto stack = or_stop(cache::CacheStack::open(service.worker().executor(), service.clock(),
                                               {.entries_max = settings.product_cache_entries_max,
                                                .redis = settings.product_cache_redis,
                                                .prefix = "gatehouse:orders:",
                                                .client_name = service.config().instance}));
  service.on_stop([stack = stack.get()] { return stack->stop(); });
  return stack;
}

}  // namespace

int run(const service::Config& config) {
  const Settings settings = or_stop(settings_of(config));
  service::Service service(config);
  service::RoleKeys keys(service);
  const Stores stores = open_stores(service, settings.store, keys, products_of(settings));
  const auto caches = open_product_cache(service, settings);
  CachedCatalogue catalogue(*stores.catalogue, caches->cache(), caches->invalidation(), service.clock(),
                            service.metrics(), {.ttl = settings.product_cache_ttl});
  HttpPayments payments(call_service(service, settings.payments_service), service.clock(), service.metrics());

  Measures measures(service.metrics());
  Alarm on_event(service.worker().executor());
  if (stores.on_news) stores.on_news([&on_event] { on_event.ring(); });
  const RunSaga runner(*stores.sagas, payments, service.clock(), measures, on_event, settings.saga);
  SagaWorker worker(*stores.sagas, runner, service.clock(), service.worker().executor(), config.instance,
                    settings.worker);
  WatchOrders watch(service.worker().executor(), measures);
  service.on_drain([&watch] { watch.close(); });
  RelayOutbox relay(*stores.outbox, subscribers_of(service, settings), {&catalogue, &watch}, service.clock());
  Housekeeping housekeeping(*stores.outbox, *stores.sagas, relay, on_event, service.clock(), measures,
                            settings.housekeeping);

  const PlaceOrder place(*stores.orders, worker, on_event, service.clock(), measures, placed_reply,
                         settings.place);
  const GetOrder get(*stores.orders);
  const ListOrders list(*stores.orders);
  const CancelOrder cancel(*stores.orders, worker, on_event, service.clock());
  const BrowseProducts products(catalogue);
  const OrdersApi api({place, get, list, cancel, products, watch},
                      service::PageCursor(or_stop(config.secret("cursor.key"))), service.clock());
  service::Router router(policy(), service.verify_bearer(), service.metrics());
  api.add_routes(router);
  router.seal();

  service.tasks().spawn("saga-worker", worker.run());
  service.tasks().spawn("housekeeping", housekeeping.run());
  service.on_stop([&worker] { return worker.stop(Deadline::after(kSagasMayTake)); });
  return service.run(router);
}

}  // namespace gatehouse::orders
