// What the Admin API refuses, word for word.
#include <gtest/gtest.h>

#include "crypto/x509.hpp"
#include "gateway/admin/test_bench.hpp"

namespace gatehouse::gateway::admin {
namespace {

class Refusals : public ::testing::Test {
 protected:
  Refusals() {
    service_id = bench.form("POST", "/services", "name=a&url=http://a").id();
    bench.form("POST", "/services/a/plugins", "name=jwt&instance_name=mine");
    bench.form("POST", "/consumers", "username=bob&custom_id=7");
    bench.form("POST", "/upstreams", "name=u");
  }
  TestBench bench;
  std::string service_id;
};

struct Case {
  const char* method;
  const char* target;
  const char* sent;
  int code;
  const char* message;
  const char* fields;
};

// <a> stands for the id of service "a".
const Case kCases[] = {
    {"POST", "/routes", R"x({})x", 2,
     R"x(schema violation (must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'))x",
     R"x({"@entity": ["must set one of 'methods', 'hosts', 'headers', 'paths', 'snis' when 'protocols' is 'https'"]})x"},
    {"POST", "/routes", R"x({"paths": ["/"], "protocols": ["foo", "http"]})x", 2,
     R"x(schema violation (protocols.1: expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp))x",
     R"x({"protocols": ["expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp"]})x"},
    {"POST", "/routes", R"x({"paths": ["/", "a"]})x", 2,
     R"x(schema violation (paths.2: should start with: / (fixed path) or ~/ (regex path)))x",
     R"x({"paths": [null, "should start with: / (fixed path) or ~/ (regex path)"]})x"},
    {"POST", "/routes", R"x({"paths": ["/"], "service": {"name": "non-existing"}})x", 13,
     R"x(foreign key unresolved (service.name: the foreign key cannot be resolved with '{name="non-existing"}' for an existing 'services' entity))x",
     R"x({"service": {"name": "the foreign key cannot be resolved with '{name=\"non-existing\"}' for an existing 'services' entity"}})x"},
    {"POST", "/routes", R"x({"paths": ["/"], "service": {"id": "11111111-2222-4333-8444-555555555555"}})x", 4,
     R"x(the foreign key '{id="11111111-2222-4333-8444-555555555555"}' does not reference an existing 'services' entity.)x",
     R"x({"service": {"id": "11111111-2222-4333-8444-555555555555"}})x"},
    {"POST", "/services", R"x({"name": "a", "host": "b"})x", 5,
     R"x(UNIQUE violation detected on '{name="a"}')x", R"x({"name": "a"})x"},
    {"POST", "/services", R"x({"name": "b", "host": "b", "protocol": "tcp", "path": "/x"})x", 2,
     R"x(2 schema violations (failed conditional validation given value of field 'protocol'; path: value must be null))x",
     R"x({"@entity": ["failed conditional validation given value of field 'protocol'"], "path": "value must be null"})x"},
    {"POST", "/consumers", R"x({})x", 2,
     R"x(schema violation (at least one of these fields must be non-empty: 'custom_id', 'username'))x",
     R"x({"@entity": ["at least one of these fields must be non-empty: 'custom_id', 'username'"]})x"},
    {"POST", "/consumers", R"x({"username": "bob"})x", 5,
     R"x(UNIQUE violation detected on '{username="bob"}')x", R"x({"username": "bob"})x"},
    {"POST", "/consumers", R"x({"username": "al", "custom_id": "7"})x", 5,
     R"x(UNIQUE violation detected on '{custom_id="7"}')x", R"x({"custom_id": "7"})x"},
    {"POST", "/services/a/plugins", R"x({"name": "jwt"})x", 5,
     R"x(UNIQUE violation detected on '{consumer=null,name="jwt",route=null,service={id="<a>"}}')x",
     R"x({"consumer": null, "name": "jwt", "route": null, "service": {"id": "<a>"}})x"},
    {"POST", "/plugins", R"x({"name": "nonsense"})x", 2,
     R"x(schema violation (name: plugin 'nonsense' not enabled; add it to the 'plugins' configuration property))x",
     R"x({"name": "plugin 'nonsense' not enabled; add it to the 'plugins' configuration property"})x"},
    {"POST", "/plugins", R"x({})x", 2, R"x(schema violation (name: required field missing))x",
     R"x({"name": "required field missing"})x"},
    {"PATCH", "/plugins/mine", R"x({"foo": "bar"})x", 2, R"x(schema violation (foo: unknown field))x",
     R"x({"foo": "unknown field"})x"},
    {"PATCH", "/plugins/mine", R"x({"config": {"foo": "bar"}})x", 2,
     R"x(schema violation (config.foo: unknown field))x", R"x({"config": {"foo": "unknown field"}})x"},
    {"PATCH", "/plugins/mine", R"x({"config": "bar"})x", 2,
     R"x(schema violation (config: expected a record))x", R"x({"config": "expected a record"})x"},
    {"POST", "/plugins", R"x({"name": "rate-limiting"})x", 2,
     R"x(schema violation (at least one of these fields must be non-empty: 'config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'))x",
     R"x({"@entity": ["at least one of these fields must be non-empty: 'config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'"]})x"},
    {"POST", "/plugins", R"x({"name": "rate-limiting", "config": {"second": 5, "hour": 1}})x", 2,
     R"x(schema violation (config: The limit for hour(1.0) cannot be lower than the limit for second(5.0)))x",
     R"x({"config": "The limit for hour(1.0) cannot be lower than the limit for second(5.0)"})x"},
    {"POST", "/upstreams", R"x({"name": "1.2.3.4"})x", 2,
     R"x(schema violation (name: Invalid name; no ip addresses allowed))x",
     R"x({"name": "Invalid name; no ip addresses allowed"})x"},
    {"POST", "/upstreams", R"x({"name": "v", "hash_on": "header"})x", 2,
     R"x(2 schema violations (failed conditional validation given value of field 'hash_on'; hash_on_header: required field missing))x",
     R"x({"@entity": ["failed conditional validation given value of field 'hash_on'"], "hash_on_header": "required field missing"})x"},
    {"POST", "/upstreams", R"x({"name": "u"})x", 5, R"x(UNIQUE violation detected on '{name="u"}')x",
     R"x({"name": "u"})x"},
};

std::string with_id(std::string text, const std::string& id) {
  for (std::size_t at = text.find("<a>"); at != std::string::npos; at = text.find("<a>"))
    text.replace(at, 3, id);
  return text;
}

TEST_F(Refusals, CarryKongsCodeNameMessageAndFields) {
  const std::map<int, std::string> names{{2, "schema violation"},
                                         {4, "foreign key violation"},
                                         {5, "unique constraint violation"},
                                         {13, "foreign keys unresolved"}};
  for (const auto& [method, target, sent, code, message, fields] : kCases) {
    const Reply reply = bench.json(method, target, sent);
    EXPECT_EQ(reply.status, code == 5 ? 409U : 400U) << target << " " << sent;
    const json::value expected{{"code", code},
                               {"name", names.at(code)},
                               {"message", with_id(message, service_id)},
                               {"fields", json::parse(with_id(fields, service_id))}};
    EXPECT_EQ(reply.body, expected) << json::serialize(reply.body);
  }
}

TEST_F(Refusals, OfListsSayWhichOptionIsWrong) {
  struct Query {
    const char* target;
    const char* body;
  };
  const Query queries[] = {
      {"/services?size=x", R"x({"code":9,"name":"invalid size","message":"size must be a number"})x"},
      {"/services?size=0",
       R"x({"code":9,"name":"invalid size","message":"size must be an integer between 1 and 1000"})x"},
      {"/services?size=1001",
       R"x({"code":9,"name":"invalid size","message":"size must be an integer between 1 and 1000"})x"},
      {"/services?offset=x",
       R"x({"code":7,"name":"invalid offset","message":"'x' is not a valid offset: bad base64 encoding"})x"},
      {"/services?tags=",
       R"x({"code":11,"name":"invalid options","message":"invalid option (tags: cannot be null)",
                          "options":{"tags":"cannot be null"}})x"},
      {"/services?tags=a,b/c",
       R"x({"code":11,"name":"invalid options","message":"invalid option (tags: invalid filter syntax)",
        "options":{"tags":"invalid filter syntax"}})x"},
  };
  for (const auto& [target, body] : queries) {
    const Reply reply = bench.get(target);
    EXPECT_EQ(reply.status, 400U) << target;
    EXPECT_EQ(reply.body, json::parse(body)) << json::serialize(reply.body);
  }
}

TEST_F(Refusals, OfPathsAndMethodsAreShort) {
  struct Request {
    const char* method;
    const char* target;
    unsigned status;
    const char* message;
  };
  const Request requests[] = {
      {"GET", "/services/missing", 404, "Not found"},
      {"GET", "/nonsense", 404, "Not found"},
      {"PATCH", "/services/missing", 404, "Not found"},
      {"POST", "/services/missing/routes", 404, "Not found"},
      {"DELETE", "/services", 405, "Method not allowed"},
      {"DELETE", "/plugins/mine/service", 405, "Method not allowed"},
      {"BREW", "/", 405, "Method not allowed"},
      {"GET", "/schemas/nonsense", 404, "No entity named 'nonsense'"},
      {"GET", "/schemas/plugins/nonsense", 404, "No plugin named 'nonsense'"},
  };
  for (const auto& [method, target, status, message] : requests) {
    const Reply reply = bench.send(method, target, "", "");
    EXPECT_EQ(reply.status, status) << method << " " << target;
    EXPECT_EQ(reply.body, json::value(json::object{{"message", message}}));
  }
}

TEST_F(Refusals, AnEmptyServiceNameIsAMissingKey) {
  EXPECT_EQ(bench.form("POST", "/routes", "paths=/&service.name=").message(),
            "schema violation (service.id: missing primary key)");
}

TEST_F(Refusals, AnIdIsGivenOnce) {
  const std::string id = "11111111-2222-4333-8444-555555555555";
  const std::string sent = R"({"name":"rate-limiting","config":{"second":1},"id":")" + id + R"("})";
  ASSERT_EQ(bench.json("POST", "/services/a/plugins", sent).status, 201U);
  const Reply again = bench.json("POST", "/services/a/plugins", sent);
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(json::serialize(again.body), R"({"id":"already exists with value ')" + id + R"('"})");
  const Reply service = bench.json("POST", "/services", R"({"host":"x","id":")" + service_id + R"("})");
  EXPECT_EQ(service.status, 400U);
  EXPECT_EQ(service.body.at("code"), json::value(3));
}

TEST_F(Refusals, AConsumerScopeIsRefusedByPluginsThatRunBeforeTheConsumerIsKnown) {
  EXPECT_EQ(bench.form("POST", "/consumers/bob/plugins", "name=jwt").message(),
            "schema violation (consumer: value must be null)");
}

TEST_F(Refusals, WhatCannotBeServedIsNotStored) {
  const int published = bench.listener.published;
  const Reply reply = bench.form("POST", "/routes", "name=unservable&paths=/");
  EXPECT_EQ(reply.status, 400U);
  EXPECT_EQ(reply.message(), "schema violation (paths.1: missing closing ])");
  EXPECT_EQ(bench.get("/routes/unservable").status, 404U);
  EXPECT_EQ(bench.open_again()->entities()->of("routes").rows().size(), 0U);
  EXPECT_EQ(bench.listener.published, published);
}

TEST_F(Refusals, ChangesThatAreRefusedHalfWayLeaveNoTrace) {
  const auto ca = crypto::issue_root("CA", std::chrono::hours{1}, core::SystemClock().now()).value();
  const auto upload = [&](std::string_view snis) {
    const json::object body{
        {"cert", ca.certificate_pem}, {"key", ca.key_pem.reveal()}, {"snis", json::parse(snis)}};
    return bench.json("POST", "/certificates", json::serialize(body));
  };
  const Reply made = upload(R"(["b.example","a.example"])");
  ASSERT_EQ(made.status, 201U) << json::serialize(made.body);
  EXPECT_EQ(made.body.at("snis"), json::parse(R"(["a.example","b.example"])"));
  EXPECT_EQ(bench.get("/certificates/a.example").id(), made.id());
  EXPECT_EQ(upload(R"(["c.example","c.example"])").message(),
            "schema violation (snis: c.example is duplicated)");
  EXPECT_EQ(
      upload(R"(["c.example","a.example"])").message(),
      "schema violation (snis: a.example already associated with existing certificate '" + made.id() + "')");
  EXPECT_EQ(bench.get("/snis/c.example").status, 404U);
  EXPECT_EQ(bench.get("/certificates").body.at("data").as_array().size(), 1U);
  EXPECT_EQ(bench.remove("/certificates/" + made.id()).status, 204U);
  EXPECT_EQ(bench.get("/snis/a.example").status, 404U);
}

TEST_F(Refusals, CaCertificatesMustBeOne) {
  const auto now = core::SystemClock().now();
  const auto root = crypto::issue_root("CA", std::chrono::hours{1}, now).value();
  const auto leaf = crypto::issue_leaf(root, {.common_name = "leaf", .dns_names = {"leaf"}}, now).value();
  const auto old = crypto::issue_root("Old", std::chrono::hours{1}, now - std::chrono::hours{48}).value();
  const auto upload = [&](const std::string& pem) {
    return bench.json("POST", "/ca_certificates", json::serialize(json::object{{"cert", pem}}));
  };
  EXPECT_EQ(
      upload(leaf.certificate_pem).message(),
      "schema violation (cert: certificate does not appear to be a CA because it is missing the \"CA\" basic "
      "constraint)");
  EXPECT_EQ(upload(old.certificate_pem).message(),
            "schema violation (cert: certificate expired, \"Not After\" time is in the past)");
  EXPECT_EQ(upload(root.certificate_pem + root.certificate_pem).message(),
            "schema violation (cert: please submit only one certificate at a time)");
  EXPECT_EQ(upload(root.certificate_pem).status, 201U);
  EXPECT_EQ(upload(root.certificate_pem).status, 409U);
}

TEST_F(Refusals, ValidationIsOfferedWithoutAChange) {
  EXPECT_EQ(bench.json("POST", "/schemas/routes/validate", R"({"paths":["/"]})").body,
            json::parse(R"({"message":"schema validation successful"})"));
  EXPECT_EQ(bench.json("POST", "/schemas/plugins/validate", R"({"name":"jwt"})").status, 200U);
  EXPECT_EQ(bench.json("POST", "/schemas/routes/validate", "{}").status, 400U);
  EXPECT_EQ(bench.get("/routes").body.at("data").as_array().size(), 0U);
}

}  // namespace
}  // namespace gatehouse::gateway::admin
