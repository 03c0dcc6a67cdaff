// Implements the choice among the addresses of a service.
#include "gateway/upstream/endpoints.hpp"

#include <algorithm>

namespace gatehouse::gateway {

Endpoint::Endpoint(http::Target target_, unsigned weight_) : target(std::move(target_)), weight(weight_) {
  const bool is_ipv6 = target.host.find(':') != std::string::npos;
  label = (is_ipv6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

void Endpoint::failed(core::SteadyTime now, const EndpointLimits& limits) {
  const auto doubled = limits.first_pause * (1 << std::min(failures, 10));
  paused_until = now + std::min(doubled, limits.longest_pause);
  ++failures;
}

void Endpoints::replace(std::vector<Endpoint> endpoints) {
  std::vector<std::shared_ptr<Endpoint>> fresh;
  for (auto& endpoint : endpoints) {
    const auto known = std::ranges::find_if(endpoints_, [&](const auto& old) {
      return old->label == endpoint.label && old->target.tls == endpoint.target.tls &&
             old->target.peer_uri == endpoint.target.peer_uri && old->weight == endpoint.weight;
    });
    fresh.push_back(known != endpoints_.end() ? *known : std::make_shared<Endpoint>(std::move(endpoint)));
  }
  endpoints_ = std::move(fresh);
}

std::shared_ptr<Endpoint> Endpoints::next(core::SteadyTime now) {
  if (endpoints_.size() == 1) return endpoints_.front();
  const std::shared_ptr<Endpoint>* chosen = nullptr;
  std::int64_t total = 0;
  for (const auto& endpoint : endpoints_) {
    if (endpoint->paused_until > now) continue;
    endpoint->turn += endpoint->weight;
    total += endpoint->weight;
    if (chosen == nullptr || endpoint->turn > (*chosen)->turn) chosen = &endpoint;
  }
  if (chosen != nullptr) {
    (*chosen)->turn -= total;
    return *chosen;
  }
  const auto soonest =
      std::ranges::min_element(endpoints_, {}, [](const auto& endpoint) { return endpoint->paused_until; });
  return soonest == endpoints_.end() ? nullptr : *soonest;
}

}  // namespace gatehouse::gateway
