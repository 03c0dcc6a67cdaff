// The service over its routes, in process. Who may do what is in policy_test.cpp.
#include "services/orders/http/orders_api.hpp"

#include <gtest/gtest.h>

#include "services/orders/http/test_shop.hpp"

namespace gatehouse::orders {
namespace {

using service::testing::TestReply;

class OrdersHttp : public testing::Test {
 protected:
  static std::string code(const TestReply& reply) { return std::string(reply.json().at("code").as_string()); }
  static std::string status(const TestReply& reply) {
    return std::string(reply.json().at("status").as_string());
  }
  std::int64_t counted(const char* name, const char* outcome) {
    return static_cast<std::int64_t>(shop.metrics.counter(name, "", {{"outcome", outcome}}).value());
  }

  TestShop shop;
};

TEST_F(OrdersHttp, AnOrderIsPlacedAndPaid) {
  const TestReply placed = shop.place("a-key-of-mine-0001");

  ASSERT_EQ(placed.status, 201U) << placed.content;
  const json::value body = placed.json();
  const std::string id(body.at("id").as_string());
  EXPECT_EQ(placed.headers.get("Location"), "/orders/" + id);
  EXPECT_EQ(placed.headers.get("ETag"), "\"1\"");
  EXPECT_FALSE(placed.headers.contains("Idempotent-Replayed"));
  EXPECT_EQ(body.at("status"), "pending");
  EXPECT_EQ(body.at("total"), 2'500);
  EXPECT_EQ(body.at("currency"), "EUR");
  EXPECT_TRUE(body.at("payment_id").is_null());
  const json::value item{{"sku", "cup"}, {"name", "A cup"}, {"quantity", 2}, {"unit_price", 1'250}};
  EXPECT_EQ(body.at("items").at(0), item);
  EXPECT_FALSE(body.as_object().contains("owner"));
  EXPECT_EQ(placed.content.find("pm_card"), std::string::npos);

  shop.settle();

  const TestReply paid = shop.get("/orders/" + id);
  EXPECT_EQ(status(paid), "confirmed");
  EXPECT_EQ(paid.headers.get("ETag"), "\"2\"");
  EXPECT_EQ(paid.json().at("payment_id").as_string(), "pay_" + id);
  EXPECT_EQ(shop.payments.statement[id].net, 2'500);
  EXPECT_EQ(counted("orders_total", "placed"), 1);
  EXPECT_EQ(counted("orders_total", "confirmed"), 1);
}

TEST_F(OrdersHttp, ADeclinedCardEndsTheOrderWithTheReason) {
  shop.payments.declines_authorization = true;
  const std::string id = shop.place_one("alice");

  shop.settle();

  const json::value order = shop.get("/orders/" + id).json();
  EXPECT_EQ(order.at("status"), "cancelled");
  EXPECT_EQ(order.at("failure"), "insufficient_funds");
  EXPECT_EQ(shop.get("/products/cup").json().at("available"), 100);
  EXPECT_EQ(counted("orders_total", "failed"), 1);
}

TEST_F(OrdersHttp, AKeyIsAnsweredWithTheSameBytesEvenWhenTheOrderHasMovedOn) {
  const TestReply first = shop.place("a-key-of-mine-0001");
  shop.settle();

  // The same intention in another spelling: of the key, and of the body.
  const TestReply second =
      shop.place("\"a-key-of-mine-0001\"", "alice:customer",
                 R"({"payment_method": "pm_card_visa", "items": [{"quantity":2,"sku":"cup"}]})");

  EXPECT_EQ(second.status, first.status);
  EXPECT_EQ(second.content, first.content);
  EXPECT_EQ(second.headers.get("Location"), first.headers.get("Location"));
  EXPECT_EQ(second.headers.get("ETag"), first.headers.get("ETag"));
  EXPECT_EQ(second.headers.get("Idempotent-Replayed"), "true");
  EXPECT_EQ(shop.get("/orders").json().at("data").as_array().size(), 1U);
}

TEST_F(OrdersHttp, AKeyWithOtherContentIsRefused) {
  (void)shop.place("a-key-of-mine-0001");

  const TestReply other =
      shop.place("a-key-of-mine-0001", "alice:customer",
                 R"({"items":[{"sku":"cup","quantity":3}],"payment_method":"pm_card_visa"})");

  EXPECT_EQ(other.status, 422U);
  EXPECT_EQ(code(other), "idempotency_key_reused");
}

TEST_F(OrdersHttp, TheSameKeyOfAnotherPersonIsAnotherKey) {
  const TestReply alices = shop.place("a-key-of-mine-0001");
  const TestReply bobs = shop.place("a-key-of-mine-0001", "bob:customer");

  EXPECT_EQ(bobs.status, 201U);
  EXPECT_NE(bobs.content, alices.content);
}

TEST_F(OrdersHttp, RefusesWhatItDoesNotUnderstand) {
  struct Case {
    std::string content;
    unsigned status;
    std::string code;
  };
  const std::vector<Case> cases{
      {"{", 400, "malformed_json"},
      {"[]", 400, "malformed_json"},
      {"{}", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":2}]})", 400, "invalid_field"},
      {R"({"items":{},"payment_method":"pm_card_visa"})", 400, "invalid_field"},
      {R"({"items":[7],"payment_method":"pm_card_visa"})", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":2.5}],"payment_method":"pm_card_visa"})", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":"2"}],"payment_method":"pm_card_visa"})", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":0}],"payment_method":"pm_card_visa"})", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":2,"price":1}],"payment_method":"pm_card_visa"})", 400,
       "unknown_field"},
      {R"({"items":[{"sku":"cup","quantity":2}],"payment_method":"pm_card_visa","total":1})", 400,
       "unknown_field"},
      {R"({"items":[{"sku":"cup","quantity":2}],"payment_method":"4242424242424242"})", 400, "invalid_field"},
      {R"({"items":[{"sku":"cup","quantity":2}],"payment_method":"pm card"})", 400, "invalid_field"},
      {R"({"items":[],"payment_method":"pm_card_visa"})", 422, "no_items"},
      {R"({"items":[{"sku":"cup","quantity":1001}],"payment_method":"pm_card_visa"})", 422, "bad_quantity"},
      {R"({"items":[{"sku":"boat","quantity":1}],"payment_method":"pm_card_visa"})", 422, "unknown_sku"},
      {R"({"items":[{"sku":"cup","quantity":1},{"sku":"cup","quantity":1}],"payment_method":"pm_card_visa"})",
       422, "duplicate_sku"},
      {R"({"items":[{"sku":"lamp","quantity":3}],"payment_method":"pm_card_visa"})", 409, "out_of_stock"},
      {std::string(20'000, ' '), 413, "body_too_large"}};
  for (const Case& row : cases) {
    const TestReply reply = shop.place("a-key-of-mine-0001", "alice:customer", row.content);
    EXPECT_EQ(reply.status, row.status) << row.content.substr(0, 100);
    EXPECT_EQ(code(reply), row.code) << row.content.substr(0, 100);
    EXPECT_EQ(reply.headers.get("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(shop.place("a-key-of-mine-0001").status, 201U) << "a refused request leaves its key free";
}

TEST_F(OrdersHttp, WantsAKeyAndJson) {
  EXPECT_EQ(code(shop.send({.method = "POST",
                            .target = "/orders",
                            .bearer = "alice:customer",
                            .content = TestShop::kTwoCups})),
            "idempotency_key_missing");
  EXPECT_EQ(code(shop.place("short")), "idempotency_key_malformed");
  const TestReply form = shop.send({.method = "POST",
                                    .target = "/orders",
                                    .bearer = "alice:customer",
                                    .content = "a=b",
                                    .content_type = "application/x-www-form-urlencoded",
                                    .headers = {{"Idempotency-Key", "a-key-of-mine-0001"}}});
  EXPECT_EQ(form.status, 415U);
}

TEST_F(OrdersHttp, ListsOnesOwnOrdersPageByPage) {
  std::vector<std::string> placed;
  for (int i = 0; i < 5; ++i) {
    placed.insert(placed.begin(), shop.place_one("alice"));
    (void)shop.place_one("bob");
    shop.clock.advance(std::chrono::seconds{1});
  }
  std::vector<std::string> seen;
  std::string cursor;
  for (int pages = 0; pages < 5; ++pages) {
    const json::value page = shop.get("/orders?limit=2" + cursor).json();
    for (const json::value& order : page.at("data").as_array()) seen.emplace_back(order.at("id").as_string());
    if (!page.at("has_more").as_bool()) break;
    cursor = "&cursor=" + std::string(page.at("next_cursor").as_string());
  }

  EXPECT_EQ(seen, placed);
  EXPECT_EQ(shop.get("/orders?limit=100", "sam:support").json().at("data").as_array().size(), 10U);
}

TEST_F(OrdersHttp, ACursorIsGoodForItsListOnly) {
  for (int i = 0; i < 3; ++i) (void)shop.place_one("alice");
  const std::string cursor(shop.get("/orders?limit=1").json().at("next_cursor").as_string());
  std::string forged = cursor;
  forged[4] = forged[4] == 'A' ? 'B' : 'A';

  EXPECT_EQ(shop.get("/orders?limit=1&cursor=" + cursor).status, 200U);
  EXPECT_EQ(code(shop.get("/orders?limit=1&cursor=" + cursor, "bob:customer")), "invalid_cursor");
  EXPECT_EQ(code(shop.get("/orders?limit=1&status=pending&cursor=" + cursor)), "invalid_cursor");
  EXPECT_EQ(code(shop.get("/orders?cursor=" + forged)), "invalid_cursor");
  EXPECT_EQ(code(shop.get("/orders?cursor=AAAA")), "invalid_cursor");
}

TEST_F(OrdersHttp, ReadsTheParametersOfAListStrictly) {
  EXPECT_EQ(code(shop.get("/orders?limit=0")), "invalid_limit");
  EXPECT_EQ(code(shop.get("/orders?limit=101")), "invalid_limit");
  EXPECT_EQ(code(shop.get("/orders?limit=1&limit=2")), "duplicate_parameter");
  EXPECT_EQ(code(shop.get("/orders?status=shipped")), "invalid_status");
  EXPECT_EQ(shop.get("/orders?status=confirmed").json().at("data").as_array().size(), 0U);
}

TEST_F(OrdersHttp, APaidOrderIsCancelledAndTheMoneyGivenBack) {
  const std::string id = shop.place_one("alice");
  shop.settle();

  const TestReply cancelling = shop.cancel(id, "\"2\"");

  ASSERT_EQ(cancelling.status, 200U) << cancelling.content;
  EXPECT_EQ(status(cancelling), "cancelling");
  EXPECT_EQ(cancelling.headers.get("ETag"), "\"3\"");
  shop.settle();
  const json::value order = shop.get("/orders/" + id).json();
  EXPECT_EQ(order.at("status"), "cancelled");
  EXPECT_TRUE(order.at("failure").is_null());
  EXPECT_EQ(shop.payments.statement[id].net, 0);
  EXPECT_EQ(shop.get("/products/cup").json().at("available"), 100);
}

TEST_F(OrdersHttp, ACancelNamesTheVersionThatWasSeen) {
  const std::string id = shop.place_one("alice");
  shop.settle();

  EXPECT_EQ(shop.cancel(id, "").status, 428U);
  EXPECT_EQ(shop.cancel(id, "*").status, 428U);
  EXPECT_EQ(shop.cancel(id, "\"1\"").status, 412U);
  EXPECT_EQ(shop.cancel(id, "W/\"2\"").status, 412U);
  EXPECT_EQ(shop.cancel(id, "2").status, 412U);
  EXPECT_EQ(shop.cancel(id, "\"2\"").status, 200U);
  EXPECT_EQ(code(shop.cancel(id, "\"3\"")), "already_cancelled");
}

TEST_F(OrdersHttp, ProductsAreThereForEverybody) {
  const TestReply all = shop.send({.target = "/products"});
  const TestReply one = shop.send({.target = "/products/lamp"});

  ASSERT_EQ(all.status, 200U);
  EXPECT_EQ(all.json().at("data").as_array().size(), 2U);
  const json::value lamp{
      {"sku", "lamp"}, {"name", "A lamp"}, {"price", 4'900}, {"currency", "EUR"}, {"available", 2}};
  EXPECT_EQ(one.json(), lamp);
  EXPECT_EQ(shop.send({.target = "/products/boat"}).status, 404U);
  EXPECT_EQ(shop.send({.target = "/products/a%20b"}).status, 404U);
}

}  // namespace
}  // namespace gatehouse::orders
