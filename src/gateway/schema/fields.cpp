// The words in which schemas are written: one function per type of field.
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

Field of_type(Type type, std::string_view name, Rules rules) {
  return Field{.name = std::string(name), .type = type, .rules = std::move(rules)};
}

}  // namespace

Field text(std::string_view name, Rules rules) {
  return of_type(Type::string, name, std::move(rules));
}
Field integer(std::string_view name, Rules rules) {
  return of_type(Type::integer, name, std::move(rules));
}
Field number(std::string_view name, Rules rules) {
  return of_type(Type::number, name, std::move(rules));
}
Field boolean(std::string_view name, Rules rules) {
  return of_type(Type::boolean, name, std::move(rules));
}

Field array(std::string_view name, Field elements, Rules rules) {
  Field field = of_type(Type::array, name, std::move(rules));
  field.inner = {std::move(elements)};
  return field;
}

Field set(std::string_view name, Field elements, Rules rules) {
  Field field = of_type(Type::set, name, std::move(rules));
  field.inner = {std::move(elements)};
  return field;
}

Field map(std::string_view name, Field keys, Field values, Rules rules) {
  Field field = of_type(Type::map, name, std::move(rules));
  field.inner = {std::move(keys), std::move(values)};
  return field;
}

Field record(std::string_view name, std::vector<Field> fields, Rules rules) {
  Field field = of_type(Type::record, name, std::move(rules));
  field.inner = std::move(fields);
  return field;
}

Field foreign(std::string_view name, std::string_view type, Rules rules) {
  Field field = of_type(Type::foreign, name, std::move(rules));
  field.reference = std::string(type);
  return field;
}

Field reference(std::string_view type) {
  Field field = text({}, {.uuid = true});
  field.reference = std::string(type);
  return field;
}

Shorthand shorthand(Field field, std::vector<std::string> path) {
  return {std::move(field), std::move(path)};
}

const Field* Schema::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

const json::value* at_path(const json::object& object, std::string_view dotted_path) {
  const std::size_t dot = dotted_path.find('.');
  const json::value* value = object.if_contains(dotted_path.substr(0, dot));
  if (dot == std::string_view::npos || value == nullptr) return value;
  const json::object* inner = value->if_object();
  return inner == nullptr ? nullptr : at_path(*inner, dotted_path.substr(dot + 1));
}

}  // namespace gatehouse::gateway::schema
