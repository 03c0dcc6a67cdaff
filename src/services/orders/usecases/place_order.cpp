// Places an order: see place_order.hpp.
#include "services/orders/usecases/place_order.hpp"

#include "core/ids.hpp"

namespace gatehouse::orders {

PlaceOrder::PlaceOrder(OrderStore& store, SagaWorker& worker, Alarm& on_event, const core::Clock& clock,
                       Measures& measures, RenderPlaced render, PlaceOrderLimits limits)
    : store_(store),
      worker_(worker),
      on_event_(on_event),
      clock_(clock),
      measures_(measures),
      render_(std::move(render)),
      limits_(limits) {}

Awaitable<Result<PlaceOrderReply>> PlaceOrder::run(identity::Access access, PlaceOrderCommand command) const {
  Result<std::vector<Wish>> wishes = checked_wishes(std::move(command.wishes), limits_.order);
  if (!wishes) co_return fail(wishes);
  const core::SystemTime now = clock_.now();
  const std::string& owner = access.principal.subject;
  OrderDraft draft{core::prefixed_id("ord", now), owner, std::move(command.payment_method), *wishes};
  Draft decide = [draft = std::move(draft), render = render_,
                  now](const std::vector<Product>& products) -> Result<Drafted> {
    Result<Order> order = draft_order(draft, products, now);
    if (!order) return fail(order);
    StoredReply reply = render(*order);
    return Drafted{std::move(*order), std::move(reply)};
  };
  PlaceRequest request{.key = {owner, "POST /orders", std::move(command.idempotency_key)},
                       .fingerprint = std::move(command.fingerprint),
                       .wishes = std::move(*wishes),
                       .traceparent = std::move(command.traceparent),
                       .now = now,
                       .keys_kept_since = now - limits_.keys_kept,
                       .deadline = command.deadline};
  auto slot = worker_.take_slot();
  if (slot) request.lease = worker_.new_lease();

  Result<Placed> placed = co_await store_.place(std::move(request), std::move(decide));
  if (!placed) co_return fail(placed);
  if (placed->is_replay) {
    measures_.replayed();
    co_return PlaceOrderReply{std::move(placed->reply), true};
  }
  measures_.placed();
  on_event_.ring();
  if (placed->run) {
    worker_.launch(std::move(*slot), std::move(*placed->run));
  } else {
    worker_.wake();
  }
  co_return PlaceOrderReply{std::move(placed->reply), false};
}

}  // namespace gatehouse::orders
