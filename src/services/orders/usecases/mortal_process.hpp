// For tests: a process of the orders service that can be killed between any two of its dealings with the
// world. What it held in memory is gone; the store, the payments service and the clock live on.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "runtime/worker.hpp"
#include "services/orders/adapters/memory_store.hpp"
#include "services/orders/usecases/cancel_order.hpp"
#include "services/orders/usecases/fake_payments.hpp"
#include "services/orders/usecases/place_order.hpp"
#include "services/orders/usecases/relay_outbox.hpp"

namespace gatehouse::orders {

struct Killed : std::runtime_error {
  Killed() : std::runtime_error("killed") {}
};

// Every dealing with the world passes here twice: before and after.
class Fate {
 public:
  int kill_at = 0;    // 0: never
  int cancel_at = 0;  // the customer cancels here; 0: never
  std::function<void()> cancel;

  void pass() {
    if (is_dead_) throw Killed();
    ++passed_;
    if (passed_ == cancel_at) cancel();
    if (passed_ != kill_at) return;
    is_dead_ = true;
    throw Killed();
  }
  void revive() { is_dead_ = false; }
  [[nodiscard]] bool is_dead() const { return is_dead_; }
  [[nodiscard]] int passed() const { return passed_; }

 private:
  int passed_ = 0;
  bool is_dead_ = false;
};

template <class T>
Awaitable<T> watched(Fate& fate, Awaitable<T> dealing) {
  fate.pass();
  T result = co_await std::move(dealing);
  fate.pass();
  co_return result;
}

class MortalStore final : public OrderStore, public SagaStore, public Outbox {
 public:
  MortalStore(MemoryStore& inner, Fate& fate) : orders_(inner), sagas_(inner), outbox_(inner), fate_(fate) {}

  Awaitable<Result<Placed>> place(PlaceRequest request, Draft draft) override {
    return watched(fate_, orders_.place(std::move(request), std::move(draft)));
  }
  Awaitable<Result<Order>> get(std::string id, std::optional<std::string> owner, Deadline deadline) override {
    return orders_.get(std::move(id), std::move(owner), deadline);
  }
  Awaitable<Result<OrderPage>> list(PageQuery query) override { return orders_.list(std::move(query)); }
  Awaitable<Result<Order>> update(std::string id, std::optional<std::string> owner, std::int64_t version,
                                  core::SystemTime now, OrderChange change, Deadline deadline) override {
    return watched(
        fate_, orders_.update(std::move(id), std::move(owner), version, now, std::move(change), deadline));
  }
  Awaitable<Result<std::vector<SagaRun>>> claim(Lease lease, std::size_t limit,
                                                core::SystemTime now) override {
    return watched(fate_, sagas_.claim(std::move(lease), limit, now));
  }
  Awaitable<Result<SavedStep>> save(std::string id, std::string holder, core::SystemTime now,
                                    StepChange change) override {
    return watched(fate_, sagas_.save(std::move(id), std::move(holder), now, std::move(change)));
  }
  Awaitable<Result<void>> release(std::string instance) override {
    return sagas_.release(std::move(instance));
  }
  Awaitable<Result<Backlog>> backlog(core::SystemTime before) override { return sagas_.backlog(before); }
  Awaitable<Result<std::vector<PendingEvent>>> claim(core::SystemTime held_until, std::size_t limit,
                                                     core::SystemTime now) override {
    return watched(fate_, outbox_.claim(held_until, limit, now));
  }
  Awaitable<Result<void>> record(std::vector<Delivery> deliveries, core::SystemTime now) override {
    return watched(fate_, outbox_.record(std::move(deliveries), now));
  }
  Awaitable<Result<std::vector<FeedEvent>>> after(std::int64_t position, std::size_t limit) override {
    return outbox_.after(position, limit);
  }
  Awaitable<Result<std::int64_t>> end() override { return outbox_.end(); }
  Awaitable<Result<std::int64_t>> pending() override { return outbox_.pending(); }
  Awaitable<Result<std::int64_t>> purge(core::SystemTime before, std::size_t limit) override {
    return outbox_.purge(before, limit);
  }

 private:
  OrderStore& orders_;
  SagaStore& sagas_;
  Outbox& outbox_;
  Fate& fate_;
};

class MortalPayments final : public Payments {
 public:
  MortalPayments(Payments& inner, Fate& fate) : inner_(inner), fate_(fate) {}

  Awaitable<PaymentReply> authorize(PaymentRequest request) override {
    return watched(fate_, inner_.authorize(std::move(request)));
  }
  Awaitable<PaymentReply> capture(PaymentRequest request) override {
    return watched(fate_, inner_.capture(std::move(request)));
  }
  Awaitable<PaymentReply> cancel(PaymentRequest request) override {
    return watched(fate_, inner_.cancel(std::move(request)));
  }
  Awaitable<PaymentReply> refund(PaymentRequest request) override {
    return watched(fate_, inner_.refund(std::move(request)));
  }
  Awaitable<PaymentReply> find(PaymentRequest request) override {
    return watched(fate_, inner_.find(std::move(request)));
  }

 private:
  Payments& inner_;
  Fate& fate_;
};

// What outlives every process.
struct World {
  core::ManualClock clock;
  MemoryStore store;
  FakePayments payments;
  Fate fate;
  std::map<std::string, std::vector<std::int64_t>> told;  // versions that the subscriber was told, by order
};

class WorldSubscriber final : public Subscriber {
 public:
  explicit WorldSubscriber(World& world) : world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "world"; }
  Awaitable<Result<void>> tell(OrderEvent event, Deadline) override {
    world_.fate.pass();
    world_.told[event.order_id].push_back(event.order_version);
    world_.fate.pass();
    co_return Result<void>{};
  }

 private:
  World& world_;
};

inline std::vector<std::unique_ptr<Subscriber>> only_subscriber(World& world) {
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  subscribers.push_back(std::make_unique<WorldSubscriber>(world));
  return subscribers;
}

struct Process {
  explicit Process(World& world)
      : store(world.store, world.fate),
        payments(world.payments, world.fate),
        runner(store, payments, world.clock, measures, alarm),
        worker(store, runner, world.clock, io.get_executor(), "orders-1"),
        place(store, worker, alarm, world.clock, measures,
              [](const Order& order) {
                return StoredReply{201, "/orders/" + order.id, "\"1\"", "body of " + order.id};
              }),
        cancel(store, worker, alarm, world.clock),
        relay(store, only_subscriber(world), {}, world.clock) {}

  boost::asio::io_context io{1};
  telemetry::Metrics metrics;
  Measures measures{metrics};
  Alarm alarm{io.get_executor()};
  MortalStore store;
  MortalPayments payments;
  RunSaga runner;
  SagaWorker worker;
  PlaceOrder place;
  CancelOrder cancel;
  RelayOutbox relay;
};

}  // namespace gatehouse::orders
