// POST, PUT, PATCH and DELETE: each is one change of the store. It may run more than once, so what was sent
// is copied into it.
#include <fmt/format.h>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "gateway/admin/embedded_lists.hpp"
#include "gateway/admin/entity_endpoints.hpp"
#include "gateway/admin/entity_rules.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::Draft;
using store::not_found;

json::object key_of(std::string_view id) {
  return {{"id", id}};
}

}  // namespace

Outcome<Answer> EntityEndpoints::change(unsigned status, const EntityType& type,
                                        const store::Store::Change& change) {
  const auto entity = store_.change(change);
  if (!entity) return std::unexpected(entity.error());
  if (*entity == nullptr) return no_content();
  return Answer{.status = status, .body = shown(*store_.entities(), store_.types(), type, **entity)};
}

Outcome<store::Entity> EntityEndpoints::insert(Draft& draft, const EntityType& type, Arguments sent) const {
  auto lists = take_embedded(type, sent.values);
  if (!lists) return std::unexpected(std::move(lists.error()));
  auto entity = EntityRules(draft.types(), draft.entities(), clock_.now()).complete(type, std::move(sent));
  if (!entity) return std::unexpected(std::move(entity.error()));
  auto stored = draft.put(type, std::move(*entity));
  if (!stored) return stored;
  auto listed = store_embedded(draft, type, store::id_of(**stored), *lists, clock_.now());
  if (!listed) return std::unexpected(std::move(listed.error()));
  return stored;
}

// `before` is what the PUT replaces, or nullptr.
Outcome<store::Entity> EntityEndpoints::put(Draft& draft, const EntityType& type, const Entity& before,
                                            Arguments sent) const {
  if (before != nullptr) {
    sent.values["id"] = before->at("id");
    sent.values["created_at"] = before->at("created_at");
  }
  for (const store::Embedded& list : type.embedded) {
    if (!sent.values.contains(list.field)) sent.values[list.field] = json::array{};
  }
  return insert(draft, type, std::move(sent));
}

Outcome<store::Entity> EntityEndpoints::update(Draft& draft, const EntityType& type, const Entity& before,
                                               Arguments sent) const {
  auto lists = take_embedded(type, sent.values);
  if (!lists) return std::unexpected(std::move(lists.error()));
  auto entity =
      EntityRules(draft.types(), draft.entities(), clock_.now()).merge(type, *before, std::move(sent));
  if (!entity) return std::unexpected(std::move(entity.error()));
  auto stored = draft.put(type, std::move(*entity));
  if (!stored) return stored;
  auto listed = store_embedded(draft, type, store::id_of(**stored), *lists, clock_.now());
  if (!listed) return std::unexpected(std::move(listed.error()));
  return stored;
}

Outcome<Answer> EntityEndpoints::create(const Place& place, const Call& call, const Captures& captures) {
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return change(201, *place.type, [&](Draft& draft) -> Outcome<Entity> {
    const auto where = named(draft.entities(), place, captures);
    if (!where) return std::unexpected(where.error());
    if (place.is_nested()) sent->values[place.field] = key_of(where->parent);
    const std::string id(store::text_at(sent->values, "id"));
    if (draft.entities().find(place.type->name, id) != nullptr) {
      // Kong answers two ways.
      if (!place.is_nested() || place.type->name != "plugins")
        return std::unexpected(store::primary_key_violation(id));
      json::object body{{"id", fmt::format("already exists with value '{}'", id)}};
      return std::unexpected(Refusal{.status = 409, .body = std::move(body)});
    }
    return insert(draft, *place.type, *sent);
  });
}

Outcome<Answer> EntityEndpoints::replace(const Place& place, const Call& call, const Captures& captures) {
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return change(200, *place.type, [&](Draft& draft) -> Outcome<Entity> {
    const auto where = named(draft.entities(), place, captures);
    if (!where) return std::unexpected(where.error());
    if (place.is_nested()) sent->values[place.field] = key_of(where->parent);
    const bool by_id = core::is_uuid(where->key);
    const Entity before = by_id ? draft.entities().find(place.type->name, core::to_lower(where->key))
                                : find(draft.entities(), place, *where);
    if (before == nullptr && place.type->put_absent == store::PutAbsent::is_not_found) {
      return std::unexpected(not_found());
    }
    if (by_id) {
      sent->values["id"] = json::string(core::to_lower(where->key));
    } else if (!place.type->key.empty()) {
      sent->values[place.type->key] = json::string(where->key);
      if (before == nullptr) sent->values.erase("id");
    } else if (before == nullptr) {
      return std::unexpected(not_found());
    }
    return put(draft, *place.type, before, *sent);
  });
}

Outcome<Answer> EntityEndpoints::patch(const Place& place, const Call& call, const Captures& captures) {
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return change(200, *place.type, [&](Draft& draft) -> Outcome<Entity> {
    const auto where = named(draft.entities(), place, captures);
    if (!where) return std::unexpected(where.error());
    const Entity before = find(draft.entities(), place, *where);
    if (before == nullptr) return std::unexpected(not_found());
    return update(draft, *place.type, before, *sent);
  });
}

Outcome<Answer> EntityEndpoints::remove(const Place& place, const Captures& captures) {
  return change(204, *place.type, [&](Draft& draft) -> Outcome<Entity> {
    const auto where = named(draft.entities(), place, captures);
    if (!where) return std::unexpected(where.error());
    const Entity found = find(draft.entities(), place, *where);
    if (found == nullptr && place.is_nested()) return std::unexpected(not_found());
    if (found == nullptr) return nullptr;
    if (auto removed = draft.remove(*place.type, store::id_of(*found)); !removed) {
      return std::unexpected(std::move(removed.error()));
    }
    return nullptr;
  });
}

Outcome<Answer> EntityEndpoints::patch_referred(const EntityType& type, const schema::Field& field,
                                                const Call& call, const Captures& captures) {
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  const EntityType& referred = store_.types().at(field.reference);
  return change(200, referred, [&](Draft& draft) -> Outcome<Entity> {
    const Entity from = find_entity(draft.entities(), store_.types(), type, captures.front());
    const Entity before = from == nullptr
                              ? nullptr
                              : draft.entities().find(referred.name, store::foreign_id(*from, field.name));
    if (before == nullptr) return std::unexpected(not_found());
    return update(draft, referred, before, *sent);
  });
}

// Replaces what is referred to, or makes it and lets the entity refer to it.
Outcome<Answer> EntityEndpoints::replace_referred(const EntityType& type, const schema::Field& field,
                                                  const Call& call, const Captures& captures) {
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  const EntityType& referred = store_.types().at(field.reference);
  return change(200, referred, [&](Draft& draft) -> Outcome<Entity> {
    const Entity from = find_entity(draft.entities(), store_.types(), type, captures.front());
    if (from == nullptr) return std::unexpected(not_found());
    const Entity before = draft.entities().find(referred.name, store::foreign_id(*from, field.name));
    auto stored = put(draft, referred, before, *sent);
    if (!stored || before != nullptr) return stored;
    Arguments reference{.values = {{field.name, key_of(store::id_of(**stored))}}};
    if (auto linked = update(draft, type, from, std::move(reference)); !linked) return linked;
    return stored;
  });
}

}  // namespace gatehouse::gateway::admin
