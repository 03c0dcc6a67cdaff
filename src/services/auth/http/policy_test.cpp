// Who may do what, route by route and role by role, asked of the running routes; and whether the document
// says so.
#include "services/auth/http/policy.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "service/testing.hpp"
#include "services/auth/http/auth_api.hpp"
#include "services/auth/usecases/test_house.hpp"

namespace gatehouse::auth {
namespace {

// ----------------------------------------------------------------------------------------------

struct Ask {
  const char* method;
  const char* path;  // {id} is replaced
  const char* content;
};

const Ask kAsks[] = {
    {"GET", "/users", ""},
    {"POST", "/users", R"({"username":"carla"})"},
    {"GET", "/users/{id}", ""},
    {"PATCH", "/users/{id}", R"({"first_name":"New"})"},
    {"DELETE", "/users/{id}", ""},
    {"GET", "/users/{id}/export", ""},
    {"PUT", "/users/{id}/password",
     R"({"current_password":"correct horse battery","new_password":"a new and longer one"})"},
    {"PUT", "/users/{id}/roles", R"({"realm_roles":["customer"],"client_roles":{}})"},
    {"GET", "/users/{id}/audit", ""},
    {"GET", "/roles", ""}};

// Statuses for one's own record, another's and a missing one.
struct Row {
  const char* ask;
  const char* roles;
  unsigned own;
  unsigned other;
  unsigned missing;
};

const Row kMatrix[] = {
    {"GET /users", "", 403, 403, 403},
    {"GET /users", "customer", 403, 403, 403},
    {"GET /users", "payment", 403, 403, 403},
    {"GET /users", "support", 200, 200, 200},
    {"GET /users", "admin", 200, 200, 200},
    {"POST /users", "", 403, 403, 403},
    {"POST /users", "customer", 403, 403, 403},
    {"POST /users", "payment", 403, 403, 403},
    {"POST /users", "support", 403, 403, 403},
    {"POST /users", "admin", 201, 201, 201},
    {"GET /users/{id}", "", 403, 403, 403},
    {"GET /users/{id}", "customer", 200, 404, 404},
    {"GET /users/{id}", "payment", 200, 404, 404},
    {"GET /users/{id}", "support", 200, 200, 404},
    {"GET /users/{id}", "admin", 200, 200, 404},
    {"PATCH /users/{id}", "", 403, 403, 403},
    {"PATCH /users/{id}", "customer", 200, 404, 404},
    {"PATCH /users/{id}", "payment", 200, 404, 404},
    {"PATCH /users/{id}", "support", 200, 404, 404},
    {"PATCH /users/{id}", "admin", 200, 200, 404},
    {"DELETE /users/{id}", "", 403, 403, 403},
    {"DELETE /users/{id}", "customer", 204, 404, 404},
    {"DELETE /users/{id}", "payment", 204, 404, 404},
    {"DELETE /users/{id}", "support", 204, 404, 404},
    {"DELETE /users/{id}", "admin", 409, 204, 404},
    {"GET /users/{id}/export", "", 403, 403, 403},
    {"GET /users/{id}/export", "customer", 200, 404, 404},
    {"GET /users/{id}/export", "payment", 200, 404, 404},
    {"GET /users/{id}/export", "support", 200, 404, 404},
    {"GET /users/{id}/export", "admin", 200, 200, 404},
    {"PUT /users/{id}/password", "", 403, 403, 403},
    {"PUT /users/{id}/password", "customer", 204, 404, 404},
    {"PUT /users/{id}/password", "payment", 204, 404, 404},
    {"PUT /users/{id}/password", "support", 204, 404, 404},
    {"PUT /users/{id}/password", "admin", 204, 204, 404},
    {"PUT /users/{id}/roles", "", 403, 403, 403},
    {"PUT /users/{id}/roles", "customer", 403, 403, 403},
    {"PUT /users/{id}/roles", "payment", 403, 403, 403},
    {"PUT /users/{id}/roles", "support", 403, 403, 403},
    {"PUT /users/{id}/roles", "admin", 200, 200, 404},
    {"GET /users/{id}/audit", "", 403, 403, 403},
    {"GET /users/{id}/audit", "customer", 403, 403, 403},
    {"GET /users/{id}/audit", "payment", 403, 403, 403},
    {"GET /users/{id}/audit", "support", 403, 403, 403},
    {"GET /users/{id}/audit", "admin", 200, 200, 200},
    {"GET /roles", "", 403, 403, 403},
    {"GET /roles", "customer", 403, 403, 403},
    {"GET /roles", "payment", 403, 403, 403},
    {"GET /roles", "support", 200, 200, 200},
    {"GET /roles", "admin", 200, 200, 200},
};

// "GET /users/{id}" → the statuses that openapi/auth.yaml documents. The file is written one key to a line.
std::map<std::string, std::set<unsigned>> documented() {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "../../../../openapi/auth.yaml";
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::map<std::string, std::set<unsigned>> routes;
  std::string route;
  std::string path_template;
  for (std::string line; std::getline(file, line) && line != "components:";) {
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view key = std::string_view(line).substr(indent);
    if (indent == 2 && key.starts_with('/')) path_template = key.substr(0, key.size() - 1);
    if (indent == 4 && key != "parameters:") {
      std::string method(key.substr(0, key.size() - 1));
      for (char& c : method) c = static_cast<char>(std::toupper(c));
      route = fmt::format("{} {}", method, path_template);
    }
    if (indent == 8 && key.starts_with('"'))
      routes[route].insert(*core::parse_int<unsigned>(key.substr(1, 3)));
  }
  return routes;
}

TEST(AuthPolicy, is_documented_route_by_route) {
  std::set<std::string> served;
  for (const auto& route : policy().routes) served.insert(fmt::format("{} {}", route.method, route.path));
  std::set<std::string> described;
  for (const auto& [route, statuses] : documented()) described.insert(route);

  EXPECT_EQ(described, served);
}

TEST(AuthPolicy, answers_only_with_documented_statuses) {
  const auto statuses = documented();
  for (const Row& row : kMatrix) {
    const auto& known = statuses.at(row.ask);
    for (const unsigned status : {row.own, row.other, row.missing, 401U}) {
      EXPECT_TRUE(known.contains(status)) << row.ask << " " << status;
    }
  }
}

const Ask* ask_named(std::string_view name) {
  for (const Ask& ask : kAsks) {
    if (fmt::format("{} {}", ask.method, ask.path) == name) return &ask;
  }
  return nullptr;
}

// One request to a service of its own, so that no row sees what another did.
unsigned status_in_fresh_house(const Ask& ask, const std::string& bearer, const std::string& id,
                               std::string caller) {
  TestHouse house;
  boost::asio::io_context io;
  telemetry::Metrics metrics;
  AuthApi api(house.ports, std::string(kRealm), metrics);
  service::Router router(policy(), service::testing::fake_bearer(), metrics);
  api.add_routes(router);
  std::string target = ask.path;
  if (const auto at = target.find("{id}"); at != std::string::npos) target.replace(at, 4, id);
  return service::testing::send(io, router,
                                {.method = ask.method,
                                 .target = target,
                                 .caller = std::move(caller),
                                 .bearer = bearer,
                                 .content = ask.content,
                                 .headers = {{"If-Match", "\"1\""}}})
      .status;
}

TEST(AuthPolicy, lets_each_role_do_exactly_what_the_matrix_says) {
  for (const Row& row : kMatrix) {
    const Ask* ask = ask_named(row.ask);
    ASSERT_NE(ask, nullptr) << row.ask;
    const std::string bearer = fmt::format("id-alice:{}", row.roles);
    EXPECT_EQ(status_in_fresh_house(*ask, bearer, "id-alice", "gateway"), row.own)
        << row.ask << " " << row.roles;
    EXPECT_EQ(status_in_fresh_house(*ask, bearer, "id-bob", "gateway"), row.other)
        << row.ask << " " << row.roles;
    EXPECT_EQ(status_in_fresh_house(*ask, bearer, "ghost", "gateway"), row.missing)
        << row.ask << " " << row.roles;
  }
}

TEST(AuthPolicy, has_a_row_in_the_matrix_for_every_public_route_and_role) {
  for (const auto& route : policy().routes) {
    if (route.permission.empty()) continue;
    for (const std::string& role : policy().roles.roles()) {
      const auto name = fmt::format("{} {}", route.method, route.path);
      const bool is_there =
          std::ranges::any_of(kMatrix, [&](const Row& row) { return name == row.ask && role == row.roles; });
      EXPECT_TRUE(is_there) << name << " " << role;
    }
  }
}

TEST(AuthPolicy, asks_for_a_token_and_for_the_gateways_certificate) {
  for (const Ask& ask : kAsks) {
    EXPECT_EQ(status_in_fresh_house(ask, "", "id-alice", "gateway"), 401U) << ask.path;
    EXPECT_EQ(status_in_fresh_house(ask, "forged", "id-alice", "gateway"), 401U) << ask.path;
    for (const char* caller : {"", "orders", "auth-server", "prometheus"}) {
      EXPECT_EQ(status_in_fresh_house(ask, "id-root:admin", "id-alice", caller), 403U)
          << ask.path << " " << caller;
    }
  }
}

}  // namespace
}  // namespace gatehouse::auth
