// Is a complete entity valid? Every violation at once, in Kong's shape and words.
#include <algorithm>

#include <fmt/format.h>

#include "core/ids.hpp"
#include "gateway/schema/lua_text.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

// A violation is a text, an object (record, foreign key) or an array (list) of such; null is none.
json::value violation_in(const Field& field, const json::value& value);

json::value in_fields(const std::vector<Field>& fields, const json::object& object) {
  json::object violations;
  for (const Field& field : fields) {
    const json::value* value = object.if_contains(field.name);
    json::value violation = violation_in(field, value == nullptr ? json::value() : *value);
    if (!violation.is_null()) violations.emplace(field.name, std::move(violation));
  }
  for (const auto& member : object) {
    const bool is_known = std::ranges::find(fields, member.key(), &Field::name) != fields.end();
    if (!is_known) violations.emplace(member.key(), "unknown field");
  }
  return violations.empty() ? json::value() : json::value(std::move(violations));
}

json::value in_elements(const Field& elements, const json::array& array) {
  json::array violations;
  for (std::size_t i = 0; i < array.size(); ++i) {
    json::value violation = array[i].is_null() ? "required field missing" : violation_in(elements, array[i]);
    if (violation.is_null()) continue;
    violations.resize(i);  // nulls for the good ones before
    violations.push_back(std::move(violation));
  }
  return violations.empty() ? json::value() : json::value(std::move(violations));
}

json::value in_map(const Field& map, const json::object& object) {
  for (const auto& member : object) {
    json::value violation = violation_in(map.keys(), json::string(member.key()));
    if (violation.is_null()) {
      violation =
          member.value().is_null() ? "required field missing" : violation_in(map.values(), member.value());
    }
    if (!violation.is_null()) return violation;
  }
  return nullptr;
}

json::value in_foreign_key(const json::value& value) {
  const json::object* object = value.if_object();
  const json::value* id = object == nullptr ? nullptr : object->if_contains("id");
  if (id == nullptr || id->is_null()) return {{"id", "missing primary key"}};
  const auto* text = id->if_string();
  if (text == nullptr) return {{"id", "expected a string"}};
  return core::is_uuid(*text) ? json::value() : json::value{{"id", "expected a valid UUID"}};
}

bool has_type(Type type, const json::value& value) {
  switch (type) {
    case Type::string:
      return value.is_string();
    case Type::integer:
      return value.is_int64();
    case Type::number:
      return value.is_number();
    case Type::boolean:
      return value.is_bool();
    case Type::array:
    case Type::set:
      return value.is_array();
    case Type::map:
    case Type::record:
      return value.is_object();
    case Type::foreign:
      return true;  // looked into by in_foreign_key
  }
  return false;
}

std::string_view expected(Type type) {
  switch (type) {
    case Type::string:
      return "expected a string";
    case Type::integer:
      return "expected an integer";
    case Type::number:
      return "expected a number";
    case Type::boolean:
      return "expected a boolean";
    case Type::array:
      return "expected an array";
    case Type::set:
      return "expected a set";
    case Type::map:
      return "expected a map";
    case Type::record:
      return "expected a record";
    case Type::foreign:
      return "expected a foreign key";
  }
  return {};
}

json::value inside(const Field& field, const json::value& value) {
  switch (field.type) {
    case Type::array:
    case Type::set:
      return in_elements(field.elements(), value.get_array());
    case Type::map:
      return in_map(field, value.get_object());
    case Type::record:
      return in_fields(field.inner, value.get_object());
    case Type::foreign:
      return in_foreign_key(value);
    default:
      return nullptr;
  }
}

std::size_t length_of(const json::value& value) {
  if (const auto* text = value.if_string()) return text->size();
  if (const auto* array = value.if_array()) return array->size();
  return value.is_object() ? value.get_object().size() : 0;
}

Complaint number_complaint(const Rules& rules, const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const double number = value.to_number<double>();
  if (rules.greater_than && !(number > *rules.greater_than)) {
    return fmt::format("value must be greater than {}", *rules.greater_than);
  }
  const bool is_within = !rules.between || (number >= static_cast<double>(rules.between->min) &&
                                            number <= static_cast<double>(rules.between->max));
  if (!is_within)
    return fmt::format("value should be between {} and {}", rules.between->min, rules.between->max);
  return std::nullopt;
}

Complaint text_complaint(const Rules& rules, const json::value& value) {
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  if (!rules.one_of.empty() &&
      std::ranges::find(rules.one_of, std::string_view(*text)) == rules.one_of.end()) {
    return fmt::format("expected one of: {}", fmt::join(rules.one_of, ", "));
  }
  if (rules.uuid && !core::is_uuid(*text)) return "expected a valid UUID";
  return std::nullopt;
}

Complaint rule_complaint(const Field& field, const json::value& value) {
  const Rules& rules = field.rules;
  if (rules.must_be_null) return "value must be null";
  if (auto complaint = text_complaint(rules, value)) return complaint;
  if (auto complaint = number_complaint(rules, value)) return complaint;
  const std::size_t len_min =
      rules.len_min.value_or(field.type == Type::string ? 1 : 0);  // Kong: no empty text
  if (length_of(value) < len_min) return fmt::format("length must be at least {}", len_min);
  return rules.check ? rules.check(value) : std::nullopt;
}

json::value violation_in(const Field& field, const json::value& value) {
  if (value.is_null()) return field.rules.required ? json::value("required field missing") : json::value();
  if (!has_type(field.type, value)) return json::string(expected(field.type));
  if (field.rules.must_be_null) return "value must be null";
  if (json::value violation = inside(field, value); !violation.is_null()) return violation;
  const Complaint complaint = rule_complaint(field, value);
  return complaint ? json::value(*complaint) : json::value();
}

// "config.redis: {…}" for what lies deeper than two levels, as Kong prints it.
void append_messages(std::vector<std::string>& messages, std::string_view name,
                     const json::value& violation) {
  const auto add = [&](std::string_view sub_name, const json::value& inner) {
    const auto* text = inner.if_string();
    const std::string shown = text != nullptr ? std::string(*text) : lua_text(inner, Layout::indented);
    messages.push_back(fmt::format("{}.{}: {}", name, sub_name, shown));
  };
  if (const auto* text = violation.if_string()) {
    messages.push_back(fmt::format("{}: {}", name, std::string_view(*text)));
  } else if (const auto* array = violation.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!(*array)[i].is_null()) add(std::to_string(i + 1), (*array)[i]);
    }
  } else if (const auto* object = violation.if_object()) {
    const std::map<std::string_view, const json::value*> sorted = [&] {
      std::map<std::string_view, const json::value*> members;
      for (const auto& member : *object) members.emplace(member.key(), &member.value());
      return members;
    }();
    for (const auto& [sub_name, inner] : sorted) add(sub_name, *inner);
  }
}

}  // namespace

json::object validate(const Schema& schema, const json::object& entity) {
  json::value found = in_fields(schema.fields, entity);
  json::object violations = found.is_object() ? std::move(found.get_object()) : json::object{};
  for (const Check& check : schema.checks) check.run(entity, violations);
  return violations;
}

std::string violation_message(const json::object& violations) {
  std::vector<std::string> messages;
  if (const auto* about_all = violations.if_contains("@entity");
      about_all != nullptr && about_all->is_array()) {
    for (const auto& text : about_all->get_array()) messages.emplace_back(text.as_string());
  }
  std::map<std::string_view, const json::value*> sorted;
  for (const auto& member : violations) sorted.emplace(member.key(), &member.value());
  for (const auto& [name, violation] : sorted) {
    if (name != "@entity") append_messages(messages, name, *violation);
  }
  const std::string what =
      messages.size() == 1 ? "schema violation" : fmt::format("{} schema violations", messages.size());
  return fmt::format("{} ({})", what, fmt::join(messages, "; "));
}

}  // namespace gatehouse::gateway::schema
