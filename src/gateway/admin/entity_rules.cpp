#include "gateway/admin/entity_rules.hpp"

namespace gatehouse::gateway::admin {
namespace {

using schema::Field;
using store::EntityType;

void merge_fields(const std::vector<Field>& fields, json::object& base, const json::object& changes) {
  for (const auto& change : changes) {
    const auto field = std::ranges::find(fields, change.key(), &Field::name);
    json::value& place = base[change.key()];
    const bool is_record = field != fields.end() && field->type == schema::Type::record;
    if (is_record && place.is_object() && change.value().is_object()) {
      merge_fields(field->inner, place.get_object(), change.value().get_object());
    } else {
      place = change.value();
    }
  }
}

// Kong says so of an entity that a PATCH leaves empty.
void mark_update(json::object& violations) {
  json::value* about_all = violations.if_contains("@entity");
  if (about_all == nullptr) return;
  for (json::value& text : about_all->as_array()) {
    if (text.as_string().starts_with("at least one of these fields")) {
      text = "when updating, " + std::string(text.as_string());
    }
  }
}

// The unique field by which a foreign key is given instead of the id: {"name":"payments"}.
const json::value* find_name(const EntityType& referred, const json::object& key, std::string& field_name) {
  for (const Field& field : referred.schema.fields) {
    const json::value* value = field.rules.unique ? key.if_contains(field.name) : nullptr;
    if (value == nullptr || !value->is_string()) continue;
    field_name = field.name;
    return value;
  }
  return nullptr;
}

}  // namespace

Outcome<const schema::Schema*> EntityRules::read(const EntityType& type, Arguments& sent) const {
  json::object violations;
  const schema::Schema* schema = types_.schema_of(type, sent.values, violations);
  if (schema == nullptr) return std::unexpected(store::schema_violation(std::move(violations)));
  if (sent.kind == Values::text) schema::infer(*schema, sent.values);
  if (type.expand) type.expand(sent.values);
  violations = schema::resolve_shorthands(*schema, sent.values);
  if (!violations.empty()) return std::unexpected(store::schema_violation(std::move(violations)));
  return schema;
}

Outcome<void> EntityRules::resolve_references(const EntityType& type, json::object& entity) const {
  for (const Field* field : type.foreign_fields()) {
    json::value* value = entity.if_contains(field->name);
    json::object* key = value == nullptr ? nullptr : value->if_object();
    if (key == nullptr) continue;
    if (const json::value* given = key->if_contains("id")) {
      const json::value id = *given;
      *key = {{"id", id}};
      continue;
    }
    const EntityType& referred = types_.at(field->reference);
    std::string by;
    const json::value* name = find_name(referred, *key, by);
    if (name == nullptr) continue;  // validation says that the id is missing
    const store::Entity found = entities_.of(referred.name).find_unique(by, name->get_string());
    if (found == nullptr) {
      return std::unexpected(store::unresolved_reference(field->name, by, name->get_string(), referred.name));
    }
    *key = {{"id", store::id_of(*found)}};
  }
  return {};
}

Outcome<json::object> EntityRules::finish(const EntityType& type, const schema::Schema& schema,
                                          json::object entity) const {
  if (auto resolved = resolve_references(type, entity); !resolved) return std::unexpected(resolved.error());
  schema::fill_automatic(schema, entity, now_);
  schema::fill_defaults(schema, entity);
  return entity;
}

Outcome<json::object> EntityRules::complete(const EntityType& type, Arguments sent) const {
  const auto schema = read(type, sent);
  if (!schema) return std::unexpected(schema.error());
  auto entity = finish(type, **schema, std::move(sent.values));
  if (!entity) return entity;
  json::object violations = schema::validate(**schema, *entity);
  if (!violations.empty()) return std::unexpected(store::schema_violation(std::move(violations)));
  return entity;
}

Outcome<json::object> EntityRules::merge(const EntityType& type, const json::object& stored,
                                         Arguments sent) const {
  const bool names_plugin = type.name == "plugins" && !sent.values.contains("name");
  if (names_plugin) sent.values["name"] = stored.at("name");
  const auto schema = read(type, sent);
  if (!schema) return std::unexpected(schema.error());
  sent.values["id"] = stored.at("id");  // an id cannot be changed
  json::object merged = stored;
  merge_fields((*schema)->fields, merged, sent.values);
  schema::touch(**schema, merged, now_);
  auto entity = finish(type, **schema, std::move(merged));
  if (!entity) return entity;
  json::object violations = schema::validate(**schema, *entity);
  mark_update(violations);
  if (!violations.empty()) return std::unexpected(store::schema_violation(std::move(violations)));
  return entity;
}

}  // namespace gatehouse::gateway::admin
