#include "gateway/store/draft.hpp"

namespace gatehouse::gateway::store {
namespace {

using schema::Field;
using schema::OnDelete;

// Calls `visit(field, id)` for every id in a list of references, at any depth.
template <class Visit>
void each_listed_reference(const std::vector<Field>& fields, const json::object& object, const Visit& visit) {
  for (const Field& field : fields) {
    const json::value* value = object.if_contains(field.name);
    if (value == nullptr) continue;
    if (field.type == schema::Type::record && value->is_object()) {
      each_listed_reference(field.inner, value->get_object(), visit);
    }
    const bool is_list = field.is_list() && !field.elements().reference.empty() && value->is_array();
    if (!is_list) continue;
    for (const json::value& element : value->get_array()) {
      if (element.is_string()) visit(field, std::string_view(element.get_string()));
    }
  }
}

template <class Visit>
void each_listed_reference(const EntityTypes& types, const EntityType& type, const json::object& entity,
                           const Visit& visit) {
  json::object ignored;
  const schema::Schema* schema = types.schema_of(type, entity, ignored);
  if (schema != nullptr) each_listed_reference(schema->fields, entity, visit);
}

}  // namespace

Table& Draft::table(const EntityType& type) {
  std::shared_ptr<Table>& copy = touched_[type.name];
  if (copy == nullptr) {
    copy = std::make_shared<Table>(entities_.of(type.name));
    entities_.replace(type.name, copy);
  }
  return *copy;
}

Outcome<void> Draft::check_unique(const EntityType& type, const json::object& entity) const {
  const Table& table = entities_.of(type.name);
  const auto is_other = [&](const Entity& found) {
    return found != nullptr && id_of(*found) != id_of(entity);
  };
  for (const Field& field : type.schema.fields) {
    const std::string_view value = field.rules.unique ? text_at(entity, field.name) : std::string_view{};
    if (value.empty() || !is_other(table.find_unique(field.name, value))) continue;
    return std::unexpected(unique_violation({{field.name, value}}));
  }
  for (const auto& fields : type.unique_together) {
    json::object key = key_together(entity, fields);
    if (is_other(table.find_together(key))) return std::unexpected(unique_violation(std::move(key)));
  }
  return {};
}

Outcome<void> Draft::check_references(const EntityType& type, const json::object& entity) const {
  for (const Field* field : type.foreign_fields()) {
    const std::string_view id = foreign_id(entity, field->name);
    if (id.empty() || entities_.find(field->reference, id) != nullptr) continue;
    return std::unexpected(missing_reference(field->name, id, field->reference));
  }
  Outcome<void> outcome;
  each_listed_reference(types_, type, entity, [&](const Field& field, std::string_view id) {
    const std::string& referred = field.elements().reference;
    if (entities_.find(referred, id) == nullptr) {
      outcome = std::unexpected(missing_reference(field.name, id, referred));
    }
  });
  return outcome;
}

Outcome<Entity> Draft::put(const EntityType& type, json::object entity) {
  if (auto unique = check_unique(type, entity); !unique) return std::unexpected(std::move(unique.error()));
  if (auto whole = check_references(type, entity); !whole) return std::unexpected(std::move(whole.error()));
  const auto kept = std::make_shared<const json::object>(std::move(entity));
  table(type).put(type, kept);
  writes_.push_back({&type, std::string(id_of(*kept)), kept});
  return kept;
}

// Lists of ids are few and seldom looked up by what they name, so they have no index.
Outcome<void> Draft::check_not_listed(const EntityType& type, std::string_view id) const {
  if (type.name != "ca_certificates") return {};
  Outcome<void> outcome;
  for (const EntityType& other : types_.all()) {
    for (const auto& [other_id, entity] : entities_.of(other.name).rows()) {
      each_listed_reference(types_, other, *entity, [&](const Field&, std::string_view listed) {
        if (listed == id) outcome = std::unexpected(ca_certificate_in_use(id, other.name, other_id));
      });
    }
  }
  return outcome;
}

Outcome<void> Draft::release(const EntityType& type, std::string_view id) {
  for (const EntityType& other : types_.all()) {
    for (const Field* field : other.foreign_fields()) {
      if (field->reference != type.name) continue;
      for (const Entity& referrer : entities_.of(other.name).referring(field->name, id)) {
        if (field->rules.on_delete == OnDelete::refuse) {
          return std::unexpected(still_referenced(type.name, other.name));
        }
        if (auto removed = remove(other, id_of(*referrer)); !removed) return removed;
      }
    }
  }
  return {};
}

Outcome<void> Draft::remove(const EntityType& type, std::string_view id) {
  if (entities_.find(type.name, id) == nullptr) return {};
  const std::string kept_id(id);  // `id` may lie in the entity that goes
  if (auto free = check_not_listed(type, kept_id); !free) return free;
  if (auto released = release(type, kept_id); !released) return released;
  table(type).remove(type, kept_id);
  writes_.push_back({&type, kept_id, nullptr});
  return {};
}

}  // namespace gatehouse::gateway::store
