// The registry of what the gateway is configured with: each type of entity as data. Storage, Admin API,
// paths, uniqueness and cascades all follow from it; a new type is one entry in entity_types.cpp.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/plugin_types.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::store {

// A list inside an entity that is really kept as entities of another type: "snis" of a certificate.
struct Embedded {
  std::string_view field;    // of the outer entity: a list of texts
  std::string_view type;     // what each element is kept as
  std::string_view element;  // its field that holds the text
  std::string_view owner;    // its foreign key to the outer entity
};

enum class TopLevel : std::uint8_t { listed, hidden };
enum class PutAbsent : std::uint8_t { creates, is_not_found };  // PUT of an entity that is not there

struct EntityType {
  std::string_view name;    // "jwt_secrets": the table, and the name in /schemas/… and error messages
  std::string_view path;    // "jwts": the collection at the top level
  std::string_view nested;  // "jwt": the collection beneath what it refers to; empty: nowhere
  std::string_view key;     // the unique field that may stand for the id in a path; empty: none
  schema::Schema schema;
  std::vector<std::vector<std::string>> unique_together = {};
  std::function<void(json::object&)> expand = {};  // abbreviations of a request, before defaults are filled
  TopLevel top_level = TopLevel::listed;           // targets are reached through their upstream only
  PutAbsent put_absent = PutAbsent::creates;
  std::string_view filter = {};  // a unique field by which the list can be filtered: ?custom_id=…
  std::vector<Embedded> embedded = {};

  // The foreign fields of the schema, with their rules.
  [[nodiscard]] std::vector<const schema::Field*> foreign_fields() const;
};

class EntityTypes {
 public:
  explicit EntityTypes(std::span<const PluginType> plugins);

  [[nodiscard]] std::span<const EntityType> all() const { return types_; }
  [[nodiscard]] std::span<const PluginType> plugins() const { return plugins_; }
  [[nodiscard]] const EntityType* find(std::string_view name) const;  // nullptr: no such type
  [[nodiscard]] const EntityType& at(std::string_view name) const;    // which must exist
  [[nodiscard]] const EntityType* find_path(std::string_view path) const;

  // The schema that applies to this entity: a plugin's depends on its name. On nullptr, `violations` says
  // why.
  [[nodiscard]] const schema::Schema* schema_of(const EntityType&, const json::object& entity,
                                                json::object& violations) const;
  [[nodiscard]] const schema::Schema* plugin_schema(std::string_view plugin) const;

 private:
  std::span<const PluginType> plugins_;
  std::vector<EntityType> types_;
  std::map<std::string, schema::Schema, std::less<>> plugin_schemas_;
};

}  // namespace gatehouse::gateway::store
