// The whole way of a request, over loopback: client, gateway, upstream.
#include "gateway/serve.hpp"

#include <gtest/gtest.h>

#include "gateway/proxy_bench.hpp"
#include "telemetry/spans.hpp"

namespace gatehouse::gateway {
namespace {

using std::chrono::milliseconds;

std::string message_of(const http::Reply& reply) {
  return std::string(json::parse(reply.content).at("message").as_string());
}

http::Request asking(std::string target, std::vector<std::pair<std::string, std::string>> headers) {
  http::Request request{.target = std::move(target)};
  for (const auto& [name, value] : headers) request.headers.add(name, value);
  return request;
}

TEST_F(ProxyTest, PassesARequestOnAndItsAnswerBack) {
  publish(plain());
  const auto reply = get("/a/b?c=d");
  EXPECT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.content, "upstream");
  EXPECT_EQ(upstream.target, "/a/b?c=d");
  EXPECT_EQ(reply.headers.get("Server"), "upstream/1");
  EXPECT_EQ(reply.headers.get("Via"), "1.1 kong/3.9.1");
  EXPECT_EQ(reply.headers.get("X-Kong-Request-Id").size(), 32U);
  EXPECT_TRUE(reply.headers.contains("X-Kong-Upstream-Latency"));
  EXPECT_TRUE(reply.headers.contains("X-Kong-Proxy-Latency"));
  EXPECT_FALSE(reply.headers.contains("Keep-Alive"));
  EXPECT_EQ(upstream.headers.get("X-Kong-Request-Id"), reply.headers.get("X-Kong-Request-Id"));
}

TEST_F(ProxyTest, TellsTheUpstreamWhereTheRequestCameFrom) {
  auto configuration_ = TestConfiguration{};
  configuration_.route(configuration_.service("127.0.0.1", upstream_port, {{"path", "/base"}}), "/shop");
  publish(configuration_);
  (void)fetch(asking("/shop/cart?x", {{"Host", "shop.example:8000"}, {"X-Forwarded-For", "198.51.100.1"}}));
  const auto& headers = upstream.headers;
  EXPECT_EQ(upstream.target, "/base/cart?x");
  EXPECT_EQ(headers.get("Host"), "127.0.0.1:" + std::to_string(upstream_port));
  EXPECT_EQ(headers.get("X-Forwarded-For"), "198.51.100.1, 127.0.0.1");
  EXPECT_EQ(headers.get("X-Forwarded-Proto"), "http");
  EXPECT_EQ(headers.get("X-Forwarded-Host"), "shop.example");
  EXPECT_EQ(headers.get("X-Forwarded-Port"), std::to_string(port));
  EXPECT_EQ(headers.get("X-Forwarded-Path"), "/shop/cart");
  EXPECT_EQ(headers.get("X-Forwarded-Prefix"), "/shop");
  EXPECT_EQ(headers.get("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(headers.get("Via"), "1.1 kong/3.9.1");
  EXPECT_EQ(headers.get("traceparent").size(), 55U);
}

TEST_F(ProxyTest, BelievesNoForwardedHeadersAndPassesNoHopByHopOnes) {
  publish(plain());
  (void)fetch(asking("/", {{"X-Forwarded-Proto", "https"},
                           {"X-Forwarded-Host", "evil.example"},
                           {"X-Forwarded-Prefix", "/evil"},
                           {"X-Real-IP", "10.0.0.1"},
                           {"X-Request-Timeout-Ms", "1"},
                           {"Connection", "keep-alive, X-Secret"},
                           {"X-Secret", "1"},
                           {"Proxy-Authorization", "Basic x"},
                           {"Keep-Alive", "timeout=1"},
                           {"TE", "trailers, gzip"},
                           {"Expect", "100-continue"},
                           {"Upgrade", "h2c"},
                           {"X-Kept", "yes"}}));
  const auto& headers = upstream.headers;
  EXPECT_EQ(headers.get("X-Forwarded-Proto"), "http");
  EXPECT_EQ(headers.get("X-Forwarded-Host"), "127.0.0.1");
  EXPECT_EQ(headers.get("X-Real-IP"), "127.0.0.1");
  EXPECT_EQ(headers.get("TE"), "trailers");
  EXPECT_EQ(headers.get("X-Kept"), "yes");
  for (const auto* gone : {"X-Forwarded-Prefix", "X-Request-Timeout-Ms", "Connection", "X-Secret",
                           "Proxy-Authorization", "Keep-Alive", "Upgrade"}) {
    EXPECT_FALSE(headers.contains(gone)) << gone;
  }
}

TEST_F(ProxyTest, KeepsTheClientsHostIfTheRouteSaysSo) {
  publish(plain({{"preserve_host", true}}));
  (void)fetch(asking("/", {{"Host", "shop.example:8000"}}));
  EXPECT_EQ(upstream.headers.get("Host"), "shop.example:8000");
}

TEST_F(ProxyTest, MatchesAndForwardsTheNormalisedPath) {
  publish(plain());
  (void)get("/a/./b//c/../%7Ed?");
  EXPECT_EQ(upstream.target, "/a/b/~d?");
}

TEST_F(ProxyTest, AnswersInKongsWordsWhatNoRouteTakes) {
  TestConfiguration only_shop;
  only_shop.route(only_shop.service("127.0.0.1", upstream_port), "/shop");
  publish(only_shop);
  const auto reply = get("/other");
  EXPECT_EQ(reply.status, 404U);
  EXPECT_EQ(message_of(reply), "no Route matched with those values");
  EXPECT_EQ(reply.headers.get("Server"), "kong/3.9.1");
  EXPECT_TRUE(reply.headers.contains("X-Kong-Response-Latency"));
  EXPECT_FALSE(reply.headers.contains("Via"));
  EXPECT_EQ(fetch({.method = "TRACE", .target = "/shop"}).status, 405U);
  EXPECT_EQ(get("/shop/%zz").status, 400U);
  EXPECT_EQ(upstream.asked, 0);
}

TEST_F(ProxyTest, KeepsASpanOfTheRequestAndBelowItOneOfTheUpstreams) {
  publish(plain());
  spans::configure(spans::Settings{.ratio = 1});
  const auto reply = get("/a?secret=1");
  (void)get("/drop");
  const auto kept = spans::take(10);
  spans::configure(std::nullopt);
  ASSERT_EQ(kept.size(), 4U);
  const auto& [asked, served] = std::tie(kept[0], kept[1]);
  EXPECT_EQ(served.kind, spans::Kind::server);
  EXPECT_EQ(asked.kind, spans::Kind::client);
  EXPECT_EQ(asked.context.parent_id, served.context.span_id);
  EXPECT_LE(served.began, asked.began);
  EXPECT_GE(served.took, asked.took);
  const auto attribute = [](const spans::Span& span, std::string_view key) -> std::string {
    for (const auto& [name, value] : span.attributes)
      if (name == key) return std::get<std::string>(value);
    return "none";
  };
  EXPECT_EQ(attribute(served, "url.path"), "/a") << "the query may hold secrets";
  EXPECT_EQ(attribute(served, "gatehouse.request.id"), reply.headers.get("X-Kong-Request-Id"));
  EXPECT_EQ(attribute(asked, "network.peer.address"), fmt::format("127.0.0.1:{}", upstream_port));
  EXPECT_TRUE(kept[2].has_failed);
  EXPECT_EQ(attribute(kept[2], "error.type"), attribute(kept[3], "gatehouse.failure"));
  EXPECT_TRUE(kept[3].has_failed);
}

TEST_F(ProxyTest, StreamsBodiesOfAnySizeBothWays) {
  publish(plain());
  http::Request upload{.method = "POST", .target = "/upload"};
  upload.content = std::string(3'000'000, 'u');
  EXPECT_EQ(fetch(std::move(upload)).status, 200U);
  EXPECT_EQ(upstream.body.size(), 3'000'000U);
  const auto download = get("/stream");
  EXPECT_EQ(download.content.size(), 1'000'000U);
}

TEST_F(ProxyTest, AnswersTlsOnlyRoutesOnClearTextWith426OrARedirect) {
  publish(plain({{"protocols", json::array{"https"}}}));
  const auto refused = get("/a");
  EXPECT_EQ(refused.status, 426U);
  EXPECT_EQ(message_of(refused), "Please use HTTPS protocol");
  EXPECT_EQ(refused.headers.get("Upgrade"), "TLS/1.2, HTTP/1.1");

  publish(plain({{"protocols", json::array{"https"}}, {"https_redirect_status_code", 308}}));
  const auto redirected = fetch(asking("/a?b=c", {{"Host", "shop.example:8000"}}));
  EXPECT_EQ(redirected.status, 308U);
  EXPECT_EQ(redirected.headers.get("Location"), "https://shop.example/a?b=c");
}

TEST_F(ProxyTest, TriesTheNextAddressWhenOneCannotBeReached) {
  TestConfiguration balanced;
  const auto name = balanced.add("upstreams", {{"name", "shop.internal"}});
  for (const auto& target : {std::string("127.0.0.1:1"), "127.0.0.1:" + std::to_string(upstream_port)}) {
    balanced.add("targets", {{"target", target}, {"upstream", json::object{{"id", name}}}});
  }
  balanced.route(balanced.service("shop.internal", 80), "/");
  publish(balanced);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(get("/").status, 200U);
  EXPECT_EQ(upstream.asked, 6);
  // The dead address was tried once, and is then left alone for a while.
  EXPECT_EQ(metrics.counter("gateway_connect_retries_total", "").value(), 1);
}

TEST_F(ProxyTest, Answers502WhenNobodyCanBeReachedAnd504WhenNobodyAnswersInTime) {
  TestConfiguration dead;
  dead.route(dead.service("127.0.0.1", 1, {{"retries", 2}}), "/dead");
  dead.route(dead.service("127.0.0.1", upstream_port,
                          {{"connect_timeout", 50}, {"write_timeout", 10}, {"read_timeout", 10}}),
             "/slow", {{"strip_path", false}});
  dead.route(dead.service("no-such-host.invalid", 80), "/unknown");
  dead.add("routes", {{"paths", json::array{"/serviceless"}}});
  publish(dead);
  const auto unreachable = fetch(asking("/dead", {{"Accept", "application/json"}}));
  EXPECT_EQ(unreachable.status, 502U);
  EXPECT_EQ(message_of(unreachable), "An invalid response was received from the upstream server");
  EXPECT_EQ(metrics.counter("gateway_connect_retries_total", "").value(), 2);
  const auto late = fetch(asking("/slow", {{"Accept", "application/json"}}));
  EXPECT_EQ(late.status, 504U);
  EXPECT_EQ(message_of(late), "The upstream server is timing out");
  const auto unresolved = get("/unknown");
  EXPECT_EQ(unresolved.status, 503U);
  EXPECT_EQ(message_of(unresolved), "name resolution failed");
  EXPECT_EQ(message_of(get("/serviceless")), "no Service found with those values");
}

TEST_F(ProxyTest, NeverSendsAPostTwice) {
  publish(plain());
  http::Request order{.method = "POST", .target = "/drop"};
  order.content = "order";
  EXPECT_EQ(fetch(std::move(order)).status, 502U);
  EXPECT_EQ(upstream.asked, 1);
}

TEST_F(ProxyTest, FindsAServiceInDiscoveryAddressAndPort) {
  registry.name("orders-service", upstream_port);
  TestConfiguration discovered;
  discovered.route(discovered.service("orders-service", 3000), "/");
  publish(discovered);
  EXPECT_EQ(get("/x").status, 200U);
  EXPECT_EQ(upstream.headers.get("Host"), "orders-service:3000");
}

TEST_F(ProxyTest, TakesATargetOutOfTheTurnWhenAnOperatorSaysSo) {
  TestConfiguration balanced;
  const auto name = balanced.add("upstreams", {{"name", "shop.internal"}});
  const auto target = balanced.add("targets", {{"target", "127.0.0.1:" + std::to_string(upstream_port)},
                                               {"upstream", json::object{{"id", name}}}});
  balanced.route(balanced.service("shop.internal", 80), "/");
  publish(balanced);
  EXPECT_EQ(get("/").status, 200U);
  target_health.set_unhealthy(target);
  configuration.touch();
  const auto refused = get("/");
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(message_of(refused), "failure to get a peer from the ring-balancer");
  target_health.set_healthy(target);
  configuration.touch();
  EXPECT_EQ(get("/").status, 200U);
}

TEST_F(ProxyTest, PutsAChangeIntoForceForTheVeryNextRequest) {
  publish(plain());
  EXPECT_EQ(get("/").status, 200U);
  auto guarded = plain();
  guarded.plugin("jwt", {}, TestConfiguration::to("service", service_id));
  publish(guarded);
  EXPECT_EQ(get("/").status, 401U);
  publish(plain());
  EXPECT_EQ(get("/").status, 200U);
}

TEST_F(ProxyTest, ForgetsNoRateLimitCountWhenSomethingElseChanges) {
  auto limited = plain();
  limited.plugin("rate-limiting", {{"hour", 1}});
  publish(limited);
  EXPECT_EQ(get("/").status, 200U);
  limited.add("consumers", {{"username", "alice"}});
  publish(limited);
  EXPECT_EQ(get("/").status, 429U);
}

TEST_F(ProxyTest, CountsEveryRequestByRouteAndStatus) {
  publish(plain({{"name", "everything"}}));
  (void)get("/");
  (void)get("/");
  const telemetry::Metrics* shard = &metrics;
  const auto text = telemetry::render({&shard, 1});
  EXPECT_NE(text.find("http_server_request_duration_seconds_count{http_response_status_code=\"200\","
                      "http_route=\"everything\"} 2"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("kong_nginx_requests_total{subsystem=\"http\"} 2"), std::string::npos);
}

Awaitable<std::string> converse(std::uint16_t port, std::string first, std::string answer_with,
                                std::string until) {
  net::ConnectOptions options{.host = "127.0.0.1", .port = port};
  auto stream = co_await net::connect(std::move(options), Deadline::after(milliseconds{1'000}));
  stream->expires_at(std::chrono::steady_clock::now() + milliseconds{3'000});
  (void)co_await stream->write(first);
  std::string heard;
  std::array<char, 4096> buffer;
  bool has_answered = false;
  while (heard.find(until) == std::string::npos) {
    if (!has_answered && heard.find("\r\n\r\n") != std::string::npos) {
      has_answered = true;
      (void)co_await stream->write(answer_with);
    }
    const auto got = co_await stream->read_some(buffer);
    if (!got || *got == 0) break;
    heard.append(buffer.data(), *got);
  }
  co_return heard;
}

TEST_F(ProxyTest, PassesAWebSocketThrough) {
  publish(plain());
  auto talk =
      converse(port,
               "GET /upgrade HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
               "Sec-WebSocket-Key: x\r\n\r\n",
               "frames both ways", "frames both ways");
  const auto heard = runtime::run_to_end(io, std::move(talk));
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 101 ")) << heard;
  EXPECT_TRUE(heard.ends_with("frames both ways")) << heard;
  EXPECT_EQ(upstream.headers.get("Upgrade"), "websocket");
  EXPECT_EQ(upstream.headers.get("Sec-WebSocket-Key"), "x");
}

TEST_F(ProxyTest, EndsAnUploadThatGrowsBeyondItsLimit) {
  auto limited = plain();
  limited.plugin("request-size-limiting", {{"allowed_payload_size", 1}, {"size_unit", "kilobytes"}});
  publish(limited);
  std::string chunked =
      "POST /upload HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 3; ++i) chunked += "200\r\n" + std::string(512, 'x') + "\r\n";
  auto talk = converse(port, chunked + "0\r\n\r\n", "", "limit exceeded");
  const auto heard = runtime::run_to_end(io, std::move(talk));
  EXPECT_TRUE(heard.starts_with("HTTP/1.1 413 ")) << heard;
}

}  // namespace
}  // namespace gatehouse::gateway
