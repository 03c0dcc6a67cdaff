// The stores in memory: see memory_store.hpp. A change is made on copies, which replace the originals only
// when all of it has succeeded.
#include "services/orders/adapters/memory_store.hpp"

#include <algorithm>

namespace gatehouse::orders {
namespace {

bool is_visible(const Order& order, const std::optional<std::string>& owner) {
  return !owner || order.owner == *owner;
}

bool comes_after(const Order& order, const std::optional<PagePosition>& position) {
  return !position || std::tie(order.created_at, order.id) < std::tie(position->created_at, position->id);
}

}  // namespace

Awaitable<Result<Shelf>> MemoryStore::all() {
  const std::lock_guard lock(mutex_);
  Shelf shelf{.position = last_sequence_};
  for (const auto& [sku, product] : products_) shelf.products.push_back(product);
  co_return shelf;
}

Awaitable<Result<ShelfItem>> MemoryStore::find(std::string sku) {
  const std::lock_guard lock(mutex_);
  const auto found = products_.find(sku);
  if (found == products_.end()) co_return refuse(ErrorKind::not_found, "unknown_sku");
  co_return ShelfItem{found->second, last_sequence_};
}

Awaitable<Result<std::size_t>> MemoryStore::seed(std::vector<Product> products) {
  const std::lock_guard lock(mutex_);
  std::size_t added = 0;
  for (Product& product : products) {
    const std::string sku = product.sku;
    if (products_.try_emplace(sku, std::move(product)).second) ++added;
  }
  co_return added;
}

Result<void> MemoryStore::move_stock(const Order& order, StockMove move) {
  std::vector<std::pair<Stock*, Stock>> changes;
  for (const OrderLine& line : order.lines) {
    const auto product = products_.find(line.sku);
    if (product == products_.end()) return fail(ErrorKind::internal, "stock_invariant");
    const Result<Stock> after = moved(product->second.stock, move, line.quantity);
    if (!after) return fail(after);
    changes.emplace_back(&product->second.stock, *after);
  }
  for (const auto& [stock, after] : changes) *stock = after;
  return {};
}

void MemoryStore::emit(const Order& order, const std::string& traceparent, core::SystemTime now) {
  events_.push_back({++last_sequence_, {event_of(order, traceparent, now), {}, 0}, now});
}

Result<Placed> MemoryStore::place_now(const PlaceRequest& request, const Draft& draft) {
  const ReplyName name{request.key.owner, request.key.route, request.key.key};
  const auto known = replies_.find(name);
  if (known != replies_.end() && known->second.created_at >= request.keys_kept_since) {
    if (known->second.fingerprint != request.fingerprint) {
      return refuse(ErrorKind::unprocessable, "idempotency_key_reused",
                    "the key was used before with other parameters");
    }
    return Placed{known->second.reply, true, std::nullopt};
  }
  std::vector<Product> products;
  for (const Wish& wish : request.wishes) {
    const auto product = products_.find(wish.sku);
    if (product != products_.end()) products.push_back(product->second);
  }
  Result<Drafted> drafted = draft(products);
  if (!drafted) return fail(drafted);
  const Result<void> reserved = move_stock(drafted->order, StockMove::reserve);
  if (!reserved) return fail(reserved);

  const Saga saga = begin_saga(drafted->order, request.traceparent);
  KeptSaga kept{saga, {}};
  if (request.lease) {
    kept.holder = request.lease->holder;
    kept.saga.next_run_at = request.lease->until;
    kept.saga.is_sent = true;
  }
  replies_.insert_or_assign(name, KeptReply{request.fingerprint, drafted->reply, request.now});
  orders_.insert_or_assign(drafted->order.id, drafted->order);
  sagas_.insert_or_assign(drafted->order.id, std::move(kept));
  emit(drafted->order, request.traceparent, request.now);
  Placed placed{std::move(drafted->reply), false, std::nullopt};
  if (request.lease) placed.run = SagaRun{std::move(drafted->order), saga, *request.lease};
  return placed;
}

Awaitable<Result<Placed>> MemoryStore::place(PlaceRequest request, Draft draft) {
  const std::lock_guard lock(mutex_);
  co_return place_now(request, draft);
}

Awaitable<Result<Order>> MemoryStore::get(std::string id, std::optional<std::string> owner, Deadline) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  if (found == orders_.end() || !is_visible(found->second, owner)) {
    co_return refuse(ErrorKind::not_found, "unknown_order");
  }
  co_return found->second;
}

Awaitable<Result<OrderPage>> MemoryStore::list(PageQuery query) {
  const std::lock_guard lock(mutex_);
  OrderPage page;
  for (const auto& [id, order] : orders_) {
    const bool fits = is_visible(order, query.owner) && (!query.status || order.status == *query.status);
    if (fits && comes_after(order, query.after)) page.orders.push_back(order);
  }
  std::ranges::sort(page.orders, [](const Order& a, const Order& b) {
    return std::tie(a.created_at, a.id) > std::tie(b.created_at, b.id);
  });
  page.has_more = page.orders.size() > query.limit;
  if (page.has_more)
    page.orders.erase(page.orders.begin() + static_cast<std::ptrdiff_t>(query.limit), page.orders.end());
  co_return page;
}

Awaitable<Result<Order>> MemoryStore::update(std::string id, std::optional<std::string> owner,
                                             std::int64_t expected_version, core::SystemTime now,
                                             OrderChange change, Deadline) {
  const std::lock_guard lock(mutex_);
  const auto found = orders_.find(id);
  if (found == orders_.end() || !is_visible(found->second, owner)) {
    co_return refuse(ErrorKind::not_found, "unknown_order");
  }
  if (found->second.version != expected_version) {
    co_return refuse(ErrorKind::precondition_failed, "version_mismatch", "the order has changed meanwhile");
  }
  Order order = found->second;
  KeptSaga& kept = sagas_.at(id);
  Saga saga = kept.saga;
  const Result<void> changed = change(order, saga);
  if (!changed) co_return fail(changed);
  if (!kept.holder.empty() && kept.saga.next_run_at > now) saga.next_run_at = kept.saga.next_run_at;
  kept.saga = saga;
  found->second = order;
  emit(order, saga.traceparent, now);
  co_return order;
}

Awaitable<Result<std::vector<SagaRun>>> MemoryStore::claim(Lease lease, std::size_t limit,
                                                           core::SystemTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<KeptSaga*> due;
  for (auto& [id, kept] : sagas_) {
    if (kept.saga.step != SagaStep::finished && kept.saga.next_run_at <= now) due.push_back(&kept);
  }
  std::ranges::sort(due, {}, [](const KeptSaga* kept) { return kept->saga.next_run_at; });
  if (due.size() > limit) due.resize(limit);
  std::vector<SagaRun> runs;
  for (KeptSaga* kept : due) {
    runs.push_back({orders_.at(kept->saga.order_id), kept->saga, lease});
    kept->holder = lease.holder;
    kept->saga.next_run_at = lease.until;
    kept->saga.is_sent = true;
  }
  co_return runs;
}

Awaitable<Result<SavedStep>> MemoryStore::save(std::string order_id, std::string holder, core::SystemTime now,
                                               StepChange change) {
  const std::lock_guard lock(mutex_);
  const auto found = sagas_.find(order_id);
  if (found == sagas_.end() || found->second.holder != holder) {
    co_return fail(ErrorKind::conflict, "lease_lost");
  }
  Order order = orders_.at(order_id);
  Saga saga = found->second.saga;
  const std::int64_t version = order.version;
  const Result<Step> step = change(order, saga);
  if (!step) co_return fail(step);
  const Result<void> stocked = move_stock(order, step->progress.move);
  if (!stocked) co_return fail(stocked);
  if (step->lease_until) saga.next_run_at = *step->lease_until;
  found->second = KeptSaga{saga, step->lease_until ? holder : std::string{}};
  if (order.version != version) emit(order, saga.traceparent, now);
  orders_.insert_or_assign(order_id, order);
  co_return SavedStep{std::move(order), std::move(saga), step->progress};
}

Awaitable<Result<void>> MemoryStore::release(std::string instance) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, kept] : sagas_) {
    if (!kept.holder.starts_with(instance + "/")) continue;
    kept.holder.clear();
    kept.saga.next_run_at = kept.saga.created_at;
  }
  co_return Result<void>{};
}

Awaitable<Result<Backlog>> MemoryStore::backlog(core::SystemTime stuck_if_before) {
  const std::lock_guard lock(mutex_);
  Backlog backlog;
  for (const auto& [id, kept] : sagas_) {
    if (kept.saga.step == SagaStep::finished) continue;
    ++backlog.unfinished;
    if (orders_.at(id).updated_at < stuck_if_before) ++backlog.stuck;
  }
  co_return backlog;
}

Awaitable<Result<std::vector<PendingEvent>>> MemoryStore::claim(core::SystemTime held_until,
                                                                std::size_t limit, core::SystemTime now) {
  const std::lock_guard lock(mutex_);
  std::vector<PendingEvent> claimed;
  for (KeptEvent& kept : events_) {
    if (claimed.size() == limit) break;
    if (kept.is_delivered || kept.due_at > now) continue;
    kept.due_at = held_until;
    claimed.push_back(kept.pending);
  }
  co_return claimed;
}

Awaitable<Result<void>> MemoryStore::record(std::vector<Delivery> deliveries, core::SystemTime) {
  const std::lock_guard lock(mutex_);
  for (Delivery& delivery : deliveries) {
    const auto found = std::ranges::find(events_, delivery.event_id,
                                         [](const KeptEvent& kept) { return kept.pending.event.id; });
    if (found == events_.end()) continue;
    found->pending.told = std::move(delivery.told);
    found->is_delivered = delivery.is_complete;
    found->due_at = delivery.next_attempt_at;
    ++found->pending.attempts;
  }
  co_return Result<void>{};
}

Awaitable<Result<std::vector<FeedEvent>>> MemoryStore::after(std::int64_t position, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<FeedEvent> events;
  for (const KeptEvent& kept : events_) {
    if (kept.sequence <= position || events.size() == limit) continue;
    events.push_back({kept.sequence, kept.pending.event});
  }
  co_return events;
}

Awaitable<Result<std::int64_t>> MemoryStore::end() {
  const std::lock_guard lock(mutex_);
  co_return last_sequence_;
}

Awaitable<Result<std::int64_t>> MemoryStore::pending() {
  const std::lock_guard lock(mutex_);
  co_return static_cast<std::int64_t>(
      std::ranges::count_if(events_, [](const KeptEvent& kept) { return !kept.is_delivered; }));
}

Awaitable<Result<std::int64_t>> MemoryStore::purge(core::SystemTime before, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::int64_t purged = 0;
  const auto may_go = [&](bool is_old) {
    if (!is_old || purged == static_cast<std::int64_t>(limit)) return false;
    ++purged;
    return true;
  };
  std::erase_if(events_, [&](const KeptEvent& kept) {
    return may_go(kept.is_delivered && kept.pending.event.occurred_at < before);
  });
  std::erase_if(replies_, [&](const auto& kept) { return may_go(kept.second.created_at < before); });
  co_return purged;
}

}  // namespace gatehouse::orders
