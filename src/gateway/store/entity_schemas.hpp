// The schema of each type of entity, with Kong's fields, order, defaults and rules.
#pragma once

#include "gateway/plugin_types.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::store {

[[nodiscard]] schema::Schema service_schema();
[[nodiscard]] schema::Schema route_schema();
[[nodiscard]] schema::Schema consumer_schema();
[[nodiscard]] schema::Schema plugin_base_schema();                     // "config" is any object
[[nodiscard]] schema::Schema plugin_schema(const PluginType& plugin);  // "config" is this plugin's
[[nodiscard]] schema::Schema jwt_secret_schema();
[[nodiscard]] schema::Schema upstream_schema();
[[nodiscard]] schema::Schema target_schema();
[[nodiscard]] schema::Schema certificate_schema();
[[nodiscard]] schema::Schema sni_schema();
[[nodiscard]] schema::Schema ca_certificate_schema();

// Abbreviations that requests may use.
void expand_service(json::object& service);    // "url" for protocol, host, port and path
void expand_route(json::object& route);        // gRPC routes do not strip their path
void expand_upstream(json::object& upstream);  // hash_on decides the algorithm, and the other way round
void expand_target(json::object& target);      // "host" is "host:8000"
void expand_ca_certificate(json::object& ca_certificate);  // the digest of "cert"

}  // namespace gatehouse::gateway::store
