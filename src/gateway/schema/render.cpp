// A schema as the JSON of GET /schemas/…: arrays of one-key objects, functions left out.
#include <fmt/format.h>

#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

std::string_view name_of(Type type) {
  constexpr std::array<std::string_view, 9> kNames{"string", "integer", "number", "boolean", "array",
                                                   "set",    "map",     "record", "foreign"};
  return kNames.at(static_cast<std::size_t>(type));
}

json::array render_fields(const std::vector<Field>& fields) {
  json::array rendered;
  for (const Field& field : fields) rendered.push_back(json::object{{field.name, render(field)}});
  return rendered;
}

void render_rules(const Rules& rules, json::object& shown) {
  if (rules.required) shown["required"] = true;
  if (!rules.fallback.is_null()) shown["default"] = rules.fallback;
  if (!rules.one_of.empty()) shown["one_of"] = json::value_from(rules.one_of);
  if (rules.between) shown["between"] = {rules.between->min, rules.between->max};
  if (rules.greater_than) shown["gt"] = *rules.greater_than;
  if (rules.len_min) shown["len_min"] = *rules.len_min;
  if (rules.automatic) shown["auto"] = true;
  if (rules.uuid) shown["uuid"] = true;
  if (rules.unique) shown["unique"] = true;
  if (rules.must_be_null) shown["eq"] = nullptr;
  if (rules.secret) shown["encrypted"] = true;
  if (rules.on_delete == OnDelete::cascade) shown["on_delete"] = "cascade";
}

json::object render_shorthand(const Shorthand& old) {
  const std::string path = fmt::format("{}", fmt::join(old.path, "."));
  json::object shown = render(old.field);
  shown["deprecation"] = {
      {"replaced_with", json::array{{{"path", json::value_from(old.path)}}}},
      {"message", fmt::format("config.{} is deprecated, please use config.{} instead", old.field.name, path)},
      {"removal_in_version", "4.0"}};
  return {{old.field.name, std::move(shown)}};
}

// Shorthands are shown inside the record that they belong to.
void add_shorthands(const std::vector<Shorthand>& shorthands, json::array& fields) {
  if (shorthands.empty()) return;
  json::array shown;
  for (const Shorthand& old : shorthands) shown.push_back(render_shorthand(old));
  for (auto& field : fields) {
    if (auto* config = field.get_object().if_contains("config"))
      config->get_object()["shorthand_fields"] = shown;
  }
}

}  // namespace

json::object render(const Field& field) {
  json::object shown{{"type", name_of(field.type)}};
  render_rules(field.rules, shown);
  switch (field.type) {
    case Type::array:
    case Type::set:
      shown["elements"] = render(field.elements());
      break;
    case Type::map:
      shown["keys"] = render(field.keys());
      shown["values"] = render(field.values());
      break;
    case Type::record:
      shown["fields"] = render_fields(field.inner);
      break;
    case Type::foreign:
      shown["reference"] = field.reference;
      break;
    default:
      break;
  }
  return shown;
}

json::object render(const Schema& schema) {
  json::array fields = render_fields(schema.fields);
  add_shorthands(schema.shorthands, fields);
  json::object shown{{"fields", std::move(fields)}};
  json::array checks;
  for (const Check& check : schema.checks) {
    if (!check.shown.empty()) checks.push_back(check.shown);
  }
  if (!checks.empty()) shown["entity_checks"] = std::move(checks);
  return shown;
}

}  // namespace gatehouse::gateway::schema
