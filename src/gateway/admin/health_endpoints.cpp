#include "gateway/admin/health_endpoints.hpp"

#include <fmt/format.h>

#include "gateway/admin/entity_endpoints.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::Entity;

double number_at(const json::object& entity, std::string_view path) {
  const json::value* value = schema::at_path(entity, path);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

// Probes are on when they have an interval, passive checks when a counter can trip.
bool is_health_checked(const json::object& upstream) {
  constexpr std::array<std::string_view, 6> kSwitches{
      "healthchecks.active.healthy.interval",         "healthchecks.active.unhealthy.interval",
      "healthchecks.passive.unhealthy.tcp_failures",  "healthchecks.passive.unhealthy.timeouts",
      "healthchecks.passive.unhealthy.http_failures", "healthchecks.passive.healthy.successes"};
  return std::ranges::any_of(kSwitches, [&](auto path) { return number_at(upstream, path) > 0; });
}

std::string_view shown_health(TargetHealth health, const json::object& upstream) {
  if (health == TargetHealth::unresolved) return "DNS_ERROR";
  if (!is_health_checked(upstream)) return "HEALTHCHECKS_OFF";
  return health == TargetHealth::healthy ? "HEALTHY" : "UNHEALTHY";
}

Entity find_upstream(const store::Store& store, const store::Entities& entities, std::string_view key) {
  return find_entity(entities, store.types(), store.types().at("upstreams"), key);
}

Outcome<Answer> list(const store::Store& store, const ProxyView& proxy, const std::string& node_id,
                     const std::string& upstream_key) {
  const auto entities = store.entities();
  const Entity upstream = find_upstream(store, *entities, upstream_key);
  if (upstream == nullptr) return std::unexpected(store::not_found());
  json::array data;
  for (const Entity& target : entities->of("targets").referring("upstream", store::id_of(*upstream))) {
    json::object shown = *target;
    const std::string_view health = shown_health(proxy.health_of(store::id_of(*target)), *upstream);
    shown["health"] = health;
    shown["data"] = {{"addresses", json::array{}}, {"dns", "none"}};
    data.push_back(std::move(shown));
  }
  return ok({{"data", std::move(data)}, {"next", nullptr}, {"node_id", node_id}});
}

Outcome<Answer> set(const store::Store& store, ProxyView& proxy, const Captures& captures,
                    TargetHealth health) {
  const auto entities = store.entities();
  const Entity upstream = find_upstream(store, *entities, captures[0]);
  if (upstream == nullptr) return std::unexpected(store::not_found());
  const Entity target =
      find_child(*entities, store.types().at("targets"), "upstream", store::id_of(*upstream), captures[1]);
  if (target == nullptr) return std::unexpected(store::not_found());
  proxy.set_health(store::id_of(*target), health);
  return no_content();
}

}  // namespace

std::vector<Endpoint> health_endpoints(const store::Store& store, ProxyView& proxy, std::string node_id) {
  const Serve read = [&store, &proxy, node_id = std::move(node_id)](const Call&, const Captures& captures) {
    return list(store, proxy, node_id, captures.front());
  };
  std::vector<Endpoint> endpoints{{.pattern = "/upstreams/{upstreams}/health", .methods = {{"GET", read}}}};
  for (const auto& [word, health] :
       {std::pair{"healthy", TargetHealth::healthy}, std::pair{"unhealthy", TargetHealth::unhealthy}}) {
    const Serve write = [&store, &proxy, health](const Call&, const Captures& captures) {
      return set(store, proxy, captures, health);
    };
    for (const char* address : {"", "/{address}"}) {
      endpoints.push_back(
          {.pattern = fmt::format("/upstreams/{{upstreams}}/targets/{{targets}}{}/{}", address, word),
           .methods = {{"POST", write}, {"PUT", write}}});  // go-kong posts, Kong documents PUT
    }
  }
  return endpoints;
}

}  // namespace gatehouse::gateway::admin
