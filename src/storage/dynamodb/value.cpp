#include "storage/dynamodb/value.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

constexpr int kDepthMax = 32;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

std::unexpected<Error> bad(std::string_view why) {
  return fail(ErrorKind::bad_upstream, "bad_dynamodb_answer", std::string(why), Origin::upstream);
}

// An optional sign, digits, an optional fraction and exponent.
bool is_number(std::string_view text) {
  const auto digits = [&text] {
    const auto end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    const auto count = static_cast<std::size_t>(end - text.begin());
    text.remove_prefix(count);
    return count > 0;
  };
  if (text.size() > 150) return false;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (!digits()) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!digits()) return false;
  }
  if (text.starts_with('E') || text.starts_with('e')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!digits()) return false;
  }
  return text.empty();
}

Result<Value> read(const json::value& document, int depth);

Result<Item> read_map(const json::value& document, int depth) {
  const json::object* object = document.if_object();
  if (object == nullptr) return bad("a map is no object");
  Item item;
  for (const auto& [name, member] : *object) {
    auto value = read(member, depth);
    if (!value) return fail(value);
    item.emplace(name, std::move(*value));
  }
  return item;
}

Result<Value> read_list(const json::value& document, int depth) {
  const json::array* array = document.if_array();
  if (array == nullptr) return bad("a list is no array");
  Value::List list;
  list.reserve(array->size());
  for (const json::value& element : *array) {
    auto value = read(element, depth);
    if (!value) return value;
    list.push_back(std::move(*value));
  }
  return Value(std::move(list));
}

Result<Value> read_text(std::string_view type, const json::value& content) {
  const json::string* text = content.if_string();
  if (text == nullptr) return bad(fmt::format("{} is no text", type));
  if (type == "S") return Value(std::string(*text));
  if (type == "N") {
    if (!is_number(*text)) return bad("N is no number");
    return Value(Value::Any(Value::Number{std::string(*text)}));
  }
  auto bytes = core::from_base64(*text);
  if (!bytes) return bad("B is no base64");
  return Value(Value::Bytes{std::move(*bytes)});
}

Result<Value> read(const json::value& document, int depth) {
  if (depth > kDepthMax) return bad("nested too deep");
  const json::object* object = document.if_object();
  if (object == nullptr || object->size() != 1) return bad("a value is no object with one type");
  const std::string_view type = object->begin()->key();
  const json::value& content = object->begin()->value();
  if (type == "S" || type == "N" || type == "B") return read_text(type, content);
  if (type == "L") return read_list(content, depth + 1);
  if (type == "M") {
    auto map = read_map(content, depth + 1);
    if (!map) return fail(map);
    return Value(Value::Any(std::move(*map)));
  }
  if (!content.is_bool()) return bad("a value of an unknown type");
  if (type == "BOOL") return Value(Value::Any(content.get_bool()));
  if (type == "NULL" && content.get_bool()) return Value();
  return bad("a value of an unknown type");
}

std::size_t size_of(const Value& value);

std::size_t size_of_members(const Value::List& list) {
  std::size_t size = 3;
  for (const Value& element : list) size += 1 + size_of(element);
  return size;
}

std::size_t size_of(const Value& value) {
  const Overloaded size{
      [](const Value::Null&) -> std::size_t { return 1; },
      [](bool) -> std::size_t { return 1; },
      [](const std::string& text) { return text.size(); },
      [](const Value::Number& number) { return std::min<std::size_t>(number.text.size(), 21); },
      [](const Value::Bytes& bytes) { return bytes.bytes.size(); },
      [](const Value::List& list) { return size_of_members(list); },
      [](const Item& map) { return 3 + dynamodb::size_of(map) + map.size(); }};
  return std::visit(size, value.any());
}

}  // namespace

const std::string* Value::bytes() const {
  const Bytes* held = std::get_if<Bytes>(&any_);
  return held == nullptr ? nullptr : &held->bytes;
}

std::optional<std::int64_t> Value::integer() const {
  const Number* number = std::get_if<Number>(&any_);
  return number == nullptr ? std::nullopt : core::parse_int<std::int64_t>(number->text);
}

json::object to_json(const Value& value) {
  const Overloaded write{
      [](const Value::Null&) { return json::object{{"NULL", true}}; },
      [](bool flag) { return json::object{{"BOOL", flag}}; },
      [](const std::string& text) { return json::object{{"S", text}}; },
      [](const Value::Number& number) { return json::object{{"N", number.text}}; },
      [](const Value::Bytes& bytes) { return json::object{{"B", core::to_base64(bytes.bytes)}}; },
      [](const Value::List& list) {
        json::array array;
        for (const Value& element : list) array.push_back(to_json(element));
        return json::object{{"L", std::move(array)}};
      },
      [](const Item& map) { return json::object{{"M", to_json(map)}}; }};
  return std::visit(write, value.any());
}

json::object to_json(const Item& item) {
  json::object object;
  for (const auto& [name, value] : item) object[name] = to_json(value);
  return object;
}

Result<Value> value_of(const json::value& document) {
  return read(document, 1);
}

Result<Item> item_of(const json::value& document) {
  return read_map(document, 1);
}

std::size_t size_of(const Item& item) {
  std::size_t size = 0;
  for (const auto& [name, value] : item) size += name.size() + size_of(value);
  return size;
}

}  // namespace gatehouse::storage::dynamodb
