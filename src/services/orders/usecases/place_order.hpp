// Use case: a customer places an order. One transaction keeps it; the saga that pays it starts at once.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "identity/access.hpp"
#include "services/orders/ports/order_store.hpp"
#include "services/orders/usecases/saga_worker.hpp"

namespace gatehouse::orders {

struct PlaceOrderLimits {
  OrderLimits order{};
  std::chrono::hours keys_kept{72};  // how long a key leads to its first answer
};

struct PlaceOrderCommand {
  std::string idempotency_key;
  std::string fingerprint;  // of everything that was asked for
  std::vector<Wish> wishes;
  std::string payment_method;
  std::string traceparent;
  Deadline deadline = Deadline::never();
};

struct PlaceOrderReply {
  StoredReply reply;
  bool is_replay = false;
};

// The answer to the one who placed the order; called in the transaction, on another thread.
using RenderPlaced = std::function<StoredReply(const Order&)>;

class PlaceOrder {
 public:
  PlaceOrder(OrderStore& store, SagaWorker& worker, Alarm& on_event, const core::Clock& clock,
             Measures& measures, RenderPlaced render, PlaceOrderLimits limits = {});

  [[nodiscard]] Awaitable<Result<PlaceOrderReply>> run(identity::Access access,
                                                       PlaceOrderCommand command) const;

 private:
  OrderStore& store_;
  SagaWorker& worker_;
  Alarm& on_event_;
  const core::Clock& clock_;
  Measures& measures_;
  RenderPlaced render_;
  PlaceOrderLimits limits_;
};

}  // namespace gatehouse::orders
