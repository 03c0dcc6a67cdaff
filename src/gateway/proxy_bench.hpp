// For tests: a gateway worker's proxy between a client and an upstream, over loopback and on one loop, with a
// registry that names what the test says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/configuration.hpp"
#include "gateway/local_counters.hpp"
#include "gateway/redis_counters.hpp"
#include "gateway/serve.hpp"
#include "gateway/test_configuration.hpp"
#include "gateway/web_site.hpp"
#include "http/server.hpp"
#include "identity/token_verifier.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::gateway {

// Remembers what it was asked. /slow waits, /drop closes without an answer, /stream answers in pieces,
// /upgrade echoes.
class TestUpstream final : public http::Handler {
 public:
  Awaitable<> serve(http::Exchange& exchange) override {
    const auto& request = exchange.request;
    method = request.method;
    target = request.target;
    headers = request.headers;
    ++asked;
    const std::string path(request.path());
    if (path == "/slow") (void)co_await runtime::sleep_for(std::chrono::milliseconds{300});
    body.clear();
    if (request.body != nullptr) {
      const auto text = co_await http::read_all(*request.body, 64UL << 20);
      body = text ? *text : "error " + std::string(text.error().reason);
    }
    exchange.response = http::text_response(200, "text/plain", "upstream");
    exchange.response.headers.add("Server", "upstream/1");
    exchange.response.headers.add("Keep-Alive", "timeout=5");
    exchange.response.drop_connection = path == "/drop";
    if (path == "/stream") {
      exchange.response.content.clear();
      exchange.response.stream = std::make_unique<Pieces>();
    }
    if (path == "/upgrade") upgrade(exchange.response);
  }
  void finish(const http::Exchange&, std::chrono::nanoseconds) noexcept override {}

  std::string method;
  std::string target;
  http::Headers headers;
  std::string body;
  int asked = 0;

 private:
  class Pieces final : public http::Body {
   public:
    Awaitable<Result<std::string_view>> read() override {
      co_return left_-- > 0 ? std::string_view(piece_) : std::string_view{};
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
    [[nodiscard]] bool is_finished() const override { return left_ <= 0; }

   private:
    std::string piece_ = std::string(10'000, 'x');
    int left_ = 100;
  };
  static void upgrade(http::Response& response) {
    response = http::Response(101);
    response.headers.add("Upgrade", "websocket");
    response.headers.add("Connection", "Upgrade");
    response.tunnel = [](net::Stream& stream, std::string early) { return echo(stream, std::move(early)); };
  }
  static Awaitable<> echo(net::Stream& stream, std::string early) {
    (void)co_await stream.write(early);
    std::array<char, 64> buffer;
    for (;;) {
      const auto got = co_await stream.read_some(buffer);
      if (!got || *got == 0) co_return;
      const std::string_view piece(buffer.data(), *got);
      (void)co_await stream.write(piece);
    }
  }
};

// Answers Consul's health query for the services it was told of.
class TestRegistry final : public http::Handler {
 public:
  void name(std::string service, std::uint16_t port) { ports_[std::move(service)].push_back(port); }
  Awaitable<> serve(http::Exchange& exchange) override {
    const std::string path(exchange.request.path());
    json::array list;
    for (const auto port : ports_[path.substr(path.rfind('/') + 1)]) {
      const json::object service{{"ID", std::to_string(port)}, {"Address", "127.0.0.1"}, {"Port", port}};
      list.push_back(json::object{{"Service", service}});
    }
    exchange.response = http::text_response(200, "application/json", json::serialize(list));
    co_return;
  }
  void finish(const http::Exchange&, std::chrono::nanoseconds) noexcept override {}

 private:
  std::map<std::string, std::vector<std::uint16_t>> ports_;
};

class ProxyTest : public testing::Test {
 protected:
  ProxyTest()
      : upstream_server(io.get_executor(), upstream, {}),
        registry_server(io.get_executor(), registry, {}),
        upstream_port(upstream_server.listen({}).value()),
        registry_port(registry_server.listen({}).value()) {}

  ~ProxyTest() override {
    const auto deadline = Deadline::after(std::chrono::milliseconds{2'000});
    client.close_idle();
    gateway_client.close_idle();
    (void)runtime::run_to_end(io, gateway_server.stop(deadline));
    runtime::run_to_end(io, shared_counters.stop(deadline));
    runtime::run_to_end(io, discovery.stop(deadline));
    gateway_client.close_idle();
    (void)runtime::run_to_end(io, upstream_server.stop(deadline));
    (void)runtime::run_to_end(io, registry_server.stop(deadline));
  }

  void publish(const TestConfiguration& wanted) {
    const auto published = configuration.publish(wanted.entities());
    ASSERT_TRUE(published) << published.error().detail;
    if (port == 0) port = gateway_server.listen({}).value();
  }
  // A service at the upstream and a route for every path, without stripping.
  TestConfiguration plain(json::object route = {}) {
    TestConfiguration made;
    route["strip_path"] = false;
    service_id = made.service("127.0.0.1", upstream_port, {{"name", "shop"}});
    made.route(service_id, "/", std::move(route));
    return made;
  }

  http::Reply fetch(http::Request request) {
    const http::Target target{.host = "127.0.0.1", .port = port};
    auto reply =
        runtime::run_to_end(io, client.fetch(target, request, Deadline::after(std::chrono::seconds{5})));
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().reason);
    return reply ? std::move(*reply) : http::Reply{};
  }
  http::Reply get(std::string target) { return fetch({.target = std::move(target)}); }

  boost::asio::io_context io;
  TestUpstream upstream;
  TestRegistry registry;
  http::Server upstream_server;
  http::Server registry_server;
  std::uint16_t upstream_port;
  std::uint16_t registry_port;
  std::uint16_t port = 0;
  std::string service_id;

  core::SystemClock clock;
  telemetry::Metrics metrics;
  LocalCounters local_counters;
  TargetHealth target_health;
  http::Client client{io.get_executor(), {}};
  http::Client gateway_client{io.get_executor(), {}};
  discovery::Client discovery{io.get_executor(), gateway_client, registry_at(registry_port)};
  identity::TokenVerifier tokens{{.issuer = "https://issuer.example"}, clock, no_keys};
  RedisCounters shared_counters{io.get_executor(), discovery};
  WebSites sites;
  PluginContext context{.clock = clock,
                        .metrics = metrics,
                        .tokens = tokens,
                        .issuer = "https://issuer.example",
                        .local_counters = local_counters,
                        .shared_counters = shared_counters,
                        .sites = sites};
  Configuration configuration{plugins::catalog()};
  Upstreams upstreams{gateway_client, discovery, target_health, {}, {}};
  Proxy proxy{configuration, context, upstreams, {.access_log = AccessLog::off}};
  http::Server gateway_server{io.get_executor(), proxy, {}};

 private:
  static discovery::ClientOptions registry_at(std::uint16_t port) {
    discovery::ClientOptions options;
    options.registry.host = "127.0.0.1";
    options.registry.port = port;
    return options;
  }
  static Awaitable<Result<std::string>> no_keys() { co_return R"({"keys":[]})"; }
};

}  // namespace gatehouse::gateway
