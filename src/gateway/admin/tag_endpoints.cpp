#include "gateway/admin/tag_endpoints.hpp"

#include <map>

#include <fmt/format.h>

#include "gateway/admin/arguments.hpp"
#include "gateway/admin/page.hpp"

namespace gatehouse::gateway::admin {
namespace {

// Every use of a tag, by a key that orders the list and names a place in it.
std::map<std::string, json::object> tag_uses(const store::Store& store,
                                             std::optional<std::string_view> wanted) {
  std::map<std::string, json::object> uses;
  const auto entities = store.entities();
  for (const store::EntityType& type : store.types().all()) {
    for (const auto& [id, entity] : entities->of(type.name).rows()) {
      const json::value* tags = entity->if_contains("tags");
      if (tags == nullptr || !tags->is_array()) continue;
      for (const json::value& tag : tags->get_array()) {
        const std::string_view text = tag.as_string();
        if (wanted && text != *wanted) continue;
        uses[fmt::format("{}/{}/{}", type.name, id, text)] = {
            {"entity_name", type.name}, {"entity_id", id}, {"tag", text}};
      }
    }
  }
  return uses;
}

Outcome<Answer> list(const store::Store& store, const Call& call, std::optional<std::string_view> wanted) {
  const auto arguments = query_arguments(call);
  if (!arguments) return std::unexpected(arguments.error());
  const auto query = page_query(*arguments);
  if (!query) return std::unexpected(query.error());
  const auto uses = tag_uses(store, wanted);
  std::vector<std::string_view> keys;
  for (const auto& [key, use] : uses) keys.push_back(key);
  const Link link{.path = wanted ? fmt::format("/tags/{}", core::percent_encode(*wanted)) : "/tags",
                  .parameters = query->size_text.empty() ? "" : "&size=" + query->size_text};
  const auto take = [&](std::string_view key) { return json::value(uses.at(std::string(key))); };
  return ok(make_page(keys, *query, link, take));
}

}  // namespace

std::vector<Endpoint> tag_endpoints(const store::Store& store) {
  const Serve all = [&store](const Call& call, const Captures&) { return list(store, call, std::nullopt); };
  const Serve one = [&store](const Call& call, const Captures& captures) {
    return list(store, call, captures.front());
  };
  return {{.pattern = "/tags", .methods = {{"GET", all}}},
          {.pattern = "/tags/{tags}", .methods = {{"GET", one}}}};
}

}  // namespace gatehouse::gateway::admin
