#include "services/orders/usecases/watch_orders.hpp"

namespace gatehouse::orders {

struct WatchOrders::Watch::Shared {
  runtime::Executor executor;
  Measures* measures = nullptr;  // null once WatchOrders is gone
  bool is_closed = false;
  std::multimap<std::string, Watch*> by_order = {};
  std::map<std::string, std::size_t> by_subject = {};

  void tell() const {
    if (measures != nullptr) measures->watchers(by_order.size());
  }
};

WatchOrders::Watch::Watch(std::shared_ptr<Shared> shared, std::string order_id, std::string subject)
    : shared_(std::move(shared)),
      order_id_(std::move(order_id)),
      subject_(std::move(subject)),
      alarm_(shared_->executor) {
  shared_->by_order.emplace(order_id_, this);
  ++shared_->by_subject[subject_];
  shared_->tell();
}

WatchOrders::Watch::~Watch() {
  const auto [first, last] = shared_->by_order.equal_range(order_id_);
  const auto own = std::find_if(first, last, [this](const auto& entry) { return entry.second == this; });
  if (own != last) shared_->by_order.erase(own);
  const auto count = shared_->by_subject.find(subject_);
  if (--count->second == 0) shared_->by_subject.erase(count);
  shared_->tell();
}

bool WatchOrders::Watch::is_over() const {
  return shared_->is_closed;
}

WatchOrders::WatchOrders(runtime::Executor executor, Measures& measures, WatchLimits limits)
    : shared_(std::make_shared<Watch::Shared>(Watch::Shared{.executor = executor, .measures = &measures})),
      limits_(limits) {}

WatchOrders::~WatchOrders() {
  shared_->measures = nullptr;
}

Result<std::unique_ptr<WatchOrders::Watch>> WatchOrders::watch(std::string order_id, std::string subject) {
  if (shared_->is_closed) return fail(ErrorKind::unavailable, "stopping");
  const auto count = shared_->by_subject.find(subject);
  if (count != shared_->by_subject.end() && count->second >= limits_.watchers_of_one_max)
    return refuse(ErrorKind::rate_limited, "too_many_streams");
  if (shared_->by_order.size() >= limits_.watchers_max)
    return fail(ErrorKind::unavailable, "too_many_streams");
  return std::unique_ptr<Watch>(new Watch(shared_, std::move(order_id), std::move(subject)));
}

void WatchOrders::close() {
  shared_->is_closed = true;
  for (const auto& [order, watch] : shared_->by_order) watch->alarm_.ring();
}

Awaitable<> WatchOrders::hear(OrderEvent event, std::int64_t /*position*/) {
  const auto [first, last] = shared_->by_order.equal_range(event.order_id);
  for (auto entry = first; entry != last; ++entry) entry->second->alarm_.ring();
  co_return;
}

}  // namespace gatehouse::orders
