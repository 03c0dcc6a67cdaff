// The stream of one order, piece by piece.
#include "services/orders/http/order_events.hpp"

#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "services/orders/http/test_shop.hpp"

namespace gatehouse::orders {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

identity::Access alice() {
  identity::Access access;
  access.principal.kind = identity::Principal::Kind::person;
  access.principal.subject = "alice";
  access.scope = identity::Scope::own;
  return access;
}

class OrderEventsTest : public testing::Test {
 protected:
  OrderEvents open(const std::string& id, StreamLimits limits = {}, std::int64_t seen = 0,
                   const identity::Access& access = alice()) {
    return {
        shop.get_order, shop.watch_orders.watch(id, "alice").value(), shop.clock, {access, id, seen}, limits};
  }
  std::string read(OrderEvents& stream) {
    return std::string(runtime::run_to_end(shop.io, stream.read()).value());
  }
  // Without the first piece, which is the time to wait before coming back.
  OrderEvents open_and_skip(const std::string& id, StreamLimits limits = {}, std::int64_t seen = 0) {
    OrderEvents stream = open(id, limits, seen);
    EXPECT_EQ(read(stream), "retry: 2000\n\n");
    return stream;
  }
  static std::string status_in(std::string_view event) {
    const auto data = event.substr(event.find("data: ") + 6);
    return std::string(json::parse(data.substr(0, data.find('\n'))).at("status").as_string());
  }
  std::string paid_order() {
    std::string id = shop.place_one("alice");
    shop.settle();
    return id;
  }
  void hear(const std::string& id) {
    runtime::run_to_end(shop.io, shop.watch_orders.hear({.order_id = id}, 1));
  }
  double streams() { return shop.metrics.gauge("order_streams", "").value(); }

  TestShop shop;
};

TEST_F(OrderEventsTest, TellsTheOrderAsItIsAndThenEachChangeToItsEnd) {
  const std::string id = paid_order();
  OrderEvents stream = open_and_skip(id);
  const std::string first = read(stream);
  EXPECT_TRUE(first.starts_with("id: 2\nevent: order\ndata: {\"id\":\"" + id + "\"")) << first;
  EXPECT_TRUE(first.ends_with("}\n\n"));
  EXPECT_EQ(status_in(first), "confirmed");

  EXPECT_EQ(shop.cancel(id, "\"2\"").status, 200U);
  shop.settle();
  const std::string last = read(stream);
  EXPECT_EQ(status_in(last), "cancelled");
  EXPECT_FALSE(last.starts_with("id: 2\n"));
  EXPECT_TRUE(stream.is_finished());
  EXPECT_EQ(read(stream), "");
  OrderEvents again = open_and_skip(id, {}, 1'000);
  EXPECT_EQ(read(again), "") << "nothing will come any more";
}

TEST_F(OrderEventsTest, WakesForItsOwnOrderWhoeverChangedIt) {
  const std::string id = paid_order();
  OrderEvents stream = open_and_skip(id, {.heartbeat = seconds{60}}, 2);
  runtime::TaskGroup tasks(shop.io.get_executor());
  std::string woken;
  const auto wait = [&]() -> Awaitable<> { woken = std::string((co_await stream.read()).value()); };
  tasks.spawn("reader", wait());
  EXPECT_EQ(shop.cancel(id, "\"2\"").status, 200U);
  hear("another order");
  shop.settle();
  EXPECT_EQ(woken, "");
  hear(id);
  shop.settle();
  EXPECT_EQ(status_in(woken), "cancelled");
}

TEST_F(OrderEventsTest, GoesOnAfterWhatTheClientHasSeen) {
  const std::string id = paid_order();
  OrderEvents stream = open_and_skip(id, {.heartbeat = milliseconds{0}}, last_event_in(" 2 "));
  EXPECT_EQ(read(stream), ":\n\n") << "nothing is new, so it only says that it is alive";
  OrderEvents behind = open_and_skip(id, {}, 1);
  EXPECT_TRUE(read(behind).starts_with("id: 2\n"));
  for (const auto* bad : {"", "x", "1;drop", "99999999999999999999"}) EXPECT_EQ(last_event_in(bad), 0) << bad;
}

TEST_F(OrderEventsTest, EndsWithItsTimeItsTokenAndTheProcess) {
  const std::string id = paid_order();
  OrderEvents old = open_and_skip(id, {.lifetime = seconds{10}}, 2);
  shop.clock.advance(seconds{10});
  EXPECT_EQ(read(old), "");

  identity::Access access = alice();
  access.principal.expires_at = shop.clock.now() + seconds{5};
  OrderEvents expired = open(id, {}, 2, access);
  (void)read(expired);
  shop.clock.advance(seconds{5});
  EXPECT_EQ(read(expired), "");

  OrderEvents stopped = open_and_skip(id, {}, 2);
  shop.watch_orders.close();
  EXPECT_EQ(read(stopped), "");
  EXPECT_EQ(shop.watch_orders.watch(id, "alice").error().kind, ErrorKind::unavailable);
  EXPECT_EQ(shop.get("/orders/" + id + "/events").status, 503U);
}

TEST_F(OrderEventsTest, IsForThoseWhoMaySeeTheOrder) {
  const std::string id = paid_order();
  const auto own = shop.get("/orders/" + id + "/events");
  EXPECT_EQ(own.status, 200U);
  EXPECT_EQ(own.headers.get("Content-Type"), "text/event-stream");
  EXPECT_EQ(own.headers.get("Cache-Control"), "no-store");
  EXPECT_EQ(status_in(own.content), "confirmed");
  EXPECT_EQ(shop.get("/orders/" + id + "/events", "bob:customer").status, 404U);
  EXPECT_EQ(shop.get("/orders/" + id + "/events", "sue:support").status, 200U);
  EXPECT_EQ(shop.get("/orders/ord_none/events").status, 404U);
}

TEST_F(OrderEventsTest, AreBoundedForOnePersonAndForAll) {
  const std::string id = shop.place_one("alice");
  std::vector<std::unique_ptr<WatchOrders::Watch>> watches;
  for (int i = 0; i < 10; ++i) watches.push_back(shop.watch_orders.watch(id, "alice").value());
  EXPECT_EQ(streams(), 10);
  EXPECT_EQ(shop.get("/orders/" + id + "/events").status, 429U);
  watches.pop_back();
  EXPECT_EQ(shop.get("/orders/" + id + "/events").status, 200U);
  EXPECT_EQ(streams(), 9) << "the stream that has ended is not counted";

  WatchOrders small(shop.io.get_executor(), shop.measures, {.watchers_max = 1});
  const auto only = small.watch(id, "alice");
  ASSERT_TRUE(only);
  EXPECT_EQ(small.watch(id, "bob").error().kind, ErrorKind::unavailable);
}

}  // namespace
}  // namespace gatehouse::orders
