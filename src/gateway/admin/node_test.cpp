// The endpoints about the node, OPTIONS, HEAD, and the way through HTTP.
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "gateway/admin/test_bench.hpp"
#include "runtime/worker.hpp"
#include "service/testing.hpp"

namespace gatehouse::gateway::admin {
namespace {

class Node : public ::testing::Test {
 protected:
  TestBench bench;
};

TEST_F(Node, TellsWhatItIs) {
  bench.form("POST", "/plugins", "name=prometheus");
  const json::value body = bench.get("/").body;
  EXPECT_EQ(body.at("tagline"), json::value("Welcome to kong"));
  EXPECT_EQ(body.at("version"), json::value("3.9.1"));
  EXPECT_TRUE(core::is_uuid(std::string_view(body.at("node_id").as_string())));
  EXPECT_EQ(body.at("plugins").at("enabled_in_cluster"), json::parse(R"(["prometheus"])"));
  EXPECT_EQ(body.at("plugins").at("available_on_server").at("jwt").at("priority"), json::value(1450));
  EXPECT_EQ(body.at("configuration").at("pg_password"), json::value("******"));
}

TEST_F(Node, TellsHowItDoes) {
  const json::value body = bench.get("/status").body;
  EXPECT_EQ(body.at("server").at("total_requests"), json::value(9));
  EXPECT_EQ(body.at("database"), json::parse(R"({"reachable":true})"));
  EXPECT_TRUE(
      body.at("memory").at("workers_lua_vms").at(0).at("http_allocated_gc").as_string().ends_with(" MiB"));
  EXPECT_EQ(bench.get("/metrics").answer.text, "kong_up 1\n");
}

TEST_F(Node, ListsPluginsEndpointsAndSchemas) {
  const json::value enabled = bench.get("/plugins/enabled").body;
  EXPECT_GE(enabled.at("enabled_plugins").as_array().size(), 8U);
  const json::array endpoints = bench.get("/endpoints").body.at("data").as_array();
  for (const char* pattern : {"/services/{services}/routes/{routes}", "/routes/{routes}/service",
                              "/consumers/{consumers}/jwt", "/upstreams/{upstreams}/targets", "/status"}) {
    EXPECT_NE(std::ranges::find(endpoints, json::value(pattern)), endpoints.end()) << pattern;
  }
  for (const char* entity : {"services", "routes", "plugins", "consumers", "upstreams", "targets",
                             "certificates", "snis", "ca_certificates", "jwt_secrets"}) {
    EXPECT_TRUE(bench.get(std::string("/schemas/") + entity).body.at("fields").is_array()) << entity;
  }
  for (const auto& plugin : enabled.at("enabled_plugins").as_array()) {
    const std::string name(plugin.as_string());
    EXPECT_EQ(bench.get("/schemas/plugins/" + name).status, 200U) << name;
    EXPECT_TRUE(bench.get("/plugins/schema/" + name).body.at("fields").is_array()) << name;
  }
}

TEST_F(Node, OptionsTellTheMethods) {
  const Reply reply = bench.send("OPTIONS", "/services", "", "");
  EXPECT_EQ(reply.status, 204U);
  std::map<std::string, std::string> headers(reply.answer.headers.begin(), reply.answer.headers.end());
  EXPECT_EQ(headers["Allow"], "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(headers["Access-Control-Allow-Methods"], "GET, HEAD, OPTIONS, POST");
  EXPECT_EQ(headers["Access-Control-Allow-Headers"], "Content-Type");
  EXPECT_EQ(headers["Access-Control-Allow-Origin"], "*");
}

TEST_F(Node, AnswersOverHttp) {
  boost::asio::io_context io{1};
  BlockingPool pool("admin-test", {.threads = 1});
  AdminApi api(bench.endpoints, pool, {.host_names = {"test"}});
  const auto made = service::testing::send(io, api,
                                           {.method = "POST",
                                            .target = "/services",
                                            .content = "name=a&url=http://a",
                                            .content_type = "application/x-www-form-urlencoded"});
  EXPECT_EQ(made.status, 201U) << made.content;
  EXPECT_EQ(made.headers.get("Content-Type"), "application/json; charset=utf-8");
  EXPECT_FALSE(made.headers.get("X-Kong-Admin-Latency").empty());
  EXPECT_EQ(made.json().at("name"), json::value("a"));
  const auto removed = service::testing::send(io, api, {.method = "DELETE", .target = "/services/a"});
  EXPECT_EQ(removed.status, 204U);
  EXPECT_TRUE(removed.content.empty());
}

TEST_F(Node, IsClosedToForeignWebPages) {
  boost::asio::io_context io{1};
  BlockingPool pool("admin-test", {.threads = 1});
  AdminApi api(bench.endpoints, pool, {.host_names = {"test"}});
  const auto reply = service::testing::send(
      io, api, {.target = "/services", .headers = {{"Origin", "https://evil.example"}}});
  EXPECT_EQ(reply.status, 403U);
}

TEST_F(Node, RefusesABodyThatIsTooLarge) {
  boost::asio::io_context io{1};
  BlockingPool pool("admin-test", {.threads = 1});
  AdminApi api(bench.endpoints, pool, {.body_bytes_max = 100, .host_names = {"test"}});
  const auto reply = service::testing::send(
      io, api, {.method = "POST", .target = "/services", .content = std::string(101, 'x')});
  EXPECT_EQ(reply.status, 413U);
}

}  // namespace
}  // namespace gatehouse::gateway::admin
