#include "storage/dynamodb/options.hpp"

#include <gtest/gtest.h>

namespace gatehouse::storage::dynamodb {
namespace {

Result<Options> read(std::string_view text) {
  const auto secrets = [](std::string_view name) -> Result<Secret> {
    if (name == "dynamodb_key") return Secret("s1");
    return refuse(ErrorKind::invalid, "secret_missing", std::string(name));
  };
  return Options::from_json(json::parse(text).as_object(), "settings.store", secrets);
}

TEST(DynamodbOptions, AreReadWithTheirDefaults) {
  const auto least = read(R"({"engine": "dynamodb", "region": "eu-central-1", "table": "payments"})");
  ASSERT_TRUE(least) << least.error().detail;
  EXPECT_EQ(least->endpoint.host, "dynamodb.eu-central-1.amazonaws.com");
  EXPECT_EQ(least->endpoint.port, 443);
  EXPECT_TRUE(least->endpoint.is_tls);
  EXPECT_EQ(least->when_missing, WhenMissing::refuse);
  EXPECT_EQ(least->credentials.source, CredentialOptions::Source::environment);

  const auto all =
      read(R"({"engine": "dynamodb", "endpoint": "https://localhost:8000", "region": "eu-central-1",
    "table": "payments", "create_table": true, "call_timeout": "4s", "try_timeout": "1s",
    "tls": {"ca": "ca.pem", "certificate": "c.pem", "key": "k.pem"},
    "credentials": {"source": "static", "access_key_id": "AKIA1", "secret_access_key_file": "dynamodb_key"}})");
  ASSERT_TRUE(all) << all.error().detail;
  EXPECT_EQ(all->endpoint.host_header, "localhost:8000");
  EXPECT_EQ(all->endpoint.port, 8000);
  EXPECT_EQ(all->when_missing, WhenMissing::create);
  EXPECT_EQ(all->tls.key, "k.pem");
  EXPECT_EQ(all->credentials.secret_access_key.reveal(), "s1");
  EXPECT_EQ(all->try_timeout, std::chrono::seconds{1});
}

TEST(DynamodbOptions, WhatIsWrongIsNamedWithItsPath) {
  struct Case {
    std::string members;
    std::string path;
  };
  for (const Case& given :
       {Case{R"("regoin": "x")", "settings.store.regoin"},
        Case{R"("endpoint": "http://db.example:8000")", "settings.store.endpoint"},
        Case{R"("endpoint": "https://localhost/path")", "settings.store.endpoint"},
        Case{R"("endpoint": "https://:80")", "settings.store.endpoint"},
        Case{R"("tls": {"certificate": "c.pem"})", "settings.store.tls.key"},
        Case{R"("credentials": {"source": "hope"})", "settings.store.credentials.source"},
        Case{R"("credentials": {"source": "static"})", "settings.store.credentials.access_key_id"},
        Case{R"("credentials": {"profile": "x"})", "settings.store.credentials.profile"},
        Case{R"("call_timeout": "1s")", "settings.store.call_timeout"}}) {
    const auto options = read(R"({"region": "eu-central-1", "table": "payments", )" + given.members + "}");
    ASSERT_FALSE(options) << given.members;
    EXPECT_TRUE(options.error().detail.starts_with(given.path)) << options.error().detail;
  }
  EXPECT_EQ(read(R"({"region": "eu-central-1", "table": "payments", "credentials": {"source": "static",
    "access_key_id": "a", "secret_access_key_file": "nothing"}})")
                .error()
                .reason,
            "secret_missing");
  EXPECT_FALSE(read(R"({"region": "Frankfurt!", "table": "payments"})"));
  EXPECT_FALSE(read(R"({"region": "eu-central-1", "table": "p"})"));
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
