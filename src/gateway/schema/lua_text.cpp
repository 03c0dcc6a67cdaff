#include "gateway/schema/lua_text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace gatehouse::gateway::schema {
namespace {

namespace json = boost::json;

bool is_identifier(std::string_view text) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::ranges::all_of(text, is_word);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + '"';
}

class Writer {
 public:
  explicit Writer(Layout layout) : layout_(layout) {}

  std::string write(const json::value& value, std::size_t depth) const {
    if (const auto* text = value.if_string()) return quoted(*text);
    if (const auto* object = value.if_object()) return enclose(members(*object, depth + 1), depth);
    if (const auto* array = value.if_array()) return enclose(elements(*array, depth + 1), depth);
    return json::serialize(value);  // null, true and numbers look alike in Lua
  }

 private:
  std::vector<std::string> members(const json::object& object, std::size_t depth) const {
    std::vector<std::string_view> keys;
    for (const auto& member : object) keys.push_back(member.key());
    std::ranges::sort(keys);
    std::vector<std::string> lines;
    for (const auto key : keys) {
      const std::string name = is_identifier(key) ? std::string(key) : fmt::format("[{}]", quoted(key));
      lines.push_back(name + equals() + write(object.at(key), depth));
    }
    return lines;
  }

  std::vector<std::string> elements(const json::array& array, std::size_t depth) const {
    std::vector<std::string> lines;
    bool has_hole = false;
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (array[i].is_null()) {
        has_hole = true;
        continue;
      }
      const std::string index = has_hole ? fmt::format("[{}]{}", i + 1, equals()) : std::string{};
      lines.push_back(index + write(array[i], depth));
    }
    return lines;
  }

  std::string enclose(const std::vector<std::string>& lines, std::size_t depth) const {
    if (lines.empty()) return "{}";
    if (layout_ == Layout::one_line) return fmt::format("{{{}}}", fmt::join(lines, ","));
    const std::string indent(2 * (depth + 1), ' ');
    return fmt::format("{{\n{}{}\n{}}}", indent, fmt::join(lines, ",\n" + indent),
                       std::string(2 * depth, ' '));
  }

  [[nodiscard]] const char* equals() const { return layout_ == Layout::one_line ? "=" : " = "; }

  Layout layout_;
};

}  // namespace

std::string lua_text(const json::value& value, Layout layout) {
  return Writer(layout).write(value, 0);
}

}  // namespace gatehouse::gateway::schema
