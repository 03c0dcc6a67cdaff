#include "gateway/store/entity_types.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "gateway/store/entity_schemas.hpp"

namespace gatehouse::gateway::store {
namespace {

std::vector<EntityType> make_types() {
  std::vector<EntityType> types;
  types.push_back({.name = "services",
                   .path = "services",
                   .nested = "services",
                   .key = "name",
                   .schema = service_schema(),
                   .expand = expand_service});
  types.push_back({.name = "routes",
                   .path = "routes",
                   .nested = "routes",
                   .key = "name",
                   .schema = route_schema(),
                   .expand = expand_route});
  types.push_back({.name = "plugins",
                   .path = "plugins",
                   .nested = "plugins",
                   .key = "instance_name",
                   .schema = plugin_base_schema(),
                   .unique_together = {{"consumer", "name", "route", "service"}}});
  types.push_back({.name = "consumers",
                   .path = "consumers",
                   .nested = "consumers",
                   .key = "username",
                   .schema = consumer_schema(),
                   .filter = "custom_id"});
  types.push_back(
      {.name = "jwt_secrets", .path = "jwts", .nested = "jwt", .key = "key", .schema = jwt_secret_schema()});
  types.push_back({.name = "upstreams",
                   .path = "upstreams",
                   .nested = "upstreams",
                   .key = "name",
                   .schema = upstream_schema(),
                   .expand = expand_upstream});
  types.push_back({.name = "targets",
                   .path = "targets",
                   .nested = "targets",
                   .key = "target",
                   .schema = target_schema(),
                   .unique_together = {{"target", "upstream"}},
                   .expand = expand_target,
                   .top_level = TopLevel::hidden,
                   .put_absent = PutAbsent::is_not_found});
  types.push_back(
      {.name = "certificates",
       .path = "certificates",
       .nested = "certificates",
       .key = "",
       .schema = certificate_schema(),
       .embedded = {{.field = "snis", .type = "snis", .element = "name", .owner = "certificate"}}});
  types.push_back({.name = "snis", .path = "snis", .nested = "snis", .key = "name", .schema = sni_schema()});
  types.push_back({.name = "ca_certificates",
                   .path = "ca_certificates",
                   .nested = "",
                   .key = "",
                   .schema = ca_certificate_schema(),
                   .expand = expand_ca_certificate});
  return types;
}

}  // namespace

std::vector<const schema::Field*> EntityType::foreign_fields() const {
  std::vector<const schema::Field*> fields;
  for (const schema::Field& field : schema.fields) {
    if (field.type == schema::Type::foreign) fields.push_back(&field);
  }
  return fields;
}

EntityTypes::EntityTypes(std::span<const PluginType> plugins) : plugins_(plugins), types_(make_types()) {
  for (const PluginType& plugin : plugins_)
    plugin_schemas_.emplace(plugin.name, store::plugin_schema(plugin));
}

const EntityType* EntityTypes::find(std::string_view name) const {
  const auto found = std::ranges::find(types_, name, &EntityType::name);
  return found == types_.end() ? nullptr : &*found;
}

const EntityType& EntityTypes::at(std::string_view name) const {
  const EntityType* type = find(name);
  if (type == nullptr) throw std::logic_error(fmt::format("no entity type '{}'", name));
  return *type;
}

const EntityType* EntityTypes::find_path(std::string_view path) const {
  const auto found = std::ranges::find(types_, path, &EntityType::path);
  return found == types_.end() ? nullptr : &*found;
}

const schema::Schema* EntityTypes::plugin_schema(std::string_view plugin) const {
  const auto found = plugin_schemas_.find(plugin);
  return found == plugin_schemas_.end() ? nullptr : &found->second;
}

const schema::Schema* EntityTypes::schema_of(const EntityType& type, const json::object& entity,
                                             json::object& violations) const {
  if (type.name != "plugins") return &type.schema;
  const json::value* name = entity.if_contains("name");
  if (name == nullptr || !name->is_string()) {
    violations["name"] = name == nullptr || name->is_null() ? "required field missing" : "expected a string";
    return nullptr;
  }
  const std::string_view plugin = name->get_string();
  const schema::Schema* schema = plugin_schema(plugin);
  if (schema == nullptr) {
    violations["name"] =
        fmt::format("plugin '{}' not enabled; add it to the 'plugins' configuration property", plugin);
  }
  return schema;
}

}  // namespace gatehouse::gateway::store
