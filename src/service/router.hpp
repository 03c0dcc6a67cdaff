// From a request to the handler of its route, through the three doors: caller's certificate, bearer token,
// permission. What a handler answers as an Error becomes a problem document here and nowhere else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"
#include "http/exchange.hpp"
#include "http/problem.hpp"
#include "identity/access.hpp"
#include "service/policy.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

// What a handler gets. References live as long as the handler's coroutine.
struct Call {
  http::Exchange& exchange;
  identity::Access access;                                 // who asks, and how far the permission reaches
  std::string caller;                                      // role of the peer's certificate
  std::map<std::string, std::string, std::less<>> params;  // of the path template, decoded

  [[nodiscard]] const std::string& param(std::string_view name) const { return params.find(name)->second; }
  // Query parameter, decoded; `invalid` if it is given twice or malformed.
  [[nodiscard]] Result<std::optional<std::string>> query(std::string_view name) const;
  [[nodiscard]] std::string_view header(std::string_view name) const {
    return exchange.request.headers.get(name);
  }
  // The whole body. `too_large` beyond the limit.
  [[nodiscard]] Awaitable<Result<std::string>> body(std::size_t bytes_max = 64 * 1024);
  // The body as one JSON object; `unsupported`/"json_expected" for another content type.
  [[nodiscard]] Awaitable<Result<json::object>> json_body(std::size_t bytes_max = 64 * 1024);
};

using RouteHandler = std::function<Awaitable<Result<http::Response>>(Call&)>;
// Token text → principal; `unauthenticated` otherwise.
using VerifyBearer = std::function<Awaitable<Result<identity::Principal>>(std::string token)>;

class Router final : public http::Handler {
 public:
  Router(Policy policy, VerifyBearer verify_bearer, telemetry::Metrics& metrics);
  ~Router() override;

  // Throws std::logic_error if the policy has no entry for it.
  void route(std::string_view method, std::string_view path, RouteHandler handler);
  // Throws std::logic_error if a policy entry has no route. Called before the role listens.
  void seal();

  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override;
  void finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept override;

  [[nodiscard]] const Policy& policy() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::service
