#include "http/connection.hpp"

#include <iterator>
#include <optional>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/text.hpp"
#include "http/problem.hpp"
#include "runtime/span.hpp"

namespace gatehouse::http {

std::string_view DateCache::now(core::SteadyTime steady_now) {
  if (steady_now >= good_until_) {
    text_ = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
    good_until_ = steady_now + std::chrono::milliseconds{500};
  }
  return text_;
}

namespace {

// Sends 100 (Continue) when the handler first waits for the body: a refused request costs the client no
// upload.
class RequestBody final : public WireBody {
 public:
  RequestBody(Wire& wire, const HeadFacts& facts, std::uint64_t bytes_max)
      : WireBody(wire, facts.framing, bytes_max),
        stream_(wire.stream),
        is_expected_(facts.expects_continue) {}

 private:
  [[nodiscard]] Awaitable<Result<void>> before_first_fill() override {
    if (!is_expected_) co_return Result<void>{};
    co_return co_await stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  net::Stream& stream_;
  bool is_expected_;
};

constexpr std::size_t kSpareMax = 128;

class CountedRequest {
 public:
  explicit CountedRequest(ServerContext& context) : context_(context) { ++context_.active_requests; }
  CountedRequest(const CountedRequest&) = delete;
  ~CountedRequest() { --context_.active_requests; }

 private:
  ServerContext& context_;
};

bool may_have_body(const Response& response, std::string_view method) {
  return method != "HEAD" && response.status >= 200 && response.status != 204 && response.status != 304;
}

// Of a stream of events (HTML Living Standard, section 9.2) nobody knows the end.
bool is_event_stream(const Response& response) {
  return response.headers.get("Content-Type").starts_with("text/event-stream");
}

}  // namespace

Connection::Connection(ServerContext& context, net::Stream stream)
    : context_(context),
      wire_(std::move(stream), context.limits.head_bytes_max),
      now_(std::chrono::steady_clock::now()) {}

Connection::~Connection() {
  end_idle();
}

void Connection::begin_idle() {
  idle_at_ = context_.idle.size();
  context_.idle.push_back(this);
}

// The last of the list takes the place.
void Connection::end_idle() {
  if (idle_at_ == kBusy) return;
  Connection* const last = context_.idle.back();
  context_.idle[idle_at_] = last;
  last->idle_at_ = idle_at_;
  context_.idle.pop_back();
  idle_at_ = kBusy;
}

Awaitable<> Connection::run() {
  while (keeps_alive_ && !context_.is_draining && served_ < context_.limits.requests_per_connection) {
    const bool goes_on = co_await serve_one();
    if (!goes_on) break;
  }
  wire_.stream.finish();
}

Awaitable<Result<std::string_view>> Connection::next_head() {
  if (wire_.buffered().empty()) {
    if (served_ > 0) wire_.release_buffer();
    wire_.stream.expires_at(now_ + context_.limits.idle_timeout);
    begin_idle();
    const auto got = co_await wire_.fill_from_new_message();
    end_idle();
    if (!got) co_return fail(got);
    if (*got == 0) co_return std::string_view{};
  }
  now_ = std::chrono::steady_clock::now();
  wire_.stream.expires_at(now_ + context_.limits.head_timeout);
  const HeadLimits limits{context_.limits.head_bytes_max, context_.limits.headers_max};
  co_return co_await wire_.read_head(limits);
}

Awaitable<bool> Connection::serve_one() {
  const auto head = co_await next_head();
  if (!head) {
    co_await refuse_head(head.error());
    co_return false;
  }
  if (head->empty()) co_return false;

  const CountedRequest counted(context_);
  Exchange exchange(wire_.stream.peer(), now_, Deadline::at(now_ + context_.limits.request_timeout));
  use_spare(exchange);
  const HeadLimits limits{context_.limits.head_bytes_max, context_.limits.headers_max};
  const auto facts = parse_request_head(*head, limits, exchange.request);
  if (!facts) {
    co_await refuse_head(facts.error());
    co_return false;
  }
  const std::size_t head_size = head->size();
  wire_.consume(head_size);
  RequestBody body(wire_, *facts, context_.limits.body_bytes_max);
  prepare(exchange, *facts, body);
  if (facts->framing.kind == Framing::Kind::length &&
      facts->framing.length > context_.limits.body_bytes_max) {
    exchange.response = problem_response(Error(ErrorKind::too_large, "body_too_large"));
    keeps_alive_ = false;
  } else {
    const runtime::InSpan inside(co_await runtime::this_task, exchange.trace);
    co_await context_.handler.serve(exchange);
  }
  exchange.request_bytes = head_size;
  const bool goes_on = co_await respond(exchange, *facts, body);
  keep_spare(exchange);
  ++served_;
  co_return goes_on;
}

void Connection::use_spare(Exchange& exchange) {
  if (context_.spare.empty()) return;
  exchange.request.headers = std::move(context_.spare.back().request);
  exchange.response.headers = std::move(context_.spare.back().response);
  context_.spare.pop_back();
}

void Connection::keep_spare(Exchange& exchange) {
  if (context_.spare.size() >= kSpareMax) return;
  exchange.response.headers.clear();
  context_.spare.emplace_back(std::move(exchange.request.headers), std::move(exchange.response.headers));
}

void Connection::prepare(Exchange& exchange, const HeadFacts& facts, WireBody& body) {
  if (facts.framing.kind != Framing::Kind::none) exchange.request.body = &body;
  const auto caller = TraceContext::parse(exchange.request.headers.get("traceparent"));
  exchange.trace = caller ? caller->child() : TraceContext::start();
  if (context_.limits.honours_timeout_header) {
    const auto left = core::parse_int<std::uint32_t>(exchange.request.headers.get("X-Request-Timeout-Ms"));
    if (left)
      exchange.deadline =
          Deadline::at(now_ + std::min(std::chrono::milliseconds{*left}, context_.limits.request_timeout));
  }
  keeps_alive_ = facts.keeps_alive;
  // The handler keeps the deadline; the watchdog only catches a connection that nobody tends any more.
  wire_.stream.expires_at(exchange.deadline.time() + context_.limits.write_timeout);
}

Awaitable<bool> Connection::respond(Exchange& exchange, const HeadFacts& facts, WireBody& body) {
  Response& response = exchange.response;
  bool goes_on = false;
  std::optional<core::SteadyTime> answered;  // of what goes on for as long as somebody listens
  if (response.drop_connection) {
    wire_.stream.close();
    exchange.is_aborted = true;
  } else {
    if (response.close_connection || context_.is_draining) keeps_alive_ = false;
    if (is_event_stream(response)) answered = std::chrono::steady_clock::now();
    head_ = context_.spare_heads.take();
    const auto written = co_await write_response(exchange, facts);
    context_.spare_heads.give_back(std::move(head_));
    exchange.is_aborted = !written;
    goes_on = written && keeps_alive_ && !response.tunnel;
  }
  exchange.request_bytes += body.bytes();
  now_ = std::chrono::steady_clock::now();
  context_.handler.finish(exchange, answered.value_or(now_) - exchange.started);
  if (response.tunnel && !exchange.is_aborted) {
    wire_.stream.never_expires();
    std::string early(wire_.buffered());
    co_await response.tunnel(wire_.stream, std::move(early));
    co_return false;
  }
  if (!goes_on || body.is_finished()) co_return goes_on;
  co_return co_await drain(body);
}

void Connection::start_head(const Response& response) {
  const fmt::format_int status(response.status);
  head_.assign("HTTP/1.1 ").append(status.data(), status.size()).append(" ");
  head_.append(reason_phrase(response.status)).append("\r\n");
  response.headers.write_to(head_);
  if (!response.headers.contains("Date"))
    head_.append("Date: ").append(context_.date.now(now_)).append("\r\n");
  if (response.tunnel) return;
  head_ += keeps_alive_ ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
}

namespace {

class ListedEventStream {
 public:
  ListedEventStream(std::vector<Body*>& list, const Response& response) : list_(list) {
    if (!is_event_stream(response)) return;
    body_ = response.stream.get();
    list_.push_back(body_);
  }
  ListedEventStream(const ListedEventStream&) = delete;
  ~ListedEventStream() {
    if (body_ != nullptr) std::erase(list_, body_);
  }

 private:
  std::vector<Body*>& list_;
  Body* body_ = nullptr;
};

}  // namespace

Awaitable<Result<void>> Connection::write_response(Exchange& exchange, const HeadFacts& facts) {
  Response& response = exchange.response;
  const bool sends_body = may_have_body(response, exchange.request.method);
  Framing framing{Framing::Kind::length, response.content.size()};
  if (response.stream) {
    const auto size = response.stream->size();
    if (size) {
      framing.length = *size;
    } else if (facts.is_http10) {
      framing.kind = Framing::Kind::until_close;
      keeps_alive_ = false;
    } else {
      framing.kind = Framing::Kind::chunked;
    }
  }
  start_head(response);
  const bool has_length = response.status >= 200 && response.status != 204;
  // The answer to HEAD may know a length that its own body does not have (RFC 9110 section 8.6).
  if (has_length && framing.kind == Framing::Kind::length && !response.headers.contains("Content-Length")) {
    append_content_length(head_, framing.length);
  }
  if (sends_body && framing.kind == Framing::Kind::chunked) head_ += "Transfer-Encoding: chunked\r\n";
  head_ += "\r\n";

  wire_.stream.expires_at(std::max(now_, exchange.started) + context_.limits.request_timeout +
                          context_.limits.write_timeout);
  exchange.response_bytes = head_.size();
  if (!sends_body || !response.stream) {
    const std::string_view content = sends_body ? std::string_view(response.content) : std::string_view{};
    exchange.response_bytes += content.size();
    co_return co_await write_together(wire_.stream, head_, content);
  }
  WriteBodyOptions options{head_, framing, context_.limits.write_timeout};
  const ListedEventStream listed(context_.event_streams, response);
  const auto written = co_await write_body(wire_.stream, *response.stream, std::move(options));
  if (!written) co_return fail(written);
  exchange.response_bytes += *written;
  co_return Result<void>{};
}

// A head that cannot be understood has no exchange: it is answered here, once, and the connection ends.
Awaitable<> Connection::refuse_head(const Error& error) {
  keeps_alive_ = false;
  unsigned status = 0;
  if (error.kind == ErrorKind::invalid) status = 400;
  if (error.kind == ErrorKind::too_large) status = 431;
  if (error.kind == ErrorKind::timeout && !wire_.buffered().empty()) status = 408;
  if (status == 0 || !wire_.stream.is_open()) co_return;
  Response response = problem_response(error);
  response.status = status;
  start_head(response);
  append_content_length(head_, response.content.size());
  head_ += "\r\n";
  wire_.stream.expires_at(std::chrono::steady_clock::now() + std::chrono::seconds{1});
  (void)co_await wire_.stream.write(head_, response.content);
}

// A small rest of an unread request body is read away to keep the connection; a large one is not worth it.
Awaitable<bool> Connection::drain(WireBody& body) {
  const std::uint64_t start = body.bytes();
  wire_.stream.expires_at(now_ + context_.limits.head_timeout);
  while (!body.is_finished()) {
    const auto piece = co_await body.read();
    if (!piece || body.bytes() - start > context_.limits.drain_bytes_max) co_return false;
  }
  co_return true;
}

}  // namespace gatehouse::http
