#include "gateway/store/entity_schemas.hpp"

#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::store {
namespace {

using namespace schema;

const std::vector<std::string> kProtocols{"grpc", "grpcs",           "http", "https", "tcp",
                                          "tls",  "tls_passthrough", "udp"};

bool has_any(const json::object& entity, std::string_view list,
             std::initializer_list<std::string_view> wanted) {
  const json::value* value = at_path(entity, list);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  return array != nullptr && std::ranges::any_of(*array, [&](const json::value& element) {
           return element.is_string() &&
                  std::ranges::find(wanted, std::string_view(element.get_string())) != wanted.end();
         });
}

bool is_filled(const json::object& entity, std::string_view field) {
  const json::value* value = at_path(entity, field);
  if (value == nullptr || value->is_null()) return false;
  if (const auto* array = value->if_array()) return !array->empty();
  return !value->is_object() || !value->get_object().empty();
}

// What a route of these protocols may be matched by; it must have at least one of them.
struct Matchers {
  std::vector<std::string_view> protocols;
  std::string_view shown;
  std::vector<std::string_view> fields;
};

const std::vector<Matchers> kMatchers{
    {{"https"}, "'https'", {"methods", "hosts", "headers", "paths", "snis"}},
    {{"http"}, "'http'", {"methods", "hosts", "headers", "paths"}},
    {{"grpcs"}, "'grpcs'", {"hosts", "headers", "paths", "snis"}},
    {{"grpc"}, "'grpc'", {"hosts", "headers", "paths"}},
    {{"tls_passthrough"}, "'tls_passthrough'", {"snis"}},
    {{"tcp", "tls", "udp"}, "'tcp', 'tls' or 'udp'", {"sources", "destinations", "snis"}},
};

Complaint matches_something(const json::object& route) {
  for (const auto& [protocols, shown, fields] : kMatchers) {
    if (std::ranges::none_of(protocols,
                             [&](auto protocol) { return has_any(route, "protocols", {protocol}); })) {
      continue;
    }
    if (std::ranges::any_of(fields, [&](auto field) { return is_filled(route, field); })) return std::nullopt;
    return fmt::format("must set one of '{}' when 'protocols' is {}", fmt::join(fields, "', '"), shown);
  }
  return std::nullopt;
}

Complaint keeps_grpc_path(const json::object& route) {
  const json::value* strip_path = at_path(route, "strip_path");
  const bool strips = strip_path != nullptr && *strip_path == json::value(true);
  if (!strips || !has_any(route, "protocols", {"grpc", "grpcs"})) return std::nullopt;
  return "'strip_path' cannot be set when 'protocols' is 'grpc' or 'grpcs'";
}

Complaint is_one_family(const json::object& route) {
  const int families =
      has_any(route, "protocols", {"http", "https"}) + has_any(route, "protocols", {"tcp", "tls", "udp"}) +
      has_any(route, "protocols", {"tls_passthrough"}) + has_any(route, "protocols", {"grpc", "grpcs"});
  if (families < 2) return std::nullopt;
  return "these sets are mutually exclusive: ('http', 'https'), ('tcp', 'tls', 'udp'), ('tls_passthrough'), "
         "('grpc', 'grpcs')";
}

Field endpoints(std::string_view name) {
  return set(name, record({}, {text("ip", {.check = formats::address_or_network}), port_field("port")}));
}

}  // namespace

Schema service_schema() {
  const std::vector<json::value> no_path{"tcp", "tls", "udp", "grpc", "grpcs"};
  const When without_tls = when_not("protocol", {"https", "tls"});
  return {
      .fields = {uuid_field(), text("name", {.unique = true, .check = formats::name}),
                 text("protocol", {.required = true, .fallback = "http", .one_of = kProtocols}),
                 text("host", {.required = true, .check = formats::host}),
                 port_field("port", {.required = true, .fallback = 80}),
                 text("path", {.check = formats::path}),
                 integer("retries", {.fallback = 5, .between = Range{0, 32767}}),
                 timeout_field("connect_timeout", 60000, 1), timeout_field("write_timeout", 60000, 1),
                 timeout_field("read_timeout", 60000, 1),
                 boolean("enabled", {.required = true, .fallback = true}),
                 foreign("client_certificate", "certificates"), boolean("tls_verify"),
                 integer("tls_verify_depth", {.between = Range{0, 64}}),
                 array("ca_certificates", reference("ca_certificates")), tags_field(), created_at_field(),
                 updated_at_field()},
      .checks = {when("protocol", no_path).require_null("path"),
                 without_tls.require_null("client_certificate"), without_tls.require_null("tls_verify"),
                 without_tls.require_null("tls_verify_depth"), without_tls.require_null("ca_certificates")}};
}

Schema route_schema() {
  return {.fields = {uuid_field(),
                     text("name", {.unique = true, .check = formats::name}),
                     foreign("service", "services"),
                     set("protocols", text({}, {.one_of = kProtocols}),
                         {.required = true, .fallback = json::array{"http", "https"}, .len_min = 1}),
                     set("methods", text({}, {.check = formats::method})),
                     array("hosts", text({}, {.check = formats::host_pattern})),
                     array("paths", text({}, {.check = formats::route_path})),
                     map("headers", text({}, {.check = formats::header_name}), array({}, text())),
                     set("snis", text({}, {.check = formats::server_name})),
                     endpoints("sources"),
                     endpoints("destinations"),
                     integer("https_redirect_status_code",
                             {.required = true,
                              .fallback = 426,
                              .check = [](const json::value& value) -> Complaint {
                                constexpr std::array<std::int64_t, 5> kCodes{426, 301, 302, 307, 308};
                                if (std::ranges::find(kCodes, value.as_int64()) != kCodes.end())
                                  return std::nullopt;
                                return fmt::format("expected one of: {}", fmt::join(kCodes, ", "));
                              }}),
                     integer("regex_priority", {.fallback = 0}),
                     boolean("strip_path", {.required = true, .fallback = true}),
                     text("path_handling", {.fallback = "v0", .one_of = {"v0", "v1"}}),
                     boolean("preserve_host", {.required = true, .fallback = false}),
                     boolean("request_buffering", {.required = true, .fallback = true}),
                     boolean("response_buffering", {.required = true, .fallback = true}),
                     tags_field(),
                     created_at_field(),
                     updated_at_field()},
          .checks = {field_check("protocols", is_one_family), entity_check(matches_something),
                     entity_check(keeps_grpc_path)}};
}

Schema consumer_schema() {
  return {.fields = {uuid_field(), text("username", {.unique = true}), text("custom_id", {.unique = true}),
                     tags_field(), created_at_field(), updated_at_field()},
          .checks = {at_least_one_of({"custom_id", "username"})}};
}

Schema plugin_base_schema() {
  const Rules scope{.on_delete = OnDelete::cascade};
  return {.fields = {uuid_field(), text("name", {.required = true}),
                     text("instance_name", {.unique = true, .check = formats::name}),
                     foreign("service", "services", scope), foreign("route", "routes", scope),
                     foreign("consumer", "consumers", scope), record("config", {}),
                     boolean("enabled", {.required = true, .fallback = true}),
                     set("protocols", text({}, {.one_of = kProtocols}), {.required = true}), tags_field(),
                     created_at_field(), updated_at_field()}};
}

Schema plugin_schema(const PluginType& plugin) {
  Schema schema = plugin_base_schema();
  for (Field& field : schema.fields) {
    if (field.name == "config") field = record("config", plugin.config.fields);
    if (field.name == "consumer") field.rules.must_be_null = plugin.consumer_scope == ConsumerScope::refused;
    if (field.name == "protocols") {
      field.inner = {text({}, {.one_of = plugin.protocols})};
      field.rules.fallback = json::value_from(plugin.protocols);
    }
  }
  schema.checks = plugin.config.checks;
  schema.shorthands = plugin.config.shorthands;
  return schema;
}

Schema jwt_secret_schema() {
  return {
      .fields = {uuid_field(), text("key", {.automatic = true, .unique = true}),
                 text("secret", {.automatic = true, .secret = true}), text("rsa_public_key"),
                 text("algorithm", {.fallback = "HS256",
                                    .one_of = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256",
                                               "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"}}),
                 foreign("consumer", "consumers", {.required = true, .on_delete = OnDelete::cascade}),
                 tags_field(), created_at_field()},
      .checks = {when("algorithm", {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"})
                     .require("rsa_public_key")}};
}

}  // namespace gatehouse::gateway::store
