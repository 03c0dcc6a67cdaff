// What an entity or a plugin's configuration looks like, stated as data: one statement gives Kong's defaults,
// Kong's validation errors, typed values from form text, and the JSON of GET /schemas/….
//
//   Schema config{
//       .fields = {number("second", {.greater_than = 0}),
//                  text("policy", {.fallback = "local", .one_of = {"local", "redis"}}),
//                  set("header_names", text(), {.fallback = json::array{"authorization"}}),
//                  record("redis", {text("host"), integer("port", {.fallback = 6379})})},
//       .checks = {at_least_one_of({"config.second", "config.minute"}),
//                  when("config.policy", {"redis"}).require("config.redis.host")},
//       .shorthands = {shorthand("redis_host", {"redis", "host"})}};
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::gateway::schema {

enum class Type : std::uint8_t { string, integer, number, boolean, array, set, map, record, foreign };

struct Range {
  std::int64_t min;
  std::int64_t max;
};

// The text of what is wrong with a value, or nothing.
using Complaint = std::optional<std::string>;

// What becomes of an entity when the one that it refers to is deleted.
enum class OnDelete : std::uint8_t { refuse, cascade };

// Named as in Kong's schema JSON, except for its keywords: `fallback` is "default", `automatic` is "auto".
struct Rules {
  bool required = false;
  json::value fallback = nullptr;  // write json::array{…} and json::object{…} out: braces alone are ambiguous
  std::vector<std::string> one_of = {};
  std::optional<Range> between = std::nullopt;
  std::optional<double> greater_than = std::nullopt;
  std::optional<std::size_t> len_min = std::nullopt;
  bool automatic = false;  // made by us when absent: ids, times, credential keys
  bool uuid = false;
  bool unique = false;
  OnDelete on_delete = OnDelete::refuse;  // of a foreign field
  bool must_be_null = false;              // a scope that a plugin refuses
  bool secret = false;                    // stored encrypted ("encrypted" in Kong), never shown in logs
  std::function<Complaint(const json::value&)> check = {};  // runs on a present value of the right type
};

struct Field {
  std::string name;  // empty for the elements of an array, set or map
  Type type = Type::string;
  Rules rules;
  std::vector<Field> inner = {};  // record: its fields; array and set: the element; map: key, value
  std::string reference = {};     // foreign, and an id in a list: the type that is referred to

  [[nodiscard]] const Field& elements() const { return inner.at(0); }
  [[nodiscard]] const Field& keys() const { return inner.at(0); }
  [[nodiscard]] const Field& values() const { return inner.at(1); }
  [[nodiscard]] bool is_list() const { return type == Type::array || type == Type::set; }
};

[[nodiscard]] Field text(std::string_view name = {}, Rules = {});
[[nodiscard]] Field integer(std::string_view name = {}, Rules = {});
[[nodiscard]] Field number(std::string_view name = {}, Rules = {});
[[nodiscard]] Field boolean(std::string_view name = {}, Rules = {});
[[nodiscard]] Field array(std::string_view name, Field elements, Rules = {});  // order counts
[[nodiscard]] Field set(std::string_view name, Field elements,
                        Rules = {});  // order does not count, no doubles
[[nodiscard]] Field map(std::string_view name, Field keys, Field values, Rules = {});
[[nodiscard]] Field record(std::string_view name, std::vector<Field> fields, Rules = {.required = true});
[[nodiscard]] Field foreign(std::string_view name, std::string_view type, Rules = {});

// The elements of a list of ids: array("ca_certificates", reference("ca_certificates")).
[[nodiscard]] Field reference(std::string_view type);

// A rule across fields. It sees the whole entity, so a plugin's checks write their paths out:
// "config.redis.host".
struct Check {
  json::object shown;  // as in GET /schemas; empty: not shown
  std::function<void(const json::object& entity, json::object& violations)> run;
};

[[nodiscard]] Check at_least_one_of(std::vector<std::string> paths);
[[nodiscard]] Check only_one_of(std::vector<std::string> paths);
[[nodiscard]] Check all_or_none_of(std::vector<std::string> paths);

// when("config.limit_by", {"header"}).require("config.header_name")
class When {
 public:
  enum class Match : std::uint8_t { any_of, none_of };
  When(std::string path, Match match, std::vector<json::value> values)
      : path_(std::move(path)), match_(match), values_(std::move(values)) {}
  [[nodiscard]] Check require(std::string path) const;
  [[nodiscard]] Check require_null(std::string path) const;
  [[nodiscard]] Check require_one_of(std::string path, std::vector<std::string> allowed) const;
  [[nodiscard]] Check require_element(std::string path, std::string element) const;

 private:
  using Judge = std::function<Complaint(const json::value&)>;
  [[nodiscard]] Check conditional(std::string then_path, json::object then_match, Judge judge) const;
  [[nodiscard]] bool holds(const json::object& entity) const;
  [[nodiscard]] json::object shown_match() const;
  std::string path_;
  Match match_;
  std::vector<json::value> values_;
};
[[nodiscard]] When when(std::string path, std::vector<json::value> any_of);
[[nodiscard]] When when_not(std::string path, std::vector<json::value> none_of);

// Any other rule; runs only when no field is wrong. A complaint is about the whole entity …
[[nodiscard]] Check entity_check(std::function<Complaint(const json::object& entity)> judge);
// … or about the field at `path` (for a whole configuration: "config").
[[nodiscard]] Check field_check(std::string path, std::function<Complaint(const json::object& entity)> judge);

// An old flat name of a field that moved into a record: accepted in requests, echoed in answers.
struct Shorthand {
  Field field;
  std::vector<std::string> path;
};
[[nodiscard]] Shorthand shorthand(Field field, std::vector<std::string> path);

struct Schema {
  std::vector<Field> fields;
  std::vector<Check> checks = {};
  std::vector<Shorthand> shorthands = {};

  [[nodiscard]] const Field* find(std::string_view name) const;
};

// What can be done with one.

// Form text ("5", "true", "a" for an array) becomes the type that the schema states; what does not fit is
// left for validate() to refuse. "" becomes null.
void infer(const Schema&, json::object& entity);

// Puts every field of the schema into the entity, in the schema's order: what is absent gets its default or
// null. Unknown fields stay, behind, for validate() to refuse. Sets lose their doubles; whole numbers become
// integers.
void fill_defaults(const Schema&, json::object& entity);

// Makes ids, credential keys and times that are absent or null; touch() sets `updated_at`.
void fill_automatic(const Schema&, json::object& entity, core::SystemTime now);
void touch(const Schema&, json::object& entity, core::SystemTime now);

// Moves shorthand fields to where they belong. Gives violations when old and new name are both given and
// differ.
[[nodiscard]] json::object resolve_shorthands(const Schema&, json::object& entity);
// Writes the shorthand fields beside what they stand for, as Kong echoes them.
void echo_shorthands(const Schema&, json::object& entity);

// Every violation in the shape of Kong's "fields": {"name":"required field
// missing","protocols":[null,"expected …"], "config":{"redis":{"host":"…"}},"@entity":["…"]}. Empty when the
// entity (defaults filled) is valid.
[[nodiscard]] json::object validate(const Schema&, const json::object& entity);

// The "message" for such violations: "2 schema violations (host: required field missing; path: …)".
[[nodiscard]] std::string violation_message(const json::object& violations);

// {"fields":[{"name":{"type":"string",…}},…],"entity_checks":[…]}
[[nodiscard]] json::object render(const Schema&);
[[nodiscard]] json::object render(const Field&);

// The value at "config.redis.host"; nullptr when absent. JSON null is a value.
[[nodiscard]] const json::value* at_path(const json::object&, std::string_view dotted_path);

}  // namespace gatehouse::gateway::schema
