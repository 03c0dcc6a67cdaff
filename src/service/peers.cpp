#include "service/peers.hpp"

#include "identity/principal.hpp"

namespace gatehouse::service {

Peers::Peers(discovery::Client& discovery, http::Client& http, std::shared_ptr<net::ClientTls> tls)
    : discovery_(discovery), http_(http), tls_(std::move(tls)) {}

Awaitable<Result<http::Reply>> Peers::call(std::string service, http::Request& request, Deadline deadline,
                                           const TraceContext& trace) {
  auto instances = discovery_.find(service);
  if (instances->empty()) {
    const auto answered =
        co_await discovery_.lookup(service, deadline.capped(std::chrono::milliseconds{1'000}));
    if (answered) instances = *answered;
  }
  if (instances->empty()) {
    Error error(ErrorKind::unavailable, "no_instance", service, Origin::upstream);
    error.safe_to_retry = true;
    co_return std::unexpected(std::move(error));
  }
  const auto& instance = (*instances)[next_[service]++ % instances->size()];
  http::Target target{.host = instance.address, .port = instance.port, .tls = tls_, .server_name = service};
  if (const auto role = instance.meta.find("role"); role != instance.meta.end()) {
    target.peer_uri = identity::uri_of_role(role->second);
  }
  request.headers.set("traceparent", trace.child().to_header());
  const auto left = deadline.remaining();
  if (left != std::chrono::milliseconds::max()) {
    request.headers.set("X-Request-Timeout-Ms", std::to_string(left.count()));
  }
  co_return co_await http_.fetch(target, request, deadline);
}

}  // namespace gatehouse::service
