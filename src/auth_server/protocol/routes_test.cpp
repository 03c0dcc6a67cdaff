// Every route is documented, and every documented route is there.
#include "auth_server/protocol/routes.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

// "GET /realms/{realm}/…" → the statuses that the description names. The file is written one key to a line.
std::map<std::string, std::set<unsigned>> documented() {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../../openapi/auth-server.yaml");
  EXPECT_TRUE(file);
  std::map<std::string, std::set<unsigned>> routes;
  std::string path;
  std::string route;
  for (std::string line; std::getline(file, line) && line != "components:";) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view key = std::string_view(line).substr(indent);
    if (indent == 2 && key.starts_with('/')) path = key.substr(0, key.size() - 1);
    if (indent == 4 && key != "parameters:" && !path.empty()) {
      std::string method(key.substr(0, key.size() - 1));
      for (char& c : method) c = static_cast<char>(std::toupper(c));
      route = fmt::format("{} {}", method, path);
    }
    if (indent == 8 && key.starts_with('"'))
      routes[route].insert(*core::parse_int<unsigned>(key.substr(1, 3)));
  }
  return routes;
}

TEST(AuthServerRoutes, are_documented_one_by_one) {
  std::set<std::string> served;
  for (const auto& route : route_policy().routes)
    served.insert(fmt::format("{} {}", route.method, route.path));
  std::set<std::string> described;
  for (const auto& [route, statuses] : documented()) described.insert(route);
  EXPECT_EQ(described, served);
}

class RoutesTest : public AuthServerTest {};

// Empty, broken and oversized requests to every route: the answer is one that the description names, never a
// 500.
TEST_F(RoutesTest, answer_nonsense_with_a_documented_status) {
  for (const auto& [route, statuses] : documented()) {
    const auto parts = core::cut(route, ' ').value();
    for (const char* realm : {"test", "unknown"}) {
      std::string target(parts.second);
      target.replace(target.find("{realm}"), 7, realm);
      for (const std::string& query :
           {std::string(), std::string("?%zz"), std::string("?a=1&a=1"), "?x=" + std::string(9000, 'x')}) {
        for (const std::string& body : {std::string(), std::string("%zz"), std::string("token=x&token=y")}) {
          const TestReply reply = send({.method = std::string(parts.first),
                                        .target = target + query,
                                        .content = body,
                                        .content_type = "application/x-www-form-urlencoded",
                                        .headers = {{"Cookie", "__Host-gatehouse_session=x; =; ;"}}});
          EXPECT_TRUE(statuses.contains(reply.status)) << route << query.substr(0, 20) << " " << reply.status;
        }
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
