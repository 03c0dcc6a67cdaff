// For tests: an HTTP server that answers as the test says, for what a real server cannot be made to do on
// demand.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "http/server.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::storage::dynamodb {

struct Asked {
  std::string method;
  std::string target;
  http::Headers headers;
  std::string content;
  // "GetItem"
  [[nodiscard]] std::string operation() const {
    const std::string name(headers.get("X-Amz-Target"));
    return name.substr(name.find('.') + 1);
  }
};

[[nodiscard]] inline http::Response json_answer(unsigned status, std::string content) {
  return http::text_response(status, "application/x-amz-json-1.0", std::move(content));
}
[[nodiscard]] inline http::Response error_answer(unsigned status, const std::string& type,
                                                 const std::string& message = "as the test says") {
  const json::object body{{"__type", "com.amazonaws.dynamodb.v20120810#" + type}, {"message", message}};
  return json_answer(status, json::serialize(body));
}
[[nodiscard]] inline http::Response no_answer() {
  http::Response response;
  response.drop_connection = true;
  return response;
}

class FakeServer final : public http::Handler {
 public:
  using Answer = std::function<http::Response(const Asked&)>;

  FakeServer(boost::asio::io_context& io, Answer answer)
      : io_(io), answer_(std::move(answer)), server_(io.get_executor(), *this, {}) {
    port_ = server_.listen({}).value();
  }
  ~FakeServer() override {
    (void)runtime::run_to_end(io_, server_.stop(Deadline::after(std::chrono::seconds{5})));
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::vector<Asked>& asked() const { return asked_; }

  Awaitable<> serve(http::Exchange& exchange) override {
    Asked asked{exchange.request.method, exchange.request.target, exchange.request.headers, {}};
    if (exchange.request.body != nullptr) {
      auto content = co_await http::read_all(*exchange.request.body, 1 << 24);
      if (content) asked.content = std::move(*content);
    }
    asked_.push_back(asked);
    exchange.response = answer_(asked);
  }
  void finish(const http::Exchange& /*exchange*/, std::chrono::nanoseconds /*took*/) noexcept override {}

 private:
  boost::asio::io_context& io_;
  Answer answer_;
  http::Server server_;
  std::uint16_t port_ = 0;
  std::vector<Asked> asked_;
};

// Gives these answers one after the other, the last one for ever.
[[nodiscard]] inline FakeServer::Answer one_after_the_other(
    std::vector<std::function<http::Response()>> answers) {
  return [answers = std::move(answers), next = std::size_t{0}](const Asked& /*asked*/) mutable {
    const std::size_t now = std::min(next++, answers.size() - 1);
    return answers[now]();
  };
}

}  // namespace gatehouse::storage::dynamodb
