#include "gateway/admin/embedded_lists.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "gateway/admin/entity_rules.hpp"

namespace gatehouse::gateway::admin {
namespace {

using store::Embedded;
using store::Entity;
using store::EntityType;

std::unexpected<Refusal> refuse_list(const Embedded& list, std::string complaint) {
  return std::unexpected(store::schema_violation({{list.field, std::move(complaint)}}));
}

Outcome<std::vector<std::string>> texts_of(const Embedded& list, const json::value& value) {
  std::vector<std::string> texts;
  if (value.is_null() || value == json::value("")) return texts;
  const json::array elements = value.is_array() ? value.get_array() : json::array{value};
  for (const json::value& element : elements) {
    if (!element.is_string()) return refuse_list(list, "expected an array of strings");
    const std::string text(element.get_string());
    if (std::ranges::find(texts, text) != texts.end())
      return refuse_list(list, fmt::format("{} is duplicated", text));
    texts.push_back(text);
  }
  return texts;
}

Outcome<void> store_element(store::Draft& draft, const Embedded& list, std::string_view owner,
                            const std::string& text, core::SystemTime now) {
  const EntityType& type = draft.types().at(list.type);
  const Entity found = draft.entities().of(type.name).find_unique(list.element, text);
  if (found != nullptr && store::foreign_id(*found, list.owner) == owner) return {};
  if (found != nullptr) {
    return refuse_list(list, fmt::format("{} already associated with existing certificate '{}'", text,
                                         store::foreign_id(*found, list.owner)));
  }
  Arguments element{.values = {{list.element, text}, {list.owner, {{"id", owner}}}}};
  auto entity = EntityRules(draft.types(), draft.entities(), now).complete(type, std::move(element));
  if (!entity) return std::unexpected(std::move(entity.error()));
  if (auto stored = draft.put(type, std::move(*entity)); !stored)
    return std::unexpected(std::move(stored.error()));
  return {};
}

}  // namespace

Outcome<EmbeddedLists> take_embedded(const EntityType& type, json::object& sent) {
  EmbeddedLists lists;
  for (const Embedded& list : type.embedded) {
    const json::value* value = sent.if_contains(list.field);
    if (value == nullptr) continue;
    auto texts = texts_of(list, *value);
    if (!texts) return std::unexpected(std::move(texts.error()));
    lists.emplace(list.field, std::move(*texts));
    sent.erase(list.field);
  }
  return lists;
}

Outcome<void> store_embedded(store::Draft& draft, const EntityType& type, std::string_view owner,
                             const EmbeddedLists& lists, core::SystemTime now) {
  for (const Embedded& list : type.embedded) {
    const auto wanted = lists.find(list.field);
    if (wanted == lists.end()) continue;
    for (const Entity& old : draft.entities().of(list.type).referring(list.owner, owner)) {
      const bool stays =
          std::ranges::find(wanted->second, store::text_at(*old, list.element)) != wanted->second.end();
      if (stays) continue;
      auto removed = draft.remove(draft.types().at(list.type), store::id_of(*old));
      if (!removed) return removed;
    }
    for (const std::string& text : wanted->second) {
      if (auto stored = store_element(draft, list, owner, text, now); !stored) return stored;
    }
  }
  return {};
}

void show_embedded(const store::Entities& entities, const EntityType& type, json::object& entity) {
  for (const Embedded& list : type.embedded) {
    std::vector<std::string> texts;
    for (const Entity& element : entities.of(list.type).referring(list.owner, store::id_of(entity))) {
      texts.emplace_back(store::text_at(*element, list.element));
    }
    std::ranges::sort(texts);
    entity[list.field] = json::value_from(texts);
  }
}

}  // namespace gatehouse::gateway::admin
