// Implements the way to the upstream.
#include "gateway/upstream/upstreams.hpp"

#include <set>

#include "core/text.hpp"
#include "identity/principal.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::gateway {
namespace {

// What the service allows for one try, within what is left of the request's own time. Connecting is timed
// apart.
Deadline deadline_of_try(const Exchange& exchange, const Service& service, core::SteadyTime now) {
  const auto patience = service.connect_timeout + service.write_timeout + service.read_timeout;
  return Deadline::at(std::min(exchange.http.deadline.time(), now + patience));
}

// A peer of the platform stops working on what nobody waits for any more.
void send_remaining_time(Exchange& exchange, Deadline deadline, core::SteadyTime now) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline.time() - now);
  exchange.http.request.headers.set("X-Request-Timeout-Ms", std::to_string(left.count()));
}

}  // namespace

bool may_be_discovered(std::string_view host) {
  return host.find('.') == std::string_view::npos && host.find(':') == std::string_view::npos &&
         !core::iequals(host, "localhost");
}

Upstreams::Upstreams(http::Client& client, discovery::Client& discovery, const TargetHealth& health,
                     UpstreamTls tls, UpstreamSettings settings)
    : client_(client), discovery_(discovery), health_(health), tls_(std::move(tls)), settings_(settings) {}

Awaitable<Result<void>> Upstreams::forward(Exchange& exchange, PeerTrust trust) {
  const Service* service = exchange.route->service;
  if (service == nullptr) co_return fail(ErrorKind::unavailable, "no_service");
  const auto host = host_of(*service, exchange.snapshot());
  if (host->may_be_discovered && !host->has_asked) {
    const auto patience = exchange.http.deadline.capped(settings_.discovery_wait);
    (void)co_await discovery_.lookup(service->host, patience);
    host->has_asked = true;
    host->may_start_until = std::chrono::steady_clock::now() + settings_.may_be_starting;
  }
  make_upstream_request(exchange, trust);
  auto now = std::chrono::steady_clock::now();
  exchange.sent_upstream = now;
  for (int tries = 1;; ++tries) {
    refresh(*host, *service);
    const auto endpoint = host->endpoints.next(now);
    if (!endpoint) co_return fail(ErrorKind::unavailable, "no_instance");
    exchange.endpoint = endpoint;
    exchange.tries = tries;
    const auto deadline = deadline_of_try(exchange, *service, now);
    if (endpoint->target.tls != nullptr && endpoint->target.tls == tls_.platform)
      send_remaining_time(exchange, deadline, now);
    auto answer =
        co_await client_.send(endpoint->target, exchange.http.request, exchange.http.response, deadline);
    now = std::chrono::steady_clock::now();
    if (answer) {
      endpoint->answered();
      exchange.answered_upstream = now;
      exchange.is_proxied = true;
      make_client_response(exchange, exchange.http.response);
      co_return Result<void>{};
    }
    const Error& error = answer.error();
    if (error.safe_to_retry) host->endpoints.failed(*endpoint, now);
    if (error.reason == "name_not_found" && host->instances == nullptr) {
      const bool has_come = co_await has_started(host, service->host, exchange.http.deadline);
      if (has_come) continue;
    }
    const bool may_try_again = error.safe_to_retry && error.reason != "name_not_found" &&
                               tries <= service->retries && now < exchange.http.deadline.time();
    if (!may_try_again) co_return fail(answer);
  }
}

Awaitable<bool> Upstreams::has_started(std::shared_ptr<Host> host, std::string name,
                                       Deadline deadline) const {
  const auto patience = deadline.capped(settings_.discovery_wait);
  while (host->may_be_discovered && std::chrono::steady_clock::now() < host->may_start_until &&
         !patience.is_over()) {
    if (discovery_.knows(name)) co_return true;
    const auto slept = co_await runtime::sleep_for(std::chrono::milliseconds{10});
    if (!slept) break;
  }
  co_return false;
}

void Upstreams::learn(const Snapshot& snapshot) {
  std::set<std::string_view> named;
  for (const auto& service : snapshot.services()) {
    named.insert(service.pool_key);
    if (may_be_discovered(service.host)) (void)discovery_.find(service.host);
    const auto known = hosts_.find(service.pool_key);
    if (known != hosts_.end()) begin(*known->second, service, snapshot);
  }
  std::erase_if(hosts_, [&](const auto& host) { return !named.contains(host.first); });
}

std::shared_ptr<Upstreams::Host> Upstreams::host_of(const Service& service, const Snapshot& snapshot) {
  const auto known = hosts_.find(service.pool_key);
  if (known != hosts_.end()) return known->second;
  auto host = std::make_shared<Host>(settings_.endpoints);
  begin(*host, service, snapshot);
  return hosts_.emplace(service.pool_key, std::move(host)).first->second;
}

void Upstreams::begin(Host& host, const Service& service, const Snapshot& snapshot) const {
  host.may_be_discovered = snapshot.upstream(service.host) == nullptr && may_be_discovered(service.host);
  host.instances = nullptr;
  host.endpoints.replace(plain_endpoints(service, snapshot));
}

// Discovery's list, if it has one, replaces the address that the service itself names.
void Upstreams::refresh(Host& host, const Service& service) {
  if (!host.may_be_discovered || !discovery_.knows(service.host)) return;
  auto instances = discovery_.find(service.host);
  if (instances == host.instances) return;
  host.endpoints.replace(discovered_endpoints(service, *instances));
  host.instances = std::move(instances);
}

std::vector<Endpoint> Upstreams::plain_endpoints(const Service& service, const Snapshot& snapshot) const {
  http::Target target{.host = service.host,
                      .port = service.port,
                      .tls = service.is_tls ? tls_.world : nullptr,
                      .server_name = service.host,
                      .peer_uri = {},
                      .verify_peer = service.verify != Verify::no,
                      .connect_timeout = service.connect_timeout};
  std::vector<Endpoint> endpoints;
  const auto* weighted = snapshot.upstream(service.host);
  if (weighted == nullptr) {
    endpoints.emplace_back(std::move(target));
    return endpoints;
  }
  for (const auto& [id, host, port, weight] : *weighted) {
    if (health_.is_unhealthy(id)) continue;
    target.host = host;
    target.port = port;
    endpoints.emplace_back(target, weight);
  }
  return endpoints;
}

std::vector<Endpoint> Upstreams::discovered_endpoints(
    const Service& service, const std::vector<discovery::Instance>& instances) const {
  std::vector<Endpoint> endpoints;
  for (const auto& instance : instances) {
    const auto role = instance.meta.find("role");
    const bool names_role = service.is_tls && role != instance.meta.end();
    endpoints.emplace_back(http::Target{.host = instance.address,
                                        .port = instance.port,
                                        .tls = service.is_tls ? tls_.platform : nullptr,
                                        .server_name = service.host,
                                        .peer_uri = names_role ? identity::uri_of_role(role->second) : "",
                                        .verify_peer = true,
                                        .connect_timeout = service.connect_timeout});
  }
  return endpoints;
}

}  // namespace gatehouse::gateway
