#include "gateway/admin/entity_endpoints.hpp"

#include <fmt/format.h>

#include "gateway/admin/arguments.hpp"
#include "gateway/admin/page.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::not_found;

}  // namespace

std::vector<Endpoint> EntityEndpoints::endpoints() {
  std::vector<Endpoint> endpoints;
  for (const EntityType& type : store_.types().all()) {
    if (type.top_level == store::TopLevel::listed) {
      add_place({.type = &type}, fmt::format("/{}", type.path), endpoints);
    }
    for (const schema::Field* field : type.foreign_fields()) {
      const EntityType& parent = store_.types().at(field->reference);
      const Place place{.type = &type, .parent = &parent, .field = field->name};
      add_place(place, fmt::format("/{0}/{{{0}}}/{1}", parent.path, type.nested), endpoints);
      if (type.top_level == store::TopLevel::listed) add_reference(type, *field, endpoints);
    }
  }
  return endpoints;
}

void EntityEndpoints::add_place(const Place& place, const std::string& pattern,
                                std::vector<Endpoint>& endpoints) {
  const auto bind = [this, place](auto operation) -> Serve {
    return [this, place, operation](const Call& call, const Captures& captures) {
      return (this->*operation)(place, call, captures);
    };
  };
  const Serve get_one = [this, place](const Call&, const Captures& captures) { return get(place, captures); };
  const Serve remove_one = [this, place](const Call&, const Captures& captures) {
    return remove(place, captures);
  };
  endpoints.push_back(
      {.pattern = pattern,
       .methods = {{"GET", bind(&EntityEndpoints::list)}, {"POST", bind(&EntityEndpoints::create)}}});
  endpoints.push_back({.pattern = fmt::format("{}/{{{}}}", pattern, place.type->name),
                       .methods = {{"DELETE", remove_one},
                                   {"GET", get_one},
                                   {"PATCH", bind(&EntityEndpoints::patch)},
                                   {"PUT", bind(&EntityEndpoints::replace)}}});
}

void EntityEndpoints::add_reference(const EntityType& type, const schema::Field& field,
                                    std::vector<Endpoint>& endpoints) {
  endpoints.push_back({.pattern = fmt::format("/{}/{{{}}}/{}", type.path, type.name, field.name),
                       .methods = {{"GET",
                                    [this, &type, &field](const Call&, const Captures& captures) {
                                      return get_referred(type, field, captures);
                                    }},
                                   {"PATCH",
                                    [this, &type, &field](const Call& call, const Captures& captures) {
                                      return patch_referred(type, field, call, captures);
                                    }},
                                   {"PUT", [this, &type, &field](const Call& call, const Captures& captures) {
                                      return replace_referred(type, field, call, captures);
                                    }}}});
}

Outcome<EntityEndpoints::Named> EntityEndpoints::named(const store::Entities& entities, const Place& place,
                                                       const Captures& captures) const {
  Named named{.parent = {}, .key = captures.empty() ? std::string{} : captures.back()};
  if (!place.is_nested()) return named;
  const Entity parent = find_entity(entities, store_.types(), *place.parent, captures.front());
  if (parent == nullptr) return std::unexpected(not_found());
  named.parent = store::id_of(*parent);
  return named;
}

store::Entity EntityEndpoints::find(const store::Entities& entities, const Place& place,
                                    const Named& named) const {
  if (!place.is_nested()) return find_entity(entities, store_.types(), *place.type, named.key);
  return find_child(entities, *place.type, place.field, named.parent, named.key);
}

Outcome<Answer> EntityEndpoints::get(const Place& place, const Captures& captures) const {
  const auto entities = store_.entities();
  const auto where = named(*entities, place, captures);
  if (!where) return std::unexpected(where.error());
  const Entity found = find(*entities, place, *where);
  if (found == nullptr) return std::unexpected(not_found());
  return ok(shown(*entities, store_.types(), *place.type, *found));
}

Outcome<Answer> EntityEndpoints::list(const Place& place, const Call& call, const Captures& captures) const {
  const auto entities = store_.entities();
  const auto where = named(*entities, place, captures);
  if (!where) return std::unexpected(where.error());
  const auto arguments = query_arguments(call);
  if (!arguments) return std::unexpected(arguments.error());
  auto query = page_query(*arguments);
  if (!query) return std::unexpected(query.error());

  const store::Table& table = entities->of(place.type->name);
  std::vector<std::string_view> ids;
  const auto filter =
      place.type->filter.empty() ? std::nullopt : find_argument(*arguments, place.type->filter);
  Link link{.path = fmt::format("/{}", place.type->path), .parameters = {}};
  if (filter) {
    if (const Entity found = table.find_unique(place.type->filter, *filter))
      ids.push_back(store::id_of(*found));
  } else if (place.is_nested()) {
    for (const Entity& child : table.referring(place.field, where->parent))
      ids.push_back(store::id_of(*child));
    query->tags.clear();  // Kong ignores them here
    link.path = fmt::format("/{}/{}/{}", place.parent->path, where->parent, place.type->nested);
  } else {
    for (const auto& [id, entity] : table.rows()) ids.push_back(id);
    if (!query->tags.empty()) link.parameters = "&tags=" + core::percent_encode(query->tags_text);
    if (!query->size_text.empty()) link.parameters += "&size=" + query->size_text;
  }
  return ok(make_page(ids, *query, link, [&](std::string_view id) -> std::optional<json::value> {
    const Entity entity = table.find(id);
    if (!has_tags(*entity, *query)) return std::nullopt;
    return shown(*entities, store_.types(), *place.type, *entity);
  }));
}

Outcome<Answer> EntityEndpoints::get_referred(const EntityType& type, const schema::Field& field,
                                              const Captures& captures) const {
  const auto entities = store_.entities();
  const Entity from = find_entity(*entities, store_.types(), type, captures.front());
  const Entity found =
      from == nullptr ? nullptr : entities->find(field.reference, store::foreign_id(*from, field.name));
  if (found == nullptr) return std::unexpected(not_found());
  return ok(shown(*entities, store_.types(), store_.types().at(field.reference), *found));
}

}  // namespace gatehouse::gateway::admin
