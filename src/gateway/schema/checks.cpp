// Rules across fields, with Kong's texts.
#include <algorithm>

#include <fmt/format.h>

#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

bool is_filled(const json::value* value) {
  if (value == nullptr || value->is_null()) return false;
  if (const auto* text = value->if_string()) return !text->empty();
  if (const auto* array = value->if_array()) return !array->empty();
  if (const auto* object = value->if_object()) return !object->empty();
  return true;
}

std::ptrdiff_t filled(const json::object& entity, const std::vector<std::string>& paths) {
  return std::ranges::count_if(paths, [&](const auto& path) { return is_filled(at_path(entity, path)); });
}

void complain(json::object& violations, std::string text) {
  json::value& all = violations["@entity"];
  if (!all.is_array()) all.emplace_array();
  all.get_array().emplace_back(std::move(text));
}

void complain_at(json::object& violations, std::string_view path, const std::string& text) {
  const std::size_t dot = path.find('.');
  json::value& place = violations[path.substr(0, dot)];
  if (dot == std::string_view::npos) {
    if (place.is_null()) place = text;
    return;
  }
  if (place.is_null()) place.emplace_object();
  if (place.is_object()) complain_at(place.get_object(), path.substr(dot + 1), text);
}

bool has_wrong_field(const json::object& violations) {
  return std::ranges::any_of(violations, [](const auto& member) { return member.key() != "@entity"; });
}

std::string quoted(const std::vector<std::string>& paths) {
  return fmt::format("'{}'", fmt::join(paths, "', '"));
}

json::array to_json(const std::vector<std::string>& texts) {
  return json::value_from(texts).get_array();
}

using Allows = bool (*)(std::ptrdiff_t filled, std::size_t all);

Check counting(std::string_view kind, std::string_view complaint, std::vector<std::string> paths,
               Allows allows) {
  Check check;
  check.shown = {{kind, to_json(paths)}};
  check.run = [paths = std::move(paths), complaint = std::string(complaint), allows](
                  const json::object& entity, json::object& violations) {
    if (!allows(filled(entity, paths), paths.size())) complain(violations, complaint + quoted(paths));
  };
  return check;
}

}  // namespace

Check at_least_one_of(std::vector<std::string> paths) {
  return counting("at_least_one_of", "at least one of these fields must be non-empty: ", std::move(paths),
                  [](std::ptrdiff_t filled, std::size_t) { return filled > 0; });
}

Check only_one_of(std::vector<std::string> paths) {
  return counting("only_one_of", "exactly one of these fields must be non-empty: ", std::move(paths),
                  [](std::ptrdiff_t filled, std::size_t) { return filled == 1; });
}

Check all_or_none_of(std::vector<std::string> paths) {
  return counting("mutually_required", "all or none of these fields must be set: ", std::move(paths),
                  [](std::ptrdiff_t filled, std::size_t all) {
                    return filled == 0 || filled == static_cast<std::ptrdiff_t>(all);
                  });
}

When when(std::string path, std::vector<json::value> any_of) {
  return {std::move(path), When::Match::any_of, std::move(any_of)};
}

When when_not(std::string path, std::vector<json::value> none_of) {
  return {std::move(path), When::Match::none_of, std::move(none_of)};
}

bool When::holds(const json::object& entity) const {
  const json::value* value = at_path(entity, path_);
  if (value == nullptr) return false;
  const bool is_listed = std::ranges::find(values_, *value) != values_.end();
  return is_listed == (match_ == Match::any_of);
}

json::object When::shown_match() const {
  const json::array values(values_.begin(), values_.end());
  if (match_ == Match::none_of) return {{"not_one_of", values}};
  return values.size() == 1 ? json::object{{"eq", values[0]}} : json::object{{"one_of", values}};
}

Check When::conditional(std::string then_path, json::object then_match, Judge judge) const {
  Check check;
  check.shown = {{"conditional",
                  {{"if_field", path_},
                   {"if_match", shown_match()},
                   {"then_field", then_path},
                   {"then_match", std::move(then_match)}}}};
  check.run = [self = *this, then_path = std::move(then_path), judge = std::move(judge)](
                  const json::object& entity, json::object& violations) {
    if (!self.holds(entity)) return;
    const json::value* found = at_path(entity, then_path);
    const json::value value = found == nullptr ? json::value() : *found;
    const Complaint complaint = judge(value);
    if (!complaint) return;
    complain_at(violations, then_path, *complaint);
    complain(violations, fmt::format("failed conditional validation given value of field '{}'", self.path_));
  };
  return check;
}

Check When::require(std::string path) const {
  return conditional(std::move(path), {{"required", true}}, [](const json::value& value) {
    return value.is_null() ? Complaint("required field missing") : std::nullopt;
  });
}

Check When::require_null(std::string path) const {
  return conditional(std::move(path), {{"eq", nullptr}}, [](const json::value& value) {
    return value.is_null() ? std::nullopt : Complaint("value must be null");
  });
}

Check When::require_one_of(std::string path, std::vector<std::string> allowed) const {
  const json::array shown = to_json(allowed);
  return conditional(
      std::move(path), {{"one_of", shown}}, [allowed = std::move(allowed)](const json::value& value) {
        const auto* text = value.if_string();
        if (text != nullptr && std::ranges::find(allowed, std::string_view(*text)) != allowed.end())
          return Complaint();
        return Complaint(fmt::format("expected one of: {}", fmt::join(allowed, ", ")));
      });
}

Check When::require_element(std::string path, std::string element) const {
  json::object shown{{"contains", element}};
  return conditional(
      std::move(path), std::move(shown), [element = std::move(element)](const json::value& value) {
        const auto* array = value.if_array();
        if (array != nullptr && std::ranges::find(*array, json::value(element)) != array->end())
          return Complaint();
        return Complaint("expected to contain: " + element);
      });
}

Check entity_check(std::function<Complaint(const json::object& entity)> judge) {
  return {.shown = {},
          .run = [judge = std::move(judge)](const json::object& entity, json::object& violations) {
            if (has_wrong_field(violations)) return;
            if (auto complaint = judge(entity)) complain(violations, std::move(*complaint));
          }};
}

Check field_check(std::string path, std::function<Complaint(const json::object& entity)> judge) {
  return {.shown = {},
          .run = [path = std::move(path), judge = std::move(judge)](const json::object& entity,
                                                                    json::object& violations) {
            if (has_wrong_field(violations)) return;
            if (auto complaint = judge(entity)) complain_at(violations, path, *complaint);
          }};
}

}  // namespace gatehouse::gateway::schema
