// For tests: stands between a client and a server, and loses requests or answers when told to.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "http/client.hpp"
#include "http/server.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::storage::dynamodb {

class LossyProxy final : public http::Handler {
 public:
  enum class Loses { nothing, request, answer };

  // `to` is where the server is.
  LossyProxy(boost::asio::io_context& io, http::Target to)
      : io_(io), to_(std::move(to)), http_(io.get_executor(), {}), server_(io.get_executor(), *this, {}) {
    port_ = server_.listen({}).value();
  }
  ~LossyProxy() override {
    (void)runtime::run_to_end(io_, server_.stop(Deadline::after(std::chrono::seconds{5})));
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int lost() const { return lost_; }

  // Of the next `times` requests of the operation. `after` runs when an answer is lost: what happened
  // meanwhile.
  void lose(Loses what, std::string operation, int times, std::function<void()> after = [] {}) {
    loses_ = what;
    operation_ = std::move(operation);
    times_ = times;
    after_ = std::move(after);
  }

  Awaitable<> serve(http::Exchange& exchange) override {
    const bool is_meant = exchange.request.headers.get("X-Amz-Target").ends_with("." + operation_);
    const Loses loses = is_meant && times_ > 0 ? loses_ : Loses::nothing;
    if (loses != Loses::nothing) {
      --times_;
      ++lost_;
    }
    exchange.response.drop_connection = true;
    if (loses == Loses::request) co_return;
    auto reply = co_await pass_on(exchange.request);
    if (loses == Loses::answer) after_();
    if (!reply || loses == Loses::answer) co_return;
    exchange.response = http::text_response(reply->status, "application/x-amz-json-1.0", reply->content);
  }
  void finish(const http::Exchange& /*exchange*/, std::chrono::nanoseconds /*took*/) noexcept override {}

 private:
  Awaitable<Result<http::Reply>> pass_on(const http::Request& received) {
    http::Request request;
    request.method = received.method;
    request.target = received.target;
    request.headers = received.headers;
    request.headers.remove("Content-Length");
    request.headers.remove("Connection");
    if (received.body != nullptr) {
      auto content = co_await http::read_all(*received.body, 1 << 24);
      if (!content) co_return fail(content);
      request.content = std::move(*content);
    }
    co_return co_await http_.fetch(to_, request, Deadline::after(std::chrono::seconds{5}));
  }

  boost::asio::io_context& io_;
  http::Target to_;
  http::Client http_;
  http::Server server_;
  std::uint16_t port_ = 0;
  Loses loses_ = Loses::nothing;
  std::string operation_;
  int times_ = 0;
  int lost_ = 0;
  std::function<void()> after_;
};

}  // namespace gatehouse::storage::dynamodb
