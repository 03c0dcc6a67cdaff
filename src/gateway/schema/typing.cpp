// From what a client sent to a complete, typed entity: inference, defaults, shorthand fields.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/text.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

using Fields = std::vector<Field>;

void infer_fields(const Fields& fields, json::object& object);

json::value inferred_number(std::string_view text) {
  if (const auto whole = core::parse_int<std::int64_t>(text)) return *whole;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return json::string(text);
  return value;
}

json::value inferred_scalar(const Field& field, const json::string& text) {
  if (text.empty()) return nullptr;
  if (field.type == Type::integer || field.type == Type::number) return inferred_number(text);
  if (field.type == Type::boolean && text == "true") return true;
  if (field.type == Type::boolean && text == "false") return false;
  return text;
}

void infer_value(const Field& field, json::value& value) {
  if (const auto* text = value.if_string()) value = inferred_scalar(field, *text);
  if (value.is_null()) return;
  if (field.is_list()) {
    if (!value.is_array() && !value.is_object()) value = json::array{std::move(value)};
    if (auto* array = value.if_array()) {
      for (auto& element : *array) infer_value(field.elements(), element);
    }
  }
  auto* object = value.if_object();
  if (object == nullptr) return;
  if (field.type == Type::record) infer_fields(field.inner, *object);
  if (field.type == Type::foreign) infer_fields({text("id"), text("name"), text("username")}, *object);
  if (field.type == Type::map) {
    for (auto& member : *object) infer_value(field.values(), member.value());
  }
}

void infer_fields(const Fields& fields, json::object& object) {
  for (const Field& field : fields) {
    if (json::value* value = object.if_contains(field.name)) infer_value(field, *value);
  }
}

// 5.0 is the integer 5: JSON has one number type, and Kong prints whole numbers plainly.
void make_whole(json::value& value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (const auto* natural = value.if_uint64(); natural != nullptr && std::in_range<std::int64_t>(*natural)) {
    value = static_cast<std::int64_t>(*natural);
  }
  const double* real = value.if_double();
  if (real == nullptr || std::trunc(*real) != *real || std::abs(*real) > kExact) return;
  value = static_cast<std::int64_t>(*real);
}

void drop_doubles(json::array& elements) {
  json::array kept;
  for (auto& element : elements) {
    if (std::ranges::find(kept, element) == kept.end()) kept.push_back(std::move(element));
  }
  elements = std::move(kept);
}

void fill_fields(const Fields& fields, json::object& object);

json::value default_of(const Field& field) {
  if (!field.rules.fallback.is_null()) return field.rules.fallback;
  if (field.type != Type::record || !field.rules.required) return nullptr;
  json::object empty;
  fill_fields(field.inner, empty);
  return empty;
}

void normalize(const Field& field, json::value& value) {
  if (field.type == Type::integer || field.type == Type::number) make_whole(value);
  if (auto* array = value.if_array(); array != nullptr && field.is_list()) {
    for (auto& element : *array) normalize(field.elements(), element);
    if (field.type == Type::set) drop_doubles(*array);
  }
  if (auto* object = value.if_object(); object != nullptr && field.type == Type::record) {
    fill_fields(field.inner, *object);
  }
}

void fill_fields(const Fields& fields, json::object& object) {
  json::object filled;
  filled.reserve(fields.size());
  for (const Field& field : fields) {
    json::value* given = object.if_contains(field.name);
    json::value value = given == nullptr ? default_of(field) : std::move(*given);
    normalize(field, value);
    filled.emplace(field.name, std::move(value));
    if (given != nullptr) object.erase(field.name);
  }
  for (auto& unknown : object) filled.emplace(unknown.key(), std::move(unknown.value()));
  object = std::move(filled);
}

// Where shorthands live: beside the fields of "config".
json::object* config_of(json::object& entity) {
  json::value* config = entity.if_contains("config");
  return config == nullptr ? nullptr : config->if_object();
}

std::string plain(const json::value& value) {
  const auto* text = value.if_string();
  return text == nullptr ? json::serialize(value) : std::string(*text);
}

// The value to write at a path, with the records on the way made; nullptr if something else is in the way.
json::value* make_path(json::object& object, std::span<const std::string> path) {
  json::value& place = object[path.front()];
  if (path.size() == 1) return &place;
  if (place.is_null()) place.emplace_object();
  return place.is_object() ? make_path(place.get_object(), path.subspan(1)) : nullptr;
}

}  // namespace

void infer(const Schema& schema, json::object& entity) {
  infer_fields(schema.fields, entity);
  json::object* config = config_of(entity);
  if (config == nullptr) return;
  for (const Shorthand& old : schema.shorthands) {
    if (json::value* value = config->if_contains(old.field.name)) infer_value(old.field, *value);
  }
}

void fill_defaults(const Schema& schema, json::object& entity) {
  fill_fields(schema.fields, entity);
}

json::object resolve_shorthands(const Schema& schema, json::object& entity) {
  json::object violations;
  json::object* config = config_of(entity);
  if (config == nullptr) return violations;
  for (const Shorthand& old : schema.shorthands) {
    json::value* given = config->if_contains(old.field.name);
    if (given == nullptr) continue;
    const json::value value = std::move(*given);
    config->erase(old.field.name);
    const std::string path = fmt::format("{}", fmt::join(old.path, "."));
    const json::value* now = at_path(*config, path);
    if (now == nullptr) {
      if (json::value* place = make_path(*config, old.path)) *place = value;
    } else if (*now != value && !value.is_null() && !now->is_null()) {
      violations[old.field.name] =
          fmt::format("both deprecated and new field are used but their values mismatch: {} = {} vs {} = {}",
                      old.field.name, plain(value), path, plain(*now));
    }
  }
  return violations;
}

void echo_shorthands(const Schema& schema, json::object& entity) {
  json::object* config = config_of(entity);
  if (config == nullptr) return;
  for (const Shorthand& old : schema.shorthands) {
    const json::value* value = at_path(*config, fmt::format("{}", fmt::join(old.path, ".")));
    const json::value copy = value == nullptr ? json::value() : *value;
    (*config)[old.field.name] = copy;
  }
}

}  // namespace gatehouse::gateway::schema
