#include "gateway/schema/schema.hpp"

#include <gtest/gtest.h>

#include "gateway/schema/formats.hpp"
#include "gateway/schema/lua_text.hpp"

namespace gatehouse::gateway::schema {
namespace {

// A small schema with one of everything.
Schema example() {
  return {.fields = {text("name", {.required = true, .check = formats::name}),
                     set("protocols", text({}, {.one_of = {"http", "https"}}),
                         {.required = true, .fallback = json::array{"http", "https"}, .len_min = 1}),
                     map("headers", text(), array({}, text())),
                     boolean("enabled", {.required = true, .fallback = true}), foreign("service", "services"),
                     record("config", {integer("second", {.between = Range{0, 100}}),
                                       number("weight", {.greater_than = 0}),
                                       text("policy", {.fallback = "local"}), redis_field()})},
          .checks = {at_least_one_of({"config.second", "config.weight"}),
                     when("config.policy", {"redis"}).require("config.redis.host")},
          .shorthands = redis_shorthands()};
}

json::object object(std::string_view text) {
  return json::parse(text).get_object();
}

json::object completed(std::string_view text) {
  json::object entity = object(text);
  infer(example(), entity);
  EXPECT_TRUE(resolve_shorthands(example(), entity).empty());
  fill_defaults(example(), entity);
  return entity;
}

TEST(Schema, FormTextTakesTheTypeThatTheSchemaStates) {
  struct Case {
    std::string_view sent;
    std::string_view typed;
  };
  const Case cases[] = {
      {R"({"enabled":"true"})", R"({"enabled":true})"},
      {R"({"enabled":"yes"})", R"({"enabled":"yes"})"},
      {R"({"protocols":"http"})", R"({"protocols":["http"]})"},
      {R"({"protocols":"a,b"})", R"({"protocols":["a,b"]})"},
      {R"({"headers":{"location":"x"}})", R"({"headers":{"location":["x"]}})"},
      {R"({"name":""})", R"({"name":null})"},
      {R"({"service":{"id":""}})", R"({"service":{"id":null}})"},
      {R"({"config":{"second":"5","weight":"0.5"}})", R"({"config":{"second":5,"weight":0.5}})"},
      {R"({"config":{"second":"5x"}})", R"({"config":{"second":"5x"}})"},
      {R"({"config":{"redis_port":"6380"}})", R"({"config":{"redis_port":6380}})"},
      {R"({"unknown":"5"})", R"({"unknown":"5"})"},
  };
  for (const auto& [sent, typed] : cases) {
    json::object entity = object(sent);
    infer(example(), entity);
    EXPECT_EQ(json::value(entity), json::parse(typed)) << sent;
  }
}

TEST(Schema, AbsentFieldsTakeTheirDefaultsInTheSchemasOrder) {
  EXPECT_EQ(
      json::serialize(completed(R"({"config":{"second":5.0},"name":"a"})")),
      R"({"name":"a","protocols":["http","https"],"headers":null,"enabled":true,"service":null,)"
      R"("config":{"second":5,"weight":null,"policy":"local","redis":{"host":null,"port":6379,"timeout":2000,)"
      R"("username":null,"password":null,"database":0,"ssl":false,"ssl_verify":false,"server_name":null}}})");
}

TEST(Schema, SetsLoseTheirDoublesAndKeepTheirOrder) {
  EXPECT_EQ(completed(R"({"protocols":["https","http","https"]})")["protocols"],
            json::value({"https", "http"}));
}

TEST(Schema, EveryViolationIsToldInKongsWords) {
  struct Case {
    std::string_view sent;
    std::string_view violations;
    std::string_view message;
  };
  const Case cases[] = {
      {R"({"name":"a","config":{"second":1}})", R"({})", "0 schema violations ()"},
      {R"({"config":{"second":1}})", R"({"name":"required field missing"})",
       "schema violation (name: required field missing)"},
      {R"({"name":"a","foo":1,"config":{"second":1,"bar":2}})",
       R"({"config":{"bar":"unknown field"},"foo":"unknown field"})",
       "2 schema violations (config.bar: unknown field; foo: unknown field)"},
      {R"({"name":"a","protocols":["http","ftp"],"config":{"second":1}})",
       R"({"protocols":[null,"expected one of: http, https"]})",
       "schema violation (protocols.2: expected one of: http, https)"},
      {R"({"name":"a","config":"bar"})",
       R"({"config":"expected a record","@entity":["at least one of these fields must be non-empty: 'config.second', 'config.weight'"]})",
       "2 schema violations (at least one of these fields must be non-empty: 'config.second', "
       "'config.weight'; "
       "config: expected a record)"},
      {R"({"name":"a","config":{"second":101}})",
       R"({"config":{"second":"value should be between 0 and 100"}})",
       "schema violation (config.second: value should be between 0 and 100)"},
      {R"({"name":"a","config":{"weight":0}})", R"({"config":{"weight":"value must be greater than 0"}})",
       "schema violation (config.weight: value must be greater than 0)"},
      {R"({"name":"a","protocols":[],"config":{"second":1}})", R"({"protocols":"length must be at least 1"})",
       "schema violation (protocols: length must be at least 1)"},
      {R"({"name":"a","service":{},"config":{"second":1}})", R"({"service":{"id":"missing primary key"}})",
       "schema violation (service.id: missing primary key)"},
      {R"({"name":"a","config":{"second":1,"policy":"redis"}})",
       R"({"config":{"redis":{"host":"required field missing"}},"@entity":["failed conditional validation given value of field 'config.policy'"]})",
       "2 schema violations (failed conditional validation given value of field 'config.policy'; "
       "config.redis: {\n  host = \"required field missing\"\n})"},
  };
  for (const auto& [sent, violations, message] : cases) {
    const json::object found = validate(example(), completed(sent));
    EXPECT_EQ(json::value(found), json::parse(violations)) << sent << "\n" << json::serialize(found);
    EXPECT_EQ(violation_message(found), message);
  }
}

TEST(Schema, OldFlatNamesMoveAndAreEchoed) {
  json::object entity = completed(R"({"name":"a","config":{"second":1,"redis_host":"h","redis_port":"7"}})");
  EXPECT_EQ(*at_path(entity, "config.redis.host"), json::value("h"));
  EXPECT_EQ(*at_path(entity, "config.redis.port"), json::value(7));
  EXPECT_TRUE(validate(example(), entity).empty());
  echo_shorthands(example(), entity);
  EXPECT_EQ(*at_path(entity, "config.redis_host"), json::value("h"));
  EXPECT_EQ(*at_path(entity, "config.redis_timeout"), json::value(2000));
}

TEST(Schema, OldAndNewNameMustNotDiffer) {
  json::object entity = object(R"({"config":{"redis_host":"a","redis":{"host":"b"}}})");
  EXPECT_EQ(violation_message(resolve_shorthands(example(), entity)),
            "schema violation (redis_host: both deprecated and new field are used but their values mismatch: "
            "redis_host = a vs redis.host = b)");
  json::object equal = object(R"({"config":{"redis_host":"a","redis":{"host":"a"}}})");
  EXPECT_TRUE(resolve_shorthands(example(), equal).empty());
}

TEST(Schema, IsShownAsArraysOfOneKeyObjects) {
  const json::object shown = render(example());
  const json::array& fields = shown.at("fields").as_array();
  EXPECT_EQ(fields[0], json::parse(R"({"name":{"type":"string","required":true}})"));
  EXPECT_EQ(fields[1], json::parse(R"({"protocols":{"type":"set","required":true,"default":["http","https"],
      "len_min":1,"elements":{"type":"string","one_of":["http","https"]}}})"));
  EXPECT_EQ(fields[4], json::parse(R"({"service":{"type":"foreign","reference":"services"}})"));
  const json::object& config = fields[5].at("config").as_object();
  EXPECT_EQ(config.at("shorthand_fields").at(0), json::parse(R"({"redis_host":{"type":"string","deprecation":{
      "replaced_with":[{"path":["redis","host"]}],"removal_in_version":"4.0",
      "message":"config.redis_host is deprecated, please use config.redis.host instead"}}})"));
  EXPECT_EQ(shown.at("entity_checks").at(0),
            json::parse(R"({"at_least_one_of":["config.second","config.weight"]})"));
}

TEST(Formats, SayWhatIsWrong) {
  struct Case {
    Complaint (*format)(const json::value&);
    std::string_view text;
    Complaint complaint;
  };
  const Case cases[] = {
      {formats::path, "/a/b", std::nullopt},
      {formats::path, "a", "should start with: /"},
      {formats::path, "/a//b", "must not have empty segments"},
      {formats::path, "/a%zz", "invalid url-encoded value: '%zz'"},
      {formats::route_path, "a", "should start with: / (fixed path) or ~/ (regex path)"},
      {formats::route_path, "~/a(?<n>.*)$", std::nullopt},
      {formats::host, "example.com", std::nullopt},
      {formats::host, "::1", std::nullopt},
      {formats::host, "example.com:80", "must not have a port"},
      {formats::host, "exa mple", "invalid value: exa mple"},
      {formats::host_pattern, "*.example.com:8000", std::nullopt},
      {formats::host_pattern, "ex*ample.com",
       "invalid wildcard: must be placed at leftmost or rightmost label"},
      {formats::host_pattern, "*.a.*", "invalid wildcard: must have at most one wildcard"},
      {formats::upstream_name, "1.2.3.4", "Invalid name; no ip addresses allowed"},
      {formats::upstream_name, "a:80", "Invalid name; no port allowed"},
      {formats::upstream_name, "a b", "Invalid name; must be a valid hostname"},
      {formats::server_name, "*.example.com", std::nullopt},
      {formats::server_name, "1.2.3.4", "must not be an IP"},
      {formats::address_or_network, "10.0.0.0/8", std::nullopt},
      {formats::address_or_network, "fd00::/8", std::nullopt},
      {formats::address_or_network, "10.0.0.0/33", "invalid ip or cidr range: '10.0.0.0/33'"},
      {formats::address_or_network, "ten", "invalid ip or cidr range: 'ten'"},
      {formats::url, "https://a", std::nullopt},
      {formats::url, "a", "missing host in url"},
      {formats::method, "get", "invalid value: get"},
      {formats::name, "円", std::nullopt},
      {formats::header_name, "x y",
       "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'"},
  };
  for (const auto& [format, text, complaint] : cases)
    EXPECT_EQ(format(json::string(text)), complaint) << text;
}

TEST(LuaText, WritesTablesAsKongDoes) {
  EXPECT_EQ(lua_text(json::parse(R"({"service":{"id":"1"},"name":"x","route":null})")),
            R"({name="x",route=null,service={id="1"}})");
  EXPECT_EQ(lua_text(json::parse(R"({"a-b":[1,2]})")), R"({["a-b"]={1,2}})");
  EXPECT_EQ(lua_text(json::parse(R"({"a":[null,"x"]})"), Layout::indented),
            "{\n  a = {\n    [2] = \"x\"\n  }\n}");
}

}  // namespace
}  // namespace gatehouse::gateway::schema
