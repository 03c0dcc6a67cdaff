#include "gateway/admin/arguments.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway::admin {
namespace {

constexpr const char* kForm = "application/x-www-form-urlencoded";

Outcome<Arguments> decode(std::string_view type, std::string body) {
  return body_arguments({.method = "POST", .content_types = {std::string(type)}, .body = std::move(body)});
}

TEST(Arguments, AFormDescribesNestedValues) {
  struct Case {
    const char* form;
    const char* json;
  };
  const Case cases[] = {
      {"", "{}"},
      {"name=a&url=http://b", R"({"name":"a","url":"http://b"})"},
      {"paths[]=/a&paths[]=/b", R"({"paths":["/a","/b"]})"},
      {"paths%5B%5D=/a", R"({"paths":["/a"]})"},
      {"paths[2]=/b&paths[1]=/a", R"({"paths":["/a","/b"]})"},
      {"a=x&a=y&a=z", R"({"a":["x","y","z"]})"},
      {"config.redis.host=h&config.second=5", R"({"config":{"redis":{"host":"h"},"second":"5"}})"},
      {"headers.location=x&headers.location=y", R"({"headers":{"location":["x","y"]}})"},
      {"headers[location]=x", R"({"headers":{"location":"x"}})"},
      {"service.id=1", R"({"service":{"id":"1"}})"},
      {"sources[1].ip=1.2.3.4&sources[1].port=80", R"({"sources":[{"ip":"1.2.3.4","port":"80"}]})"},
      {".a=1", R"({".a":"1"})"},
      {"a.=1", R"({"a.":"1"})"},
      {"[]=1", R"({"[]":"1"})"},
      {"a[=1", R"({"a[":"1"})"},
      {"a[0]=1", R"({"a":{"0":"1"}})"},
      {"a[99999999999]=1", R"({"a":{"99999999999":"1"}})"},
      {"name=caf%C3%A9+x", R"({"name":"café x"})"},
  };
  for (const auto& [form, text] : cases) {
    const auto arguments = decode(kForm, form);
    ASSERT_TRUE(arguments) << form;
    EXPECT_EQ(json::value(arguments->values), json::parse(text)) << form;
    EXPECT_EQ(arguments->kind, Values::text);
  }
}

TEST(Arguments, JsonIsTakenAsItIs) {
  const auto arguments = decode("application/json; charset=utf-8", R"({"a":[1,null],"b.c":true})");
  ASSERT_TRUE(arguments);
  EXPECT_EQ(json::value(arguments->values), json::parse(R"({"a":[1,null],"b.c":true})"));
  EXPECT_EQ(arguments->kind, Values::typed);
}

TEST(Arguments, AMultipartBodyMeansTheSameAsAForm) {
  const std::string body =
      "--xx\r\nContent-Disposition: form-data; name=\"paths[]\"\r\n\r\n/a\r\n"
      "--xx\r\nContent-Disposition: form-data; filename=\"c;d.pem\"; name=cert\r\nContent-Type: "
      "text/plain\r\n\r\n"
      "line 1\r\nline 2\r\n"
      "--xx\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--xx--\r\n";
  const auto arguments = decode("multipart/form-data; boundary=xx", body);
  ASSERT_TRUE(arguments);
  EXPECT_EQ(json::value(arguments->values),
            json::parse(R"({"paths":["/a"],"cert":"line 1\r\nline 2","empty":""})"));
}

TEST(Arguments, WhatCannotBeReadIsRefused) {
  struct Case {
    const char* type;
    std::string body;
    unsigned status;
    const char* message;
  };
  std::string many = "a=1";
  for (int i = 0; i < 1000; ++i) many += "&a=1";
  const Case cases[] = {
      {"application/json", "{", 400, "Cannot parse JSON body"},
      {"application/json", "[]", 400, "Cannot parse JSON body"},
      {"application/json", "", 400, "Cannot parse JSON body"},
      {"text/plain", "a", 415, "Unsupported media type"},
      {kForm, many, 400, "Too many arguments"},
      {kForm, "a=%zz", 400, "Cannot parse form arguments"},
      {"multipart/form-data", "--xx--", 400, "Cannot parse multipart body"},
      {"multipart/form-data; boundary=xx", "--xx\r\n", 400, "Cannot parse multipart body"},
      {"multipart/form-data; boundary=xx", "--xx\r\n\r\nno name\r\n--xx--", 400,
       "Cannot parse multipart body"},
  };
  for (const auto& [type, body, status, message] : cases) {
    const auto arguments = decode(type, body);
    ASSERT_FALSE(arguments) << body;
    EXPECT_EQ(arguments.error().status, status);
    EXPECT_EQ(arguments.error().body.at("message"), json::value(message));
  }
}

TEST(Arguments, TheContentTypeIsOneAndNeededForABodyOnly) {
  EXPECT_TRUE(body_arguments({.method = "POST"}));
  EXPECT_EQ(body_arguments({.method = "POST", .body = "a=1"}).error().status, 415U);
  const auto twice = body_arguments({.method = "POST", .content_types = {kForm, kForm}, .body = "a=1"});
  EXPECT_EQ(twice.error().body.at("message"), json::value("Multiple Content-Type headers not allowed"));
}

}  // namespace
}  // namespace gatehouse::gateway::admin
