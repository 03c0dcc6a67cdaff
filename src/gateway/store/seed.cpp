#include "gateway/store/seed.hpp"

#include <fmt/format.h>

namespace gatehouse::gateway::store {
namespace {

struct PlatformRoute {
  std::string_view name;
  std::string_view path;
};

struct PlatformService {
  std::string_view name;
  std::string_view host;  // as discovery knows it
  std::uint16_t port;
  std::vector<PlatformRoute> routes;
};

const std::vector<PlatformService> kServices{
    {"gatehouse-auth-server", "auth-server", 8180, {{"gatehouse-realms", "/realms"}}},
    {"gatehouse-auth", "auth-service", 5001, {{"gatehouse-users", "/users"}, {"gatehouse-roles", "/roles"}}},
    {"gatehouse-orders",
     "orders-service",
     5003,
     {{"gatehouse-products", "/products"}, {"gatehouse-orders", "/orders"}}},
    {"gatehouse-payments", "payment-service", 5002, {{"gatehouse-payments", "/payments"}}},
};

// Where a token is asked for. The product list and the login are public.
constexpr std::array<std::string_view, 4> kProtectedRoutes{"gatehouse-users", "gatehouse-roles",
                                                           "gatehouse-orders", "gatehouse-payments"};

// Puts entities with ids that count up.
class Sower {
 public:
  Sower(Draft& draft, core::SystemTime now, int first_id) : draft_(draft), now_(now), next_id_(first_id) {}

  std::string sow(std::string_view type_name, json::object entity) {
    const EntityType& type = draft_.types().at(type_name);
    const std::string id = fmt::format("00000000-0000-4000-8000-{:012d}", next_id_++);
    entity["id"] = json::string(id);
    entity["tags"] = json::array{"gatehouse"};
    json::object violations;
    if (const schema::Schema* schema = draft_.types().schema_of(type, entity, violations)) {
      schema::fill_automatic(*schema, entity, now_);
      schema::fill_defaults(*schema, entity);
      violations = schema::validate(*schema, entity);
    }
    if (!violations.empty()) {
      keep_first(schema_violation(std::move(violations)));
    } else if (auto stored = draft_.put(type, std::move(entity)); !stored) {
      keep_first(std::move(stored.error()));
    }
    return id;
  }

  [[nodiscard]] std::optional<std::string> find_by_name(std::string_view type_name,
                                                        std::string_view name) const {
    const Entity found = draft_.entities().of(type_name).find_unique("name", name);
    if (found == nullptr) return std::nullopt;
    return std::string(found->at("id").as_string());
  }
  [[nodiscard]] const std::optional<Refusal>& refused() const { return refused_; }

 private:
  void keep_first(Refusal refusal) {
    if (!refused_) refused_ = std::move(refusal);
  }

  Draft& draft_;
  core::SystemTime now_;
  int next_id_;
  std::optional<Refusal> refused_;
};

json::object to(std::string_view id) {
  return {{"id", id}};
}

// Slows down who guesses passwords; the auth service locks accounts besides.
void sow_limit(Sower& sower, std::string_view route_id) {
  const json::object limits{{"second", 50}, {"minute", 1200}, {"limit_by", "ip"}, {"policy", "local"}};
  sower.sow("plugins", {{"name", "rate-limiting"}, {"route", to(route_id)}, {"config", limits}});
}

void sow_routes(Sower& sower, const PlatformService& service, std::string_view service_id) {
  for (const auto& [name, path] : service.routes) {
    const std::string id = sower.sow(
        "routes",
        {{"name", name}, {"paths", json::array{path}}, {"strip_path", false}, {"service", to(service_id)}});
    if (std::ranges::find(kProtectedRoutes, name) != kProtectedRoutes.end()) {
      sower.sow("plugins", {{"name", "jwt"}, {"route", to(id)}});
    }
    if (name == "gatehouse-realms") sow_limit(sower, id);
  }
}

void sow_service(Sower& sower, const PlatformService& service) {
  const std::string id = sower.sow(
      "services",
      {{"name", service.name}, {"protocol", "https"}, {"host", service.host}, {"port", service.port}});
  sow_routes(sower, service, id);
  const json::object correlation{
      {"header_name", "Kong-Request-ID"}, {"generator", "uuid"}, {"echo_downstream", true}};
  sower.sow("plugins", {{"name", "correlation-id"}, {"service", to(id)}, {"config", correlation}});
  const json::object size{{"allowed_payload_size", 1}, {"size_unit", "megabytes"}};
  sower.sow("plugins", {{"name", "request-size-limiting"}, {"service", to(id)}, {"config", size}});
}

// The storefront: files that the gateway has itself, no service behind them.
void sow_shop(Sower& sower) {
  const std::string id = sower.sow(
      "routes", {{"name", "gatehouse-shop"}, {"paths", json::array{"/shop"}}, {"strip_path", false}});
  const json::object storefront{{"site", "storefront"}};
  sower.sow("plugins", {{"name", "static-files"}, {"route", to(id)}, {"config", storefront}});
}

// The auth server's Admin REST API, where its service is still there. No plugin asks for a token: the
// endpoint itself does, in Keycloak's words.
void sow_admin(Sower& sower) {
  const auto service = sower.find_by_name("services", "gatehouse-auth-server");
  if (!service) return;
  const std::string id = sower.sow("routes", {{"name", "gatehouse-admin"},
                                              {"paths", json::array{"/admin/realms"}},
                                              {"strip_path", false},
                                              {"service", to(*service)}});
  sow_limit(sower, id);
}

// Once, so that what a user has removed stays away; `first_id` keeps the ids of several sowings apart.
template <class Sow>
Outcome<void> sow_once(Store& store, std::string_view what, core::SystemTime now, int first_id, Sow sow) {
  auto seeded = store.change_once(what, [&](Draft& draft) -> Outcome<Entity> {
    Sower sower(draft, now, first_id);
    sow(sower);
    if (sower.refused()) return std::unexpected(*sower.refused());
    return nullptr;
  });
  if (!seeded) return std::unexpected(std::move(seeded.error()));
  return {};
}

}  // namespace

Outcome<void> seed_platform(Store& store, core::SystemTime now) {
  const auto services = [](Sower& sower) {
    for (const PlatformService& service : kServices) sow_service(sower, service);
  };
  if (auto seeded = sow_once(store, "platform", now, 1, services); !seeded) return seeded;
  if (auto seeded = sow_once(store, "shop", now, 101, sow_shop); !seeded) return seeded;
  return sow_once(store, "admin", now, 201, sow_admin);
}

}  // namespace gatehouse::gateway::store
