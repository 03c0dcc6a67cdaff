#include "service/testing.hpp"

#include <cctype>
#include <filesystem>
#include <fstream>

#include "core/text.hpp"
#include "crypto/x509.hpp"
#include "identity/principal.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::service::testing {

namespace {

// A peer as the TLS layer would describe it, with a certificate that names the role.
net::Peer peer_with_role(const std::string& role) {
  net::Peer peer;
  peer.address = "127.0.0.1";
  if (role.empty()) return peer;
  static const auto root =
      crypto::issue_root("Test root", std::chrono::hours{24}, core::SystemClock().now()).value();
  static std::map<std::string, std::shared_ptr<const crypto::Certificate>> issued;
  auto& certificate = issued[role];
  if (!certificate) {
    crypto::LeafRequest request;
    request.common_name = role;
    request.uri_names = {identity::uri_of_role(role)};
    request.lifetime = std::chrono::hours{1};
    const auto leaf = crypto::issue_leaf(root, request, core::SystemClock().now()).value();
    certificate = std::make_shared<const crypto::Certificate>(
        crypto::Certificate::from_pem(leaf.certificate_pem).value());
  }
  peer.is_tls = true;
  peer.certificate = certificate;
  peer.is_certificate_trusted = true;
  return peer;
}

}  // namespace

TestReply send(boost::asio::io_context& io, http::Handler& handler, TestRequest request) {
  const net::Peer peer = peer_with_role(request.caller);
  http::Exchange exchange(peer, std::chrono::steady_clock::now(), Deadline::after(std::chrono::seconds{10}));
  exchange.trace = TraceContext::start();
  exchange.request.method = request.method;
  exchange.request.target = request.target;
  exchange.request.headers.add("Host", "test");
  if (!request.bearer.empty()) exchange.request.headers.add("Authorization", "Bearer " + request.bearer);
  if (!request.content.empty()) exchange.request.headers.add("Content-Type", request.content_type);
  for (const auto& [name, value] : request.headers) exchange.request.headers.add(name, value);
  exchange.request.content = std::move(request.content);
  runtime::run_to_end(io, handler.serve(exchange));

  TestReply reply{exchange.response.status, exchange.response.headers, exchange.response.content,
                  exchange.response.drop_connection};
  if (exchange.response.stream) {
    reply.content = runtime::run_to_end(io, http::read_all(*exchange.response.stream, 64U << 20U)).value();
  }
  handler.finish(exchange, std::chrono::microseconds{1});
  return reply;
}

std::map<std::string, std::set<unsigned>> documented_statuses(std::string_view name) {
  const auto tree = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(tree / "openapi" / (std::string(name) + ".yaml"));
  std::map<std::string, std::set<unsigned>> routes;
  std::string path;
  std::string route;
  for (std::string line; std::getline(file, line) && line != "components:";) {
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    const std::string_view key = std::string_view(line).substr(indent);
    if (indent == 2 && key.starts_with('/')) path = key.substr(0, key.size() - 1);
    if (indent == 4 && key != "parameters:") {
      route.clear();
      for (const char c : key.substr(0, key.size() - 1)) route += static_cast<char>(std::toupper(c));
      route += " " + path;
    }
    if (indent == 8 && key.starts_with('"')) {
      routes[route].insert(core::parse_int<unsigned>(key.substr(1, 3)).value_or(0));
    }
  }
  return routes;
}

VerifyBearer fake_bearer() {
  return [](std::string token) -> Awaitable<Result<identity::Principal>> {
    const auto halves = core::cut(token, ':');
    if (!halves) co_return refuse(ErrorKind::unauthenticated, "bad_token");
    identity::Principal principal;
    principal.kind = identity::Principal::Kind::person;
    principal.subject = halves->first;
    principal.username = halves->first;
    for (const auto role : core::split(halves->second, ',')) {
      if (!role.empty()) principal.roles.emplace(role);
    }
    co_return principal;
  };
}

}  // namespace gatehouse::service::testing
