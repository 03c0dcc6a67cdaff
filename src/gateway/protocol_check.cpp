// Implements the protocol rules of Kong's routes.
#include "gateway/protocol_check.hpp"

#include "core/text.hpp"
#include "gateway/error_page.hpp"

namespace gatehouse::gateway {
namespace {

Result<Verdict> answer(http::Response response) {
  return Verdict{std::make_unique<http::Response>(std::move(response))};
}

Result<Verdict> ask_for_tls(const Exchange& exchange) {
  const Route& route = *exchange.route;
  if (route.https_redirect_status == 426) {
    auto response = error_response(exchange, 426, "Please use HTTPS protocol");
    response.headers.add("Connection", "Upgrade");
    response.headers.add("Upgrade", "TLS/1.2, HTTP/1.1");
    return answer(std::move(response));
  }
  const auto host = split_host_port(exchange.http.request.headers.get("Host")).host;
  http::Response response(route.https_redirect_status);
  response.headers.add("Location", "https://" + std::string(host) + exchange.target);
  return answer(std::move(response));
}

// We take HTTP/1.1 only, so a gRPC route can but say what it wants.
Result<Verdict> refuse_grpc(const Exchange& exchange) {
  const auto type = exchange.http.request.headers.get("Content-Type");
  if (!type.starts_with("application/grpc")) {
    auto response = error_response(exchange, 415, "Non-gRPC request matched gRPC route");
    response.headers.set("Content-Type", "application/grpc");
    return answer(std::move(response));
  }
  auto response = error_response(exchange, 426, "Please use HTTP2 protocol");
  response.headers.add("Connection", "Upgrade");
  response.headers.add("Upgrade", "HTTP/2");
  return answer(std::move(response));
}

}  // namespace

Result<Verdict> check_protocol(const Exchange& exchange) {
  const Route& route = *exchange.route;
  if (!route.allows_clear_text && !exchange.http.peer.is_tls) return ask_for_tls(exchange);
  if (route.protocol == WireProtocol::grpc) return refuse_grpc(exchange);
  return Verdict{};
}

}  // namespace gatehouse::gateway
