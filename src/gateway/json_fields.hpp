// Reading stored entities: complete JSON in Kong's shape, already valid, null where unset.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace gatehouse {
namespace json = boost::json;
}

namespace gatehouse::gateway {

[[nodiscard]] std::int64_t int_at(const json::object& object, std::string_view field, std::int64_t fallback);
[[nodiscard]] double number_at(const json::object& object, std::string_view field, double fallback);
[[nodiscard]] bool flag_at(const json::object& object, std::string_view field, bool fallback);
// Null, absent or no array: empty.
[[nodiscard]] std::vector<std::string> texts_at(const json::object& object, std::string_view field);
// The entity's name, or its id if it has none.
[[nodiscard]] std::string display_name(const json::object& entity);

}  // namespace gatehouse::gateway
