// The last room before the network: which address serves a request, how often it is tried, and the answer
// made ours. One per worker.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "discovery/client.hpp"
#include "gateway/exchange.hpp"
#include "gateway/target_health.hpp"
#include "gateway/upstream/endpoints.hpp"
#include "gateway/upstream/forwarded_headers.hpp"
#include "http/client.hpp"

namespace gatehouse::gateway {

struct UpstreamSettings {
  // A host that discovery has not yet been asked about waits this long for the registry's first answer.
  std::chrono::milliseconds discovery_wait{1'000};
  // So long after that its instances may still be starting: a request waits for one, up to discovery_wait.
  std::chrono::milliseconds may_be_starting{5'000};
  EndpointLimits endpoints{};
};

// How we speak TLS to whom.
struct UpstreamTls {
  std::shared_ptr<net::ClientTls> platform;  // our certificate; the platform's CA: for what discovery names
  std::shared_ptr<net::ClientTls> world;     // no certificate; the system's CAs: for everything else
};

class Upstreams {
 public:
  Upstreams(http::Client& client, discovery::Client& discovery, const TargetHealth& health, UpstreamTls tls,
            UpstreamSettings settings);

  // Asks the upstream of exchange.route; its answer becomes the exchange's. A failed connect is tried again,
  // at the next address, as often as the service allows; nothing is sent twice.
  [[nodiscard]] Awaitable<Result<void>> forward(Exchange& exchange, PeerTrust trust);

  // Starts to watch the hosts of a new configuration and forgets those that it does not name.
  void learn(const Snapshot& snapshot);

 private:
  // A service's host as this worker knows it.
  struct Host {
    explicit Host(EndpointLimits limits) : endpoints(limits) {}
    Endpoints endpoints;
    bool may_be_discovered = false;
    bool has_asked = false;  // discovery has answered once, or did not in time
    core::SteadyTime may_start_until{};
    discovery::Instances instances;  // what `endpoints` was made from; null: not from discovery
  };

  [[nodiscard]] std::shared_ptr<Host> host_of(const Service& service, const Snapshot& snapshot);
  void begin(Host& host, const Service& service, const Snapshot& snapshot) const;
  void refresh(Host& host, const Service& service);
  // Waits for the first instance of a host that is no name in DNS either. False: there is none.
  [[nodiscard]] Awaitable<bool> has_started(std::shared_ptr<Host> host, std::string name,
                                            Deadline deadline) const;
  [[nodiscard]] std::vector<Endpoint> plain_endpoints(const Service& service, const Snapshot& snapshot) const;
  [[nodiscard]] std::vector<Endpoint> discovered_endpoints(
      const Service& service, const std::vector<discovery::Instance>& instances) const;

  http::Client& client_;
  discovery::Client& discovery_;
  const TargetHealth& health_;
  UpstreamTls tls_;
  UpstreamSettings settings_;
  std::map<std::string, std::shared_ptr<Host>, std::less<>> hosts_;  // by Service::pool_key
};

// Whether a host could be a name in discovery: no address, no dots, not localhost.
[[nodiscard]] bool may_be_discovered(std::string_view host);

}  // namespace gatehouse::gateway
