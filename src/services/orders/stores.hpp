// The stores of the orders role on the engine that its settings name: one function per engine.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "services/orders/ports/catalogue.hpp"
#include "services/orders/ports/order_store.hpp"
#include "services/orders/ports/outbox.hpp"
#include "services/orders/ports/saga_store.hpp"
#include "services/orders/settings.hpp"

namespace gatehouse::orders {

struct Stores {
  std::shared_ptr<Catalogue> catalogue;
  std::shared_ptr<OrderStore> orders;
  std::shared_ptr<SagaStore> sagas;
  std::shared_ptr<Outbox> outbox;
  // Calls back on the worker when another process may have added to the feed. Empty: the engine tells nobody,
  // and the feed is polled.
  std::function<void(std::function<void()>)> on_news = {};
};

// `keys` re-wraps the data keys of the orders in the background. Products that the store does not
// have yet are added: at once, or as soon as the server is there. Throws service::StartError.
[[nodiscard]] Stores open_stores(service::Service& service, const service::SqlStoreSettings& settings,
                                 service::RoleKeys& keys, std::vector<Product> products);

}  // namespace gatehouse::orders
