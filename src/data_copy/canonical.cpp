#include "data_copy/canonical.hpp"

#include <map>

#include <fmt/format.h>

namespace gatehouse::data_copy {
namespace {

json::value ordered(const json::value& value) {
  if (const json::array* array = value.if_array()) {
    json::array copy;
    copy.reserve(array->size());
    for (const json::value& one : *array) copy.push_back(ordered(one));
    return copy;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  std::map<std::string_view, const json::value*> members;
  for (const auto& member : *object) members.emplace(member.key(), &member.value());
  json::object copy;
  copy.reserve(members.size());
  for (const auto& [key, member] : members) copy.emplace(key, ordered(*member));
  return copy;
}

}  // namespace

std::string canonical(const json::value& value) {
  return json::serialize(ordered(value));
}

std::string key_of(std::int64_t number) {
  return fmt::format("{:020}", number);
}

}  // namespace gatehouse::data_copy
