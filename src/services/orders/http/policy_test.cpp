// Who may do what, route by route and role by role, asked of the running routes; and whether the document
// says so.
#include "services/orders/http/policy.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "services/orders/http/test_shop.hpp"

namespace gatehouse::orders {
namespace {

// What a route answers about one's own order, another's, and one that does not exist.
struct Row {
  const char* route;
  const char* roles;
  unsigned own;
  unsigned other;
  unsigned missing;
};

const Row kMatrix[] = {
    {"POST /orders", "", 403, 403, 403},
    {"POST /orders", "customer", 201, 201, 201},
    {"POST /orders", "support", 403, 403, 403},
    {"POST /orders", "payment", 403, 403, 403},
    {"POST /orders", "admin", 201, 201, 201},
    {"GET /orders", "", 403, 403, 403},
    {"GET /orders", "customer", 200, 200, 200},
    {"GET /orders", "support", 200, 200, 200},
    {"GET /orders", "payment", 403, 403, 403},
    {"GET /orders", "admin", 200, 200, 200},
    {"GET /orders/{id}", "", 403, 403, 403},
    {"GET /orders/{id}", "customer", 200, 404, 404},
    {"GET /orders/{id}", "support", 200, 200, 404},
    {"GET /orders/{id}", "payment", 403, 403, 403},
    {"GET /orders/{id}", "admin", 200, 200, 404},
    {"GET /orders/{id}", "customer,support", 200, 200, 404},
    {"GET /orders/{id}/events", "", 403, 403, 403},
    {"GET /orders/{id}/events", "customer", 200, 404, 404},
    {"GET /orders/{id}/events", "support", 200, 200, 404},
    {"GET /orders/{id}/events", "payment", 403, 403, 403},
    {"GET /orders/{id}/events", "admin", 200, 200, 404},
    {"POST /orders/{id}/cancel", "", 403, 403, 403},
    {"POST /orders/{id}/cancel", "customer", 200, 404, 404},
    {"POST /orders/{id}/cancel", "support", 403, 403, 403},
    {"POST /orders/{id}/cancel", "payment", 403, 403, 403},
    {"POST /orders/{id}/cancel", "admin", 200, 200, 404},
};

// One request to a shop of its own, so that no row sees what another did.
struct FreshShop {
  FreshShop() : alices(shop.place_one("alice")), bobs(shop.place_one("bob")) { shop.settle(); }

  unsigned ask(std::string_view route, std::string bearer, const std::string& id,
               std::string caller = "gateway") {
    const auto halves = *core::cut(route, ' ');
    service::testing::TestRequest request{.method = std::string(halves.first),
                                          .target = std::string(halves.second),
                                          .caller = std::move(caller),
                                          .bearer = std::move(bearer)};
    if (const auto at = request.target.find("{id}"); at != std::string::npos)
      request.target.replace(at, 4, id);
    if (const auto at = request.target.find("{sku}"); at != std::string::npos)
      request.target.replace(at, 5, "cup");
    if (route == "POST /orders") request.content = TestShop::kTwoCups;
    request.headers = {{"Idempotency-Key", "a-key-of-mine-0001"}, {"If-Match", "\"2\""}};
    return shop.send(std::move(request)).status;
  }

  TestShop shop;
  std::string alices;
  std::string bobs;
};

TEST(OrdersPolicy, LetsEachRoleDoExactlyWhatTheMatrixSays) {
  for (const Row& row : kMatrix) {
    const std::string bearer = fmt::format("alice:{}", row.roles);
    FreshShop own;
    FreshShop other;
    FreshShop missing;
    EXPECT_EQ(own.ask(row.route, bearer, own.alices), row.own) << row.route << " " << row.roles;
    EXPECT_EQ(other.ask(row.route, bearer, other.bobs), row.other) << row.route << " " << row.roles;
    EXPECT_EQ(missing.ask(row.route, bearer, "ord_none"), row.missing) << row.route << " " << row.roles;
  }
}

TEST(OrdersPolicy, HasARowInTheMatrixForEveryGuardedRouteAndRole) {
  for (const auto& route : policy().routes) {
    if (route.permission.empty()) continue;
    for (const std::string& role : policy().roles.roles()) {
      const std::string name = fmt::format("{} {}", route.method, route.path);
      const bool is_there = std::ranges::any_of(
          kMatrix, [&](const Row& row) { return name == row.route && role == row.roles; });
      EXPECT_TRUE(is_there) << name << " " << role;
    }
  }
}

TEST(OrdersPolicy, AsksForATokenAndForTheGatewaysCertificate) {
  FreshShop fresh;
  for (const auto& route : policy().routes) {
    const std::string name = fmt::format("{} {}", route.method, route.path);
    if (!route.permission.empty()) {
      EXPECT_EQ(fresh.ask(name, "", fresh.alices), 401U) << name;
      EXPECT_EQ(fresh.ask(name, "forged", fresh.alices), 401U) << name;
    }
    for (const char* caller : {"", "payments", "auth", "orders", "prometheus"}) {
      EXPECT_EQ(fresh.ask(name, "root:admin", fresh.alices, caller), 403U) << name << " " << caller;
    }
  }
}

TEST(OrdersPolicy, IsDocumentedRouteByRoute) {
  std::set<std::string> served;
  for (const auto& route : policy().routes) served.insert(fmt::format("{} {}", route.method, route.path));
  std::set<std::string> described;
  for (const auto& [route, statuses] : service::testing::documented_statuses("orders"))
    described.insert(route);

  EXPECT_EQ(described, served);
}

TEST(OrdersPolicy, AnswersOnlyWithDocumentedStatuses) {
  const auto statuses = service::testing::documented_statuses("orders");
  for (const Row& row : kMatrix) {
    for (const unsigned status : {row.own, row.other, row.missing, 401U}) {
      EXPECT_TRUE(statuses.at(row.route).contains(status)) << row.route << " " << status;
    }
  }
}

}  // namespace
}  // namespace gatehouse::orders
