// Server and client against each other and against raw bytes, over loopback.
#include <gtest/gtest.h>

#include "http/client.hpp"
#include "http/parser.hpp"
#include "http/server.hpp"
#include "http/spans.hpp"
#include "runtime/timer.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::http {
namespace {

using std::chrono::milliseconds;

// Answers with what it was asked; /chunked streams, /slow waits, /ignore leaves the body unread.
class Echo final : public Handler {
 public:
  Awaitable<> serve(Exchange& exchange) override {
    const Request& request = exchange.request;
    exchange.route = request.path();
    if (request.path() == "/slow") (void)co_await runtime::sleep_for(milliseconds{100});
    std::string body;
    if (request.body != nullptr && request.path() != "/ignore") {
      auto text = co_await read_all(*request.body, 1 << 20);
      body = text ? *text : "error " + std::string(text.error().reason);
    }
    exchange.response = text_response(200, "text/plain", request.method + " " + request.target + " " + body);
    if (request.path() == "/chunked") {
      exchange.response.content.clear();
      exchange.response.stream = std::make_unique<Pieces>();
    }
    if (request.path() == "/events") {
      exchange.response = text_response(200, "text/event-stream", "");
      exchange.response.stream = std::make_unique<Pieces>(milliseconds{50});
    }
    if (request.path() == "/upgrade") {
      exchange.response = Response(101);
      exchange.response.headers.add("Upgrade", "echo");
      exchange.response.headers.add("Connection", "Upgrade");
      exchange.response.tunnel = [](net::Stream& stream, std::string early) {
        return echo(stream, std::move(early));
      };
    }
  }
  void finish(const Exchange& exchange, std::chrono::nanoseconds took) noexcept override {
    ++finished;
    last_response_bytes = exchange.response_bytes;
    last_took = took;
    span = server_span(exchange, took);
  }

  int finished = 0;
  std::uint64_t last_response_bytes = 0;
  std::chrono::nanoseconds last_took{};
  std::optional<spans::Span> span;

 private:
  class Pieces final : public Body {
   public:
    explicit Pieces(milliseconds pause = {}) : pause_(pause) {}
    Awaitable<Result<std::string_view>> read() override {
      if (pause_.count() > 0) (void)co_await runtime::sleep_for(pause_);
      static constexpr std::array<std::string_view, 3> pieces{"one ", "two ", "three"};
      co_return next_ < pieces.size() ? pieces[next_++] : std::string_view{};
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
    [[nodiscard]] bool is_finished() const override { return next_ == 3; }

   private:
    milliseconds pause_;
    std::size_t next_ = 0;
  };
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

class HttpTest : public testing::Test {
 protected:
  HttpTest() : server(io.get_executor(), handler, limits()), client(io.get_executor(), {}) {
    port = server.listen({}).value();
  }
  ~HttpTest() override {
    client.close_idle();
    (void)runtime::run_to_end(io, server.stop(Deadline::after(milliseconds{2'000})));
  }
  static ServerLimits limits() {
    ServerLimits limits;
    limits.head_timeout = milliseconds{200};
    limits.idle_timeout = milliseconds{300};
    limits.body_bytes_max = 1 << 20;
    return limits;
  }
  Target target() { return {.host = "127.0.0.1", .port = port}; }
  Result<Reply> fetch(Request& request) {
    return runtime::run_to_end(io, client.fetch(target(), request, Deadline::after(milliseconds{3'000})));
  }
  // Sends bytes and reads until the server closes or `until` was seen.
  std::string raw(std::string bytes, std::string until = {}) {
    auto talk = [](std::uint16_t to, std::string bytes_, std::string until_) -> Awaitable<std::string> {
      net::ConnectOptions options{.host = "127.0.0.1", .port = to};
      auto stream = co_await net::connect(std::move(options), Deadline::after(milliseconds{1'000}));
      stream->expires_at(std::chrono::steady_clock::now() + milliseconds{2'000});
      (void)co_await stream->write(bytes_);
      std::string answer;
      std::array<char, 4096> buffer;
      while (until_.empty() || answer.find(until_) == std::string::npos) {
        const auto got = co_await stream->read_some(buffer);
        if (!got || *got == 0) break;
        answer.append(buffer.data(), *got);
      }
      co_return answer;
    };
    return runtime::run_to_end(io, talk(port, std::move(bytes), std::move(until)));
  }

  boost::asio::io_context io;
  Echo handler;
  Server server;
  Client client;
  std::uint16_t port = 0;
};

TEST_F(HttpTest, KeepsConnectionsAliveAndReusesThem) {
  for (int i = 0; i < 3; ++i) {
    Request request;
    request.target = "/a?b=c";
    const auto reply = fetch(request);
    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->content, "GET /a?b=c ");
  }
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(client.idle(), 1U);
  EXPECT_EQ(handler.finished, 3);
}

TEST_F(HttpTest, SendsAndReadsBodiesWithLengthAndInChunks) {
  Request request;
  request.method = "POST";
  request.content = std::string(200'000, 'x');
  const auto reply = fetch(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->content.size(), 200'000 + std::string_view("POST / ").size());

  Request chunked;
  chunked.target = "/chunked";
  const auto streamed = fetch(chunked);
  ASSERT_TRUE(streamed);
  EXPECT_EQ(streamed->content, "one two three");
  EXPECT_EQ(server.connections(), 1U);  // the same connection served all
}

TEST_F(HttpTest, ReconnectsWhenAKeptConnectionWasClosedMeanwhile) {
  Request request;
  ASSERT_TRUE(fetch(request));
  (void)runtime::run_to_end(io,
                            runtime::sleep_for(milliseconds{500}));  // longer than the server's idle timeout
  Request post;
  post.method = "POST";
  post.content = "x";
  const auto reply = fetch(post);
  ASSERT_TRUE(reply) << reply.error().reason;
  EXPECT_EQ(reply->content, "POST / x");
}

TEST_F(HttpTest, ServesPipelinedRequestsInOrder) {
  const auto answer =
      raw("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
          "GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const auto first = answer.find("GET /1 ");
  const auto second = answer.find("POST /2 abc");
  const auto third = answer.find("GET /3 ");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_NE(third, std::string::npos);
}

TEST_F(HttpTest, RefusesAmbiguousAndMalformedHeads) {
  for (const std::string head : {
           "GET / HTTP/1.1\r\n\r\n",                                // no Host
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",          // two Hosts
           "GET / HTTP/1.1\nHost: a\n\n",                           // bare LF
           "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",  // obs-fold
           "GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n",            // space before the colon
           "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",                   // user information
           "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n",           // the same in the target
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
           "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "G ET / HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET nonsense HTTP/1.1\r\nHost: a\r\n\r\n",
       }) {
    EXPECT_TRUE(raw(head).starts_with("HTTP/1.1 400 ")) << head << " => " << raw(head);
  }
  EXPECT_EQ(handler.finished, 0);
}

TEST_F(HttpTest, LimitsHeads) {
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 200; ++i) many += "A: b\r\n";
  EXPECT_TRUE(raw(many + "\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(raw("GET / HTTP/1.1\r\nHost").starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(raw(""), "");  // idle: closed without a word
  EXPECT_TRUE(
      raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n").starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpTest, AnswersExpectContinueHeadAndHttp10) {
  const auto expected = raw(
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
      "100 Continue\r\n\r\n");
  EXPECT_TRUE(expected.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) << expected;
  const auto ignored =
      raw("POST /ignore HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: "
          "close\r\n\r\n");
  EXPECT_TRUE(ignored.starts_with("HTTP/1.1 200 ")) << ignored;

  const auto head = raw("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));

  const auto old = raw("GET /chunked HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(old.ends_with("one two three")) << old;
}

TEST_F(HttpTest, AnUnreadBodyDoesNotBecomeTheNextRequest) {
  const auto answer = raw(
      "POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 34\r\n\r\nGET /evil HTTP/1.1\r\nHost: evil\r\n\r\n"
      "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.find("/evil"), std::string::npos);
  EXPECT_NE(answer.find("GET /next"), std::string::npos);
}

TEST_F(HttpTest, PassesAnUpgradedConnectionThrough) {
  const auto answer =
      raw("GET /upgrade HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello", "hello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
  EXPECT_TRUE(answer.ends_with("hello"));
}

TEST_F(HttpTest, TheClientKeepsItsDeadlineAndSaysWhatIsSafeToRetry) {
  Request slow;
  slow.target = "/slow";
  const auto late = runtime::run_to_end(io, client.fetch(target(), slow, Deadline::after(milliseconds{20})));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::timeout);
  EXPECT_FALSE(late.error().safe_to_retry);

  Request request;
  const Target nobody{.host = "127.0.0.1", .port = 1};
  const auto refused =
      runtime::run_to_end(io, client.fetch(nobody, request, Deadline::after(milliseconds{500})));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "connect_failed");
  EXPECT_TRUE(refused.error().safe_to_retry);
}

TEST_F(HttpTest, DrainsGracefully) {
  std::optional<Result<Reply>> reply;
  auto ask = [](Client& by, Target to, std::optional<Result<Reply>>& into) -> Awaitable<> {
    Request request;
    request.target = "/slow";
    into = co_await by.fetch(to, request, Deadline::after(milliseconds{2'000}));
  };
  TaskGroup tasks(io.get_executor());
  tasks.spawn("ask", ask(client, target(), reply));
  (void)runtime::run_to_end(io, runtime::sleep_for(milliseconds{30}));
  EXPECT_TRUE(runtime::run_to_end(io, server.stop(Deadline::after(milliseconds{1'000}))));
  (void)runtime::run_to_end(io, tasks.join(Deadline::after(milliseconds{1'000})));
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->content, "GET /slow ");
  Request request;
  EXPECT_EQ(fetch(request).error().reason, "connect_failed");
}

TEST(ChunkDecoder, TakesBodiesByteByByteAndRefusesNonsense) {
  const std::string good = "4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t step_size = 1; step_size <= good.size(); ++step_size) {
    ChunkDecoder decoder;
    std::string body;
    std::string pending;
    for (std::size_t at = 0; at < good.size(); at += step_size) {
      pending += good.substr(at, step_size);
      for (;;) {
        const auto step = decoder.step(pending);
        ASSERT_TRUE(step);
        body += step->data;
        if (step->used == 0 || decoder.is_finished()) break;
        pending.erase(0, step->used);
      }
    }
    EXPECT_TRUE(decoder.is_finished());
    EXPECT_EQ(body, "Wikipedia");
  }
  for (const auto* bad :
       {"x\r\n", "\r\n", "1\nX", "-1\r\n", "0x1\r\n", "1\r\nXY\r\n", "ffffffffffffffffff\r\n"}) {
    ChunkDecoder decoder;
    std::string_view input = bad;
    bool is_refused = false;
    while (!input.empty()) {
      const auto step = decoder.step(input);
      is_refused = !step;
      if (!step || step->used == 0) break;
      input.remove_prefix(step->used);
    }
    EXPECT_TRUE(is_refused) << bad;
  }
}

TEST(Headers, KeepOrderAndFindWithoutCase) {
  Headers headers;
  headers.add("A", "1");
  headers.add("b", "2");
  headers.add("a", "3");
  EXPECT_EQ(headers.get("a"), "1");
  EXPECT_EQ(headers.count("A"), 2U);
  headers.set("a", headers.get("b"));
  EXPECT_EQ(headers.get("A"), "2");
  headers.remove("B");
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_FALSE(is_field_value("a\r\nb"));
  EXPECT_FALSE(is_token("a b"));
}

TEST_F(HttpTest, AStreamOfEventsTookUntilItBegan) {
  Request chunked{.target = "/chunked"};
  EXPECT_EQ(fetch(chunked)->content, "one two three");
  Request events{.target = "/events"};
  EXPECT_EQ(fetch(events)->content, "one two three");
  EXPECT_LT(handler.last_took, milliseconds{50});
}

TEST_F(HttpTest, ARequestIsASpanBelowThatOfItsCaller) {
  Request unseen{.target = "/"};
  (void)fetch(unseen);
  EXPECT_FALSE(handler.span) << "nobody keeps it";

  spans::configure(spans::Settings{.ratio = 1});
  Request request{.target = "/a"};
  const TraceContext caller = TraceContext::start();
  request.headers.set("traceparent", caller.to_header());
  (void)fetch(request);
  spans::configure(std::nullopt);
  ASSERT_TRUE(handler.span);
  EXPECT_EQ(handler.span->name, "GET /a");
  EXPECT_EQ(handler.span->kind, spans::Kind::server);
  EXPECT_EQ(handler.span->context.trace_id, caller.trace_id);
  EXPECT_EQ(handler.span->context.parent_id, caller.span_id);
  EXPECT_NE(handler.span->context.span_id, caller.span_id);
  EXPECT_FALSE(handler.span->has_failed);
}

}  // namespace
}  // namespace gatehouse::http
