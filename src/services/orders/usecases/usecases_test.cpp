// The use cases around the saga: what a customer, a worker and the relay can rely on.
#include <gtest/gtest.h>

#include "services/orders/usecases/get_order.hpp"
#include "services/orders/usecases/housekeeping.hpp"
#include "services/orders/usecases/list_orders.hpp"
#include "services/orders/usecases/mortal_process.hpp"

namespace gatehouse::orders {
namespace {

using runtime::run_to_end;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Currency kEuro = Currency::from_code("EUR").value();

identity::Access access_of(std::string subject, identity::Scope scope = identity::Scope::own) {
  return {{.subject = std::move(subject)}, scope};
}

class OrdersUseCases : public testing::Test {
 protected:
  OrdersUseCases() {
    std::vector<Product> products{{"cup", "A cup", {1'250, kEuro}, {100, 0, 0}}};
    (void)run_to_end(world.store.seed(std::move(products)));
  }

  Result<PlaceOrderReply> place(std::string key, std::string owner = "alice") {
    PlaceOrderCommand command{std::move(key), "print", {{"cup", 2}}, "pm_card_visa", kTrace};
    return run_to_end(process.io, process.place.run(access_of(std::move(owner)), std::move(command)));
  }
  std::string place_id(std::string key, std::string owner = "alice") {
    return place(std::move(key), std::move(owner))
        ->reply.location.substr(std::string_view("/orders/").size());
  }
  void settle() { (void)run_to_end(process.io, process.worker.settle(Deadline::after(seconds{5}))); }
  std::size_t claim_due() { return run_to_end(process.io, process.worker.claim_due()).value(); }
  OrderStatus status(const std::string& id) { return run_to_end(world.store.get(id, std::nullopt))->status; }

  static constexpr const char* kTrace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  World world;
  Process process{world};
};

TEST_F(OrdersUseCases, AnOrderIsPaidWithoutAnybodyPolling) {
  const std::string id = place_id("key-1");

  settle();

  EXPECT_EQ(status(id), OrderStatus::confirmed);
  EXPECT_EQ(world.payments.calls,
            (std::vector<std::string>{"ord:" + id + ":authorize", "ord:" + id + ":capture"}));
}

TEST_F(OrdersUseCases, AnOrderIsDraftedWithTheKeyOfItsOwner) {
  const auto first = place("key-1");
  const auto second = place("key-1");
  const auto bobs = place("key-1", "bob");

  EXPECT_FALSE(first->is_replay);
  EXPECT_TRUE(second->is_replay);
  EXPECT_EQ(second->reply, first->reply);
  EXPECT_FALSE(bobs->is_replay);
}

TEST_F(OrdersUseCases, APaymentsServiceThatIsAwayDelaysAnOrderAndNothingElse) {
  world.payments.next_fault = [] { return Fault::unavailable; };
  const std::string id = place_id("key-1");
  settle();
  EXPECT_EQ(status(id), OrderStatus::pending);
  EXPECT_TRUE(world.payments.calls.empty());

  world.payments.next_fault = [] { return Fault::none; };
  world.clock.advance(seconds{1});
  EXPECT_EQ(claim_due(), 1U);
  settle();

  EXPECT_EQ(status(id), OrderStatus::confirmed);
}

TEST_F(OrdersUseCases, ACancelBeforeAnythingWasSentTroublesNoPaymentsService) {
  world.payments.next_fault = [] { return Fault::unavailable; };
  const std::string id = place_id("key-1");
  settle();
  world.payments.next_fault = [] { return Fault::none; };

  ASSERT_TRUE(run_to_end(process.io, process.cancel.run(access_of("alice"), id, 1)));
  EXPECT_EQ(claim_due(), 1U) << "a cancel wakes the saga, whatever it was waiting for";
  settle();

  EXPECT_EQ(status(id), OrderStatus::cancelled);
  EXPECT_TRUE(world.payments.calls.empty());
}

TEST_F(OrdersUseCases, ACancelIsForTheOwnerAndForThoseWhoMay) {
  const std::string id = place_id("key-1");
  settle();

  const auto bobs = run_to_end(process.io, process.cancel.run(access_of("bob"), id, 2));
  const auto stale = run_to_end(process.io, process.cancel.run(access_of("alice"), id, 1));
  const auto admins =
      run_to_end(process.io, process.cancel.run(access_of("root", identity::Scope::any), id, 2));

  EXPECT_EQ(bobs.error().kind, ErrorKind::not_found);
  EXPECT_EQ(stale.error().kind, ErrorKind::precondition_failed);
  ASSERT_TRUE(admins);
  EXPECT_EQ(admins->status, OrderStatus::cancelling);
}

TEST_F(OrdersUseCases, AnOutcomeThatIsNotKnownIsAskedFor) {
  int message = 0;
  world.payments.next_fault = [&message] { return ++message == 1 ? Fault::outstanding : Fault::none; };
  const std::string id = place_id("key-1");
  settle();
  EXPECT_EQ(status(id), OrderStatus::pending);

  world.clock.advance(seconds{1});
  EXPECT_EQ(claim_due(), 1U);
  settle();

  EXPECT_EQ(world.payments.calls,
            (std::vector<std::string>{"ord:" + id + ":authorize", "find", "ord:" + id + ":capture"}));
  EXPECT_EQ(status(id), OrderStatus::confirmed);
}

TEST_F(OrdersUseCases, WhatDoesNotFitWaitsInTheStore) {
  SagaWorker narrow(process.store, process.runner, world.clock, process.io.get_executor(), "orders-1",
                    {.runs_max = 1});
  auto slot = narrow.take_slot();
  ASSERT_TRUE(slot);

  EXPECT_FALSE(narrow.take_slot());
  EXPECT_EQ(run_to_end(process.io, narrow.claim_due()).value(), 0U);
  slot.reset();
  EXPECT_TRUE(narrow.take_slot());
}

TEST_F(OrdersUseCases, AWorkerThatStopsTakesNothingNew) {
  run_to_end(process.io, process.worker.stop(Deadline::after(seconds{1})));

  const std::string id = place_id("key-1");
  settle();

  EXPECT_EQ(status(id), OrderStatus::pending);
  Process next(world);
  EXPECT_EQ(run_to_end(next.io, next.worker.claim_due()).value(), 1U) << "another process finds it at once";
}

TEST_F(OrdersUseCases, ReadsRespectTheOwner) {
  const std::string id = place_id("key-1");
  (void)place_id("key-2", "bob");
  const GetOrder get(world.store);
  const ListOrders list(world.store);

  EXPECT_TRUE(run_to_end(get.run(access_of("alice"), id)));
  EXPECT_EQ(run_to_end(get.run(access_of("bob"), id)).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(run_to_end(get.run(access_of("sam", identity::Scope::any), id)));
  EXPECT_EQ(run_to_end(list.run(access_of("alice"), {}))->orders.size(), 1U);
  EXPECT_EQ(run_to_end(list.run(access_of("sam", identity::Scope::any), {}))->orders.size(), 2U);
}

// A subscriber that may be down, and a listener; both remember what they were told.
class Ear final : public Subscriber, public Listener {
 public:
  explicit Ear(std::string name) : name_(std::move(name)) {}
  bool is_down = false;
  std::vector<std::string> heard;

  [[nodiscard]] std::string_view name() const override { return name_; }
  Awaitable<Result<void>> tell(OrderEvent event, Deadline) override {
    if (is_down) co_return fail(ErrorKind::unavailable, "down");
    heard.push_back(event.order_id);
    co_return Result<void>{};
  }
  Awaitable<> hear(OrderEvent event, std::int64_t) override {
    heard.push_back(event.order_id);
    co_return;
  }

 private:
  std::string name_;
};

class OrdersRelay : public OrdersUseCases {
 protected:
  // Nothing is paid, so each order tells one event: that it was placed.
  OrdersRelay() {
    world.payments.next_fault = [] { return Fault::unavailable; };
  }
  static std::vector<std::unique_ptr<Subscriber>> both(Ear*& mail, Ear*& shop) {
    std::vector<std::unique_ptr<Subscriber>> subscribers;
    auto first = std::make_unique<Ear>("mail");
    auto second = std::make_unique<Ear>("shop");
    mail = first.get();
    shop = second.get();
    subscribers.push_back(std::move(first));
    subscribers.push_back(std::move(second));
    return subscribers;
  }

  Ear* mail = nullptr;
  Ear* shop = nullptr;
  Ear cache{"cache"};
  RelayOutbox relay{world.store, both(mail, shop), {&cache}, world.clock};
};

TEST_F(OrdersRelay, TellsEverySubscriberOnce) {
  const std::string id = place_id("key-1");

  EXPECT_EQ(run_to_end(relay.relay()), 1U);
  EXPECT_EQ(run_to_end(relay.relay()), 0U);

  EXPECT_EQ(mail->heard, std::vector<std::string>{id});
  EXPECT_EQ(shop->heard, std::vector<std::string>{id});
  EXPECT_EQ(run_to_end(world.store.pending()), 0);
}

TEST_F(OrdersRelay, TriesAgainOnlyWithWhomItFailed) {
  const std::string id = place_id("key-1");
  shop->is_down = true;
  EXPECT_EQ(run_to_end(relay.relay()), 1U);
  EXPECT_EQ(run_to_end(world.store.pending()), 1);

  shop->is_down = false;
  world.clock.advance(seconds{61});
  EXPECT_EQ(run_to_end(relay.relay()), 1U);

  EXPECT_EQ(mail->heard.size(), 1U);
  EXPECT_EQ(shop->heard, std::vector<std::string>{id});
}

TEST_F(OrdersRelay, AListenerHearsInEveryProcessWhatComesAfterItsStart) {
  (void)place_id("key-1");
  ASSERT_TRUE(run_to_end(relay.start()));
  const std::string second = place_id("key-2");
  RelayOutbox other(world.store, {}, {&cache}, world.clock);
  ASSERT_TRUE(run_to_end(other.start()));

  EXPECT_EQ(run_to_end(relay.follow()), 1U);
  EXPECT_EQ(run_to_end(other.follow()), 0U);
  EXPECT_EQ(cache.heard, std::vector<std::string>{second});
}

TEST_F(OrdersRelay, HousekeepingCountsAndForgets) {
  (void)place_id("key-1");
  settle();
  Housekeeping housekeeping(world.store, world.store, relay, process.alarm, world.clock, process.measures);
  world.clock.advance(seconds{120});
  ASSERT_TRUE(run_to_end(housekeeping.count()));

  EXPECT_EQ(process.metrics.gauge("saga_stuck", "").value(), 1);
  EXPECT_EQ(process.metrics.gauge("outbox_pending", "").value(), 1);
  ASSERT_TRUE(run_to_end(relay.relay()));
  world.clock.advance(std::chrono::hours{73});
  ASSERT_TRUE(run_to_end(housekeeping.purge()));
  EXPECT_TRUE(run_to_end(world.store.after(0, 10))->empty());
}

TEST_F(OrdersRelay, ItsLoopIsWokenByTheAlarmAndEndsWithItsGroup) {
  Housekeeping housekeeping(world.store, world.store, relay, process.alarm, world.clock, process.measures,
                            {.poll = seconds{600}});
  runtime::TaskGroup tasks(process.io.get_executor());
  tasks.spawn("housekeeping", housekeeping.run());
  const std::string id = place_id("key-1");
  const auto end = Deadline::after(seconds{10});
  while (mail->heard.empty() && !end.is_over())
    (void)run_to_end(process.io, runtime::sleep_for(std::chrono::milliseconds{5}));

  EXPECT_TRUE(run_to_end(process.io, tasks.stop(Deadline::after(seconds{5}))));
  EXPECT_FALSE(mail->heard.empty());
}

}  // namespace
}  // namespace gatehouse::orders
