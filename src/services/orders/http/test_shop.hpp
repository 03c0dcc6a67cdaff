// For tests: the whole orders service in one process, without sockets and disk: its routes over the memory
// store and a payments service that does what it is told.
#pragma once

#include <memory>
#include <string>

#include "runtime/worker.hpp"
#include "service/testing.hpp"
#include "services/orders/adapters/memory_store.hpp"
#include "services/orders/http/order_forms.hpp"
#include "services/orders/http/orders_api.hpp"
#include "services/orders/http/policy.hpp"
#include "services/orders/usecases/fake_payments.hpp"

namespace gatehouse::orders {

class TestShop {
 public:
  TestShop() {
    const Currency euro = Currency::from_code("EUR").value();
    std::vector<Product> shelf{{"cup", "A cup", {1'250, euro}, {100, 0, 0}},
                               {"lamp", "A lamp", {4'900, euro}, {2, 0, 0}}};
    (void)runtime::run_to_end(store.seed(std::move(shelf)));
    api.add_routes(router);
    router.seal();
  }

  service::testing::TestReply send(service::testing::TestRequest request) {
    return service::testing::send(io, router, std::move(request));
  }
  service::testing::TestReply get(std::string target, std::string bearer = "alice:customer") {
    return send({.target = std::move(target), .bearer = std::move(bearer)});
  }
  service::testing::TestReply place(std::string key, std::string bearer = "alice:customer",
                                    std::string content = kTwoCups) {
    return send({.method = "POST",
                 .target = "/orders",
                 .bearer = std::move(bearer),
                 .content = std::move(content),
                 .headers = {{"Idempotency-Key", std::move(key)}}});
  }
  service::testing::TestReply cancel(const std::string& id, std::string if_match,
                                     std::string bearer = "alice:customer") {
    service::testing::TestRequest request{
        .method = "POST", .target = "/orders/" + id + "/cancel", .bearer = std::move(bearer)};
    if (!if_match.empty()) request.headers.emplace_back("If-Match", std::move(if_match));
    return send(std::move(request));
  }
  // A new order's id.
  std::string place_one(const std::string& owner) {
    ++orders_placed_;
    const auto reply = place("key-of-order-" + std::to_string(1000 + orders_placed_), owner + ":customer");
    return std::string(reply.json().at("id").as_string());
  }
  // Lets the sagas go as far as they can.
  void settle() {
    (void)runtime::run_to_end(io, worker.settle(Deadline::after(std::chrono::seconds{5})));
    (void)runtime::run_to_end(io, worker.claim_due());
    (void)runtime::run_to_end(io, worker.settle(Deadline::after(std::chrono::seconds{5})));
  }

  static constexpr const char* kTwoCups =
      R"({"items":[{"sku":"cup","quantity":2}],"payment_method":"pm_card_visa"})";

  boost::asio::io_context io{1};
  core::ManualClock clock;
  MemoryStore store;
  FakePayments payments;
  telemetry::Metrics metrics;
  Measures measures{metrics};
  Alarm alarm{io.get_executor()};
  RunSaga runner{store, payments, clock, measures, alarm};
  SagaWorker worker{store, runner, clock, io.get_executor(), "orders-1"};
  PlaceOrder place_order{store, worker, alarm, clock, measures, placed_reply};
  GetOrder get_order{store};
  ListOrders list_orders{store};
  CancelOrder cancel_order{store, worker, alarm, clock};
  BrowseProducts browse_products{store};
  WatchOrders watch_orders{io.get_executor(), measures};
  // A stream ends after what is there already; a test that wants more has an API of its own.
  OrdersApi api{{place_order, get_order, list_orders, cancel_order, browse_products, watch_orders},
                service::PageCursor(Secret("cursor key")),
                clock,
                {.stream = {.lifetime = std::chrono::milliseconds{0}}}};
  service::Router router{policy(), service::testing::fake_bearer(), metrics};

 private:
  int orders_placed_ = 0;
};

}  // namespace gatehouse::orders
