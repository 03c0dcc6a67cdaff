#include "gateway/admin/schema_endpoints.hpp"

#include <fmt/format.h>

#include "gateway/admin/embedded_lists.hpp"
#include "gateway/admin/entity_rules.hpp"

namespace gatehouse::gateway::admin {
namespace {

std::unexpected<Refusal> no_such(std::string_view what, std::string_view name) {
  return std::unexpected(store::refusal(404, fmt::format("No {} named '{}'", what, name)));
}

Outcome<Answer> entity_schema(const store::EntityTypes& types, const std::string& name) {
  const store::EntityType* type = types.find(name);
  if (type == nullptr) return no_such("entity", name);
  return ok(schema::render(type->schema));
}

Outcome<Answer> plugin_schema(const store::EntityTypes& types, const std::string& name) {
  const schema::Schema* schema = types.plugin_schema(name);
  if (schema == nullptr) return no_such("plugin", name);
  return ok(schema::render(*schema));
}

// The deprecated form: the configuration alone.
Outcome<Answer> plugin_config_schema(const store::EntityTypes& types, const std::string& name) {
  const schema::Schema* schema = types.plugin_schema(name);
  if (schema == nullptr) return no_such("plugin", name);
  return ok(schema::render(*schema->find("config")));
}

Outcome<Answer> validate(const store::Store& store, const core::Clock& clock, const Call& call,
                         const std::string& name) {
  const store::EntityType* type = store.types().find(name);
  if (type == nullptr) return no_such("entity", name);
  auto sent = body_arguments(call);
  if (!sent) return std::unexpected(std::move(sent.error()));
  if (auto lists = take_embedded(*type, sent->values); !lists)
    return std::unexpected(std::move(lists.error()));
  const auto entities = store.entities();
  auto entity = EntityRules(store.types(), *entities, clock.now()).complete(*type, std::move(*sent));
  if (!entity) return std::unexpected(std::move(entity.error()));
  return ok({{"message", "schema validation successful"}});
}

}  // namespace

std::vector<Endpoint> schema_endpoints(const store::Store& store, const core::Clock& clock) {
  using Show = Outcome<Answer> (*)(const store::EntityTypes&, const std::string&);
  const auto show = [&store](Show which) -> Serve {
    return [&store, which](const Call&, const Captures& captures) {
      return which(store.types(), captures.front());
    };
  };
  const Serve check = [&store, &clock](const Call& call, const Captures& captures) {
    return validate(store, clock, call, captures.front());
  };
  return {{.pattern = "/schemas/{name}/validate", .methods = {{"POST", check}}},
          {.pattern = "/schemas/plugins/{name}", .methods = {{"GET", show(plugin_schema)}}},
          {.pattern = "/schemas/{name}", .methods = {{"GET", show(entity_schema)}}},
          {.pattern = "/plugins/schema/{name}", .methods = {{"GET", show(plugin_config_schema)}}}};
}

}  // namespace gatehouse::gateway::admin
