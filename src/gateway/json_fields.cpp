// Implements the reading of stored entities.
#include "gateway/json_fields.hpp"

#include "gateway/store/entities.hpp"

namespace gatehouse::gateway {

std::int64_t int_at(const json::object& object, std::string_view field, std::int64_t fallback) {
  return static_cast<std::int64_t>(number_at(object, field, static_cast<double>(fallback)));
}

double number_at(const json::object& object, std::string_view field, double fallback) {
  const auto* value = object.if_contains(field);
  return value != nullptr && value->is_number() ? value->to_number<double>() : fallback;
}

bool flag_at(const json::object& object, std::string_view field, bool fallback) {
  const auto* value = object.if_contains(field);
  return value != nullptr && value->is_bool() ? value->get_bool() : fallback;
}

std::vector<std::string> texts_at(const json::object& object, std::string_view field) {
  std::vector<std::string> texts;
  const auto* value = object.if_contains(field);
  if (value == nullptr || !value->is_array()) return texts;
  for (const auto& element : value->get_array()) {
    if (element.is_string()) texts.emplace_back(element.get_string());
  }
  return texts;
}

std::string display_name(const json::object& entity) {
  const auto name = store::text_at(entity, "name");
  return std::string(name.empty() ? store::id_of(entity) : name);
}

}  // namespace gatehouse::gateway
