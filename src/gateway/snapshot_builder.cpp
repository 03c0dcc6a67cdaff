// Implements the compilation. Entities are complete and valid by Kong's schemas; what a schema cannot see (a
// regular expression that is none, a certificate that cannot be read) is refused here.
#include "gateway/snapshot_builder.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "gateway/json_fields.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {
namespace {

using store::foreign_id;
using store::id_of;
using store::text_at;

Service service_of(const json::object& entity) {
  Service service;
  service.id = id_of(entity);
  service.name = display_name(entity);
  service.is_tls = text_at(entity, "protocol") == "https" || text_at(entity, "protocol") == "grpcs";
  service.host = text_at(entity, "host");
  service.port = static_cast<std::uint16_t>(int_at(entity, "port", service.is_tls ? 443 : 80));
  service.path = text_at(entity, "path");
  service.host_header = service.host;
  if (service.port != (service.is_tls ? 443 : 80)) service.host_header += ":" + std::to_string(service.port);
  service.retries = static_cast<int>(int_at(entity, "retries", service.retries));
  service.connect_timeout = std::chrono::milliseconds(int_at(entity, "connect_timeout", 60'000));
  service.write_timeout = std::chrono::milliseconds(int_at(entity, "write_timeout", 60'000));
  service.read_timeout = std::chrono::milliseconds(int_at(entity, "read_timeout", 60'000));
  if (const auto* verify = entity.if_contains("tls_verify"); verify != nullptr && verify->is_bool()) {
    service.verify = verify->get_bool() ? Verify::yes : Verify::no;
  }
  service.pool_key = fmt::format("{}|{}|{}|{}|{}", service.host, service.port, service.is_tls,
                                 static_cast<int>(service.verify), service.connect_timeout.count());
  return service;
}

Route route_of(const json::object& entity, std::uint32_t index, const Service* service) {
  Route route{.index = index, .service = service};
  route.id = id_of(entity);
  route.name = display_name(entity);
  const auto protocols = texts_at(entity, "protocols");
  const auto has = [&](std::string_view name) {
    return std::ranges::find(protocols, name) != protocols.end();
  };
  route.protocol = has("grpc") || has("grpcs") ? WireProtocol::grpc : WireProtocol::http;
  route.allows_clear_text = has("http") || has("grpc");
  route.https_redirect_status = static_cast<unsigned>(int_at(entity, "https_redirect_status_code", 426));
  route.strip = flag_at(entity, "strip_path", true) ? Strip::yes : Strip::no;
  route.preserves_host = flag_at(entity, "preserve_host", false);
  return route;
}

RouteRule rule_of(const json::object& entity) {
  RouteRule rule;
  rule.id = id_of(entity);
  rule.methods = texts_at(entity, "methods");
  rule.hosts = texts_at(entity, "hosts");
  rule.paths = texts_at(entity, "paths");
  rule.snis = texts_at(entity, "snis");
  rule.regex_priority = int_at(entity, "regex_priority", 0);
  if (const auto* headers = entity.if_contains("headers"); headers != nullptr && headers->is_object()) {
    for (const auto& [name, values] : headers->get_object()) {
      rule.headers.emplace_back(std::string(name), texts_at(headers->get_object(), name));
    }
  }
  const auto tags = texts_at(entity, "tags");
  if (std::ranges::find(tags, "gatehouse") != tags.end()) rule.provenance = Provenance::platform;
  return rule;
}

bool speaks_http(const json::object& entity) {
  const auto protocols = texts_at(entity, "protocols");
  return std::ranges::any_of(protocols, [](std::string_view protocol) {
    return protocol == "http" || protocol == "https" || protocol == "grpc" || protocol == "grpcs";
  });
}

std::optional<crypto::VerifyKey> key_of(crypto::Algorithm algorithm, const json::object& entity,
                                        std::optional<std::string> secret) {
  if (crypto::is_hmac(algorithm)) {
    if (!secret) return std::nullopt;
    auto key = crypto::VerifyKey::from_secret(algorithm, Secret(std::move(*secret)));
    return key ? std::optional(std::move(*key)) : std::nullopt;
  }
  auto key = crypto::VerifyKey::from_public_pem(algorithm, text_at(entity, "rsa_public_key"));
  return key ? std::optional(std::move(*key)) : std::nullopt;
}

JwtCredential credential_of(const json::object& entity, const Consumer* consumer) {
  JwtCredential credential{.id = std::string(id_of(entity)), .key = std::string(text_at(entity, "key"))};
  credential.consumer = consumer;
  const auto algorithm = crypto::algorithm_from_name(text_at(entity, "algorithm"));
  credential.is_algorithm_known = algorithm.has_value();
  if (!algorithm) return credential;
  credential.algorithm = *algorithm;
  const auto secret = text_at(entity, "secret");
  auto decoded = core::from_base64(secret);
  if (!decoded) decoded = core::from_base64url(secret);
  credential.verify_key = key_of(*algorithm, entity, std::string(secret));
  credential.verify_key_from_base64 = key_of(*algorithm, entity, std::move(decoded));
  return credential;
}

PluginScope scope_of(const json::object& entity) {
  return {.plugin_id = std::string(id_of(entity)),
          .route_id = std::string(foreign_id(entity, "route")),
          .service_id = std::string(foreign_id(entity, "service")),
          .consumer_id = std::string(foreign_id(entity, "consumer"))};
}

}  // namespace

int specificity_of(const PluginScope& scope) {
  const bool route = !scope.route_id.empty();
  const bool service = !scope.service_id.empty();
  const bool consumer = !scope.consumer_id.empty();
  if (consumer && route && service) return 7;
  if (consumer && route) return 6;
  if (consumer && service) return 5;
  if (route && service) return 4;
  if (consumer) return 3;
  if (route) return 2;
  return service ? 1 : 0;
}

Result<std::shared_ptr<const Snapshot>> SnapshotBuilder::build() {
  auto rules = read_routes();
  if (!rules) return fail(rules);
  auto table = RouteTable::build(*rules);
  if (!table) return fail(table);
  made_->routes_by_rule_ = std::move(*table);
  read_consumers();
  read_jwt_credentials();
  read_upstreams();
  if (auto read = read_ca_certificates(); !read) return fail(read);
  if (auto read = read_plugins(); !read) return fail(read);
  order_chains();
  return std::shared_ptr<const Snapshot>(std::move(made_));
}

Result<std::vector<RouteRule>> SnapshotBuilder::read_routes() {
  made_ = std::make_shared<Snapshot>();
  read_services();
  std::vector<RouteRule> rules;
  for (const auto& [id, entity] : entities_.of("routes").rows()) {
    if (!speaks_http(*entity)) continue;
    const auto service_id = foreign_id(*entity, "service");
    const auto service = service_index_.find(service_id);
    if (!service_id.empty() && service == service_index_.end()) continue;  // its service is disabled
    const Service* target = service_id.empty() ? nullptr : &made_->services_[service->second];
    route_index_.emplace(id, made_->routes_.size());
    made_->routes_.push_back(route_of(*entity, static_cast<std::uint32_t>(made_->routes_.size()), target));
    rules.push_back(rule_of(*entity));
  }
  return rules;
}

void SnapshotBuilder::read_services() {
  for (const auto& [id, entity] : entities_.of("services").rows()) {
    if (!flag_at(*entity, "enabled", true)) continue;
    service_index_.emplace(id, made_->services_.size());
    made_->services_.push_back(service_of(*entity));
  }
}

void SnapshotBuilder::read_consumers() {
  for (const auto& [id, entity] : entities_.of("consumers").rows()) {
    Consumer consumer{.id = id,
                      .username = std::string(text_at(*entity, "username")),
                      .custom_id = std::string(text_at(*entity, "custom_id"))};
    const Consumer& kept = made_->consumers_.emplace(id, std::move(consumer)).first->second;
    if (!kept.username.empty()) made_->consumers_by_username_.emplace(kept.username, &kept);
    if (!kept.custom_id.empty()) made_->consumers_by_custom_id_.emplace(kept.custom_id, &kept);
  }
}

void SnapshotBuilder::read_jwt_credentials() {
  for (const auto& [id, entity] : entities_.of("jwt_secrets").rows()) {
    auto credential = credential_of(*entity, made_->consumer(foreign_id(*entity, "consumer")));
    if (!credential.verify_key && !credential.verify_key_from_base64) {
      log::warn("jwt-credential-unusable", "tokens of this credential are refused",
                {log::field("event.id", id)});
    }
    made_->jwt_credentials_.emplace(credential.key, std::move(credential));
  }
}

void SnapshotBuilder::read_upstreams() {
  const auto& targets = entities_.of("targets");
  for (const auto& [id, entity] : entities_.of("upstreams").rows()) {
    auto& list = made_->upstreams_[std::string(text_at(*entity, "name"))];
    for (const auto& target : targets.referring("upstream", id)) {
      const auto [host, port] = split_host_port(text_at(*target, "target"));
      const auto weight = static_cast<unsigned>(int_at(*target, "weight", 100));
      if (weight > 0)
        list.push_back({.id = std::string(id_of(*target)),
                        .host = std::string(host),
                        .port = port == 0 ? std::uint16_t{8000} : port,
                        .weight = weight});
    }
  }
}

Result<void> SnapshotBuilder::read_ca_certificates() {
  for (const auto& [id, entity] : entities_.of("ca_certificates").rows()) {
    auto certificate = crypto::Certificate::from_pem(text_at(*entity, "cert"));
    if (!certificate)
      return refuse(ErrorKind::invalid, "bad_certificate", "ca_certificates " + id + ": cannot be read");
    made_->ca_certificates_.emplace(id, std::move(*certificate));
  }
  return {};
}

Result<void> SnapshotBuilder::read_plugins() {
  for (const auto& [id, entity] : entities_.of("plugins").rows()) {
    if (!flag_at(*entity, "enabled", true)) continue;
    if (auto read = read_plugin(*entity); !read) return read;
  }
  return {};
}

Result<void> SnapshotBuilder::read_plugin(const json::object& entity) {
  const auto name = text_at(entity, "name");
  const auto kind = std::ranges::find(kinds_, name, [](const PluginKind& k) { return k.type.name; });
  if (kind == kinds_.end())
    return refuse(ErrorKind::invalid, "unknown_plugin", "plugin '" + std::string(name) + "' not enabled");
  const auto* config = entity.if_contains("config");
  auto maker =
      kind->compile(config != nullptr && config->is_object() ? config->get_object() : json::object{});
  if (!maker) return refuse(ErrorKind::invalid, maker.error().reason, "config." + maker.error().detail);

  const auto slot = static_cast<std::uint32_t>(made_->plugins_.size());
  made_->plugins_.push_back({.scope = scope_of(entity),
                             .name = std::string(name),
                             .priority = kind->type.priority,
                             .make = std::move(*maker)});
  const auto& scope = made_->plugins_.back().scope;
  for_any_consumer_.try_emplace(std::string(name));
  if (scope.consumer_id.empty()) {
    for_any_consumer_[std::string(name)].emplace(std::pair(scope.route_id, scope.service_id), slot);
  } else {
    add_override(slot);
  }
  return {};
}

void SnapshotBuilder::add_override(std::uint32_t slot) {
  const auto& plugin = made_->plugins_[slot];
  const auto& scope = plugin.scope;
  const auto [known, is_new] =
      overrides_of_.try_emplace(plugin.name, static_cast<std::uint32_t>(made_->overrides_.size()));
  if (is_new) made_->overrides_.emplace_back();
  const auto route = route_index_.find(scope.route_id);
  const auto service = service_index_.find(scope.service_id);
  const bool is_unreachable = (!scope.route_id.empty() && route == route_index_.end()) ||
                              (!scope.service_id.empty() && service == service_index_.end());
  if (is_unreachable) return;
  made_->overrides_[known->second][scope.consumer_id].push_back(
      {.route = scope.route_id.empty() ? nullptr : &made_->routes_[route->second],
       .service = scope.service_id.empty() ? nullptr : &made_->services_[service->second],
       .specificity = specificity_of(scope),
       .slot = slot});
}

void SnapshotBuilder::order_chains() {
  std::map<std::string_view, int> priorities;
  for (const auto& plugin : made_->plugins_) priorities.emplace(plugin.name, plugin.priority);
  for (const auto& [name, priority] : priorities) names_by_priority_.emplace_back(name);
  std::ranges::sort(names_by_priority_,
                    [&](const auto& a, const auto& b) { return priorities[a] > priorities[b]; });
  for (auto& route : made_->routes_) route.chain = chain_for(&route);
  made_->global_chain_ = chain_for(nullptr);
}

std::vector<ChainLink> SnapshotBuilder::chain_for(const Route* route) const {
  std::vector<ChainLink> chain;
  for (const auto& name : names_by_priority_) {
    const ChainLink link = link_for(name, route);
    if (link.slot != ChainLink::kNone || link.overrides != ChainLink::kNone) chain.push_back(link);
  }
  return chain;
}

ChainLink SnapshotBuilder::link_for(const std::string& name, const Route* route) const {
  ChainLink link;
  if (const auto found = overrides_of_.find(name); found != overrides_of_.end())
    link.overrides = found->second;
  const auto& bound = for_any_consumer_.find(name)->second;
  const std::string route_id = route != nullptr ? route->id : "";
  const std::string service_id = route != nullptr && route->service != nullptr ? route->service->id : "";
  // The most specific first; for a request without route all four are the global one.
  for (const auto& key : {std::pair(route_id, service_id), std::pair(route_id, std::string()),
                          std::pair(std::string(), service_id), std::pair(std::string(), std::string())}) {
    const auto found = bound.find(key);
    if (found == bound.end()) continue;
    link.slot = found->second;
    link.specificity = specificity_of(made_->plugins_[link.slot].scope);
    return link;
  }
  return link;
}

}  // namespace gatehouse::gateway
