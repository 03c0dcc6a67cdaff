// Finding entities by what a path calls them, and showing them.
#include "core/ids.hpp"
#include "core/text.hpp"
#include "gateway/admin/embedded_lists.hpp"
#include "gateway/admin/entity_endpoints.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::Entity;

// "host" in a path means what "host" means in a body: "host:8000".
std::string normal_key(const store::EntityType& type, std::string_view key) {
  json::object holder{{type.key, key}};
  if (type.expand) type.expand(holder);
  return std::string(store::text_at(holder, type.key));
}

}  // namespace

Entity find_entity(const store::Entities& entities, const store::EntityTypes& types,
                   const store::EntityType& type, std::string_view key) {
  const store::Table& table = entities.of(type.name);
  if (core::is_uuid(key)) return table.find(core::to_lower(key));
  if (!type.key.empty()) return table.find_unique(type.key, key);
  for (const store::Embedded& list : type.embedded) {
    const Entity element = entities.of(types.at(list.type).name).find_unique(list.element, key);
    if (element != nullptr) return table.find(store::foreign_id(*element, list.owner));
  }
  return nullptr;
}

Entity find_child(const store::Entities& entities, const store::EntityType& type, std::string_view field,
                  std::string_view parent, std::string_view key) {
  const store::Table& table = entities.of(type.name);
  if (core::is_uuid(key)) {
    Entity found = table.find(core::to_lower(key));
    return found != nullptr && store::foreign_id(*found, field) == parent ? found : nullptr;
  }
  const std::string wanted = normal_key(type, key);
  for (Entity& child : table.referring(field, parent)) {
    if (!wanted.empty() && store::text_at(*child, type.key) == wanted) return child;
  }
  return nullptr;
}

json::object shown(const store::Entities& entities, const store::EntityTypes& types,
                   const store::EntityType& type, const json::object& entity) {
  json::object copy = entity;
  json::object ignored;
  if (const schema::Schema* schema = types.schema_of(type, copy, ignored))
    schema::echo_shorthands(*schema, copy);
  show_embedded(entities, type, copy);
  return copy;
}

}  // namespace gatehouse::gateway::admin
