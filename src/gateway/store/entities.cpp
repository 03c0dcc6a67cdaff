#include "gateway/store/entities.hpp"

#include <fmt/format.h>

#include "gateway/schema/lua_text.hpp"
#include "gateway/store/entity_types.hpp"

namespace gatehouse::gateway::store {
namespace {

std::string index_key(std::string_view field, std::string_view value) {
  return fmt::format("{}={}", field, value);
}

// Calls `visit` with every index key under which the entity can be found alone.
template <class Visit>
void each_unique_key(const EntityType& type, const json::object& entity, Visit visit) {
  for (const schema::Field& field : type.schema.fields) {
    const std::string_view value = field.rules.unique ? text_at(entity, field.name) : std::string_view{};
    if (!value.empty()) visit(index_key(field.name, value));
  }
  for (const auto& fields : type.unique_together) visit(schema::lua_text(key_together(entity, fields)));
}

template <class Visit>
void each_foreign_key(const EntityType& type, const json::object& entity, Visit visit) {
  for (const schema::Field* field : type.foreign_fields()) {
    const std::string_view id = foreign_id(entity, field->name);
    if (!id.empty()) visit(index_key(field->name, id));
  }
}

}  // namespace

std::string_view id_of(const json::object& entity) {
  return text_at(entity, "id");
}

std::string_view text_at(const json::object& entity, std::string_view field) {
  const json::value* value = entity.if_contains(field);
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::string_view foreign_id(const json::object& entity, std::string_view field) {
  const json::value* value = entity.if_contains(field);
  const json::object* key = value == nullptr ? nullptr : value->if_object();
  return key == nullptr ? std::string_view{} : id_of(*key);
}

json::object key_together(const json::object& entity, const std::vector<std::string>& fields) {
  json::object key;
  for (const auto& field : fields) {
    const json::value* value = entity.if_contains(field);
    key[field] = value == nullptr ? json::value() : *value;
  }
  return key;
}

Entity Table::find(std::string_view id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : found->second;
}

Entity Table::find_unique(std::string_view field, std::string_view value) const {
  const auto found = unique_.find(index_key(field, value));
  return found == unique_.end() ? nullptr : find(found->second);
}

Entity Table::find_together(const json::object& key) const {
  const auto found = unique_.find(schema::lua_text(key));
  return found == unique_.end() ? nullptr : find(found->second);
}

std::vector<Entity> Table::referring(std::string_view field, std::string_view id) const {
  std::vector<Entity> entities;
  const auto found = by_foreign_key_.find(index_key(field, id));
  if (found == by_foreign_key_.end()) return entities;
  for (const auto& row : found->second) entities.push_back(find(row));
  return entities;
}

void Table::put(const EntityType& type, Entity entity) {
  const std::string id(id_of(*entity));
  remove(type, id);
  each_unique_key(type, *entity, [&](std::string key) { unique_[std::move(key)] = id; });
  each_foreign_key(type, *entity, [&](std::string key) { by_foreign_key_[std::move(key)].insert(id); });
  rows_[id] = std::move(entity);
}

void Table::remove(const EntityType& type, std::string_view id) {
  const auto row = rows_.find(id);
  if (row == rows_.end()) return;
  each_unique_key(type, *row->second, [&](const std::string& key) { unique_.erase(key); });
  each_foreign_key(type, *row->second, [&](const std::string& key) {
    const auto ids = by_foreign_key_.find(key);
    ids->second.erase(row->first);
    if (ids->second.empty()) by_foreign_key_.erase(ids);
  });
  rows_.erase(row);
}

const Table& Entities::of(std::string_view type) const {
  static const Table empty;
  const auto found = tables_.find(type);
  return found == tables_.end() ? empty : *found->second;
}

void Entities::replace(std::string_view type, std::shared_ptr<const Table> table) {
  tables_.insert_or_assign(std::string(type), std::move(table));
}

}  // namespace gatehouse::gateway::store
