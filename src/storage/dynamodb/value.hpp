// Attribute values and items of DynamoDB, and their JSON (DynamoDB API Reference, AttributeValue):
// {"S": "text"}, {"N": "12"}, {"B": "<base64>"}, {"BOOL": true}, {"NULL": true}, {"L": […]}, {"M": {…}}.
// Reading is strict: a value of an unknown type or with a stray member is refused. Sets are not used here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::storage::dynamodb {

class Value;
using Item = std::map<std::string, Value, std::less<>>;

class Value {
 public:
  struct Number {
    std::string text;  // decimal, up to 38 digits: more than any C++ type holds
    bool operator==(const Number&) const = default;
  };
  struct Bytes {
    std::string bytes;
    bool operator==(const Bytes&) const = default;
  };
  struct Null {
    bool operator==(const Null&) const = default;
  };
  using List = std::vector<Value>;
  using Any = std::variant<Null, bool, std::string, Number, Bytes, List, Item>;

  // Implicit: a value is what it holds.
  Value() = default;
  Value(const char* text) : any_(std::string(text)) {}
  Value(std::string text) : any_(std::move(text)) {}
  Value(std::int64_t number) : any_(Number{std::to_string(number)}) {}
  Value(Bytes bytes) : any_(std::move(bytes)) {}
  Value(List list) : any_(std::move(list)) {}
  explicit Value(Any any) : any_(std::move(any)) {}

  [[nodiscard]] const Any& any() const { return any_; }
  // Null if it is of another type.
  [[nodiscard]] const std::string* text() const { return std::get_if<std::string>(&any_); }
  [[nodiscard]] const std::string* bytes() const;
  [[nodiscard]] const List* list() const { return std::get_if<List>(&any_); }
  // Nothing if it is no number, or none that fits.
  [[nodiscard]] std::optional<std::int64_t> integer() const;

  bool operator==(const Value&) const = default;

 private:
  Any any_;
};

[[nodiscard]] json::object to_json(const Value& value);
[[nodiscard]] json::object to_json(const Item& item);

// bad_upstream/`bad_dynamodb_answer`. Nested 32 deep at most, as DynamoDB allows.
[[nodiscard]] Result<Value> value_of(const json::value& document);
[[nodiscard]] Result<Item> item_of(const json::value& document);

// The size that counts against the limit of an item (400 KB): names and values in UTF-8 or raw bytes. Rounded
// up where the documentation is vague.
[[nodiscard]] std::size_t size_of(const Item& item);

}  // namespace gatehouse::storage::dynamodb
