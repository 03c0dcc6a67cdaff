#include "storage/mongo/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fields.hpp"

namespace gatehouse::storage::mongo {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<Options> read(std::string_view text) {
  const Options::ReadSecret read_secret = [](std::string_view name) -> Result<Secret> {
    if (name == "mongo_password") return Secret{"hush"};
    return fail(ErrorKind::invalid, "secret_missing", std::string(name));
  };
  const auto object = core::parse_json_object(text).value();
  return Options::from_json(object, "settings.store", read_secret);
}

std::string why_not(std::string_view text) {
  const auto options = read(text);
  return options ? "" : options.error().detail;
}

TEST(MongoOptions, AreReadWithTheirDefaults) {
  const auto options = read(R"({"engine": "mongodb", "hosts": ["a:1", "b:2"], "replica_set": "rs0",
    "database": "auth", "user": "auth", "password_file": "mongo_password",
    "tls": {"ca": "/ca.pem"}, "connections_max": 3, "operation_timeout": "1s"})");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_THAT(options->hosts, ElementsAre("a:1", "b:2"));
  EXPECT_EQ(options->replica_set, "rs0");
  EXPECT_EQ(options->auth_source, "admin");
  EXPECT_EQ(options->password.reveal(), "hush");
  EXPECT_EQ(options->tls.ca, "/ca.pem");
  EXPECT_EQ(options->connections_max, 3U);
  EXPECT_EQ(options->operation_timeout, std::chrono::seconds{1});
  EXPECT_EQ(options->read_concern, "majority");
}

TEST(MongoOptions, AreRefusedWithTheirPath) {
  const std::string base = R"("database": "auth", "user": "auth", "password_file": "mongo_password")";
  EXPECT_THAT(why_not("{" + base + R"(, "hots": []})"), HasSubstr("settings.store.hots"));
  EXPECT_THAT(why_not("{" + base + R"(, "hosts": []})"), HasSubstr("settings.store.hosts"));
  EXPECT_THAT(why_not("{" + base + R"(, "hosts": ["a/?tls=false"]})"), HasSubstr("settings.store.hosts"));
  EXPECT_THAT(why_not("{" + base + R"(, "tls": {"insecure": true}})"),
              HasSubstr("settings.store.tls.insecure"));
  EXPECT_THAT(why_not("{" + base + R"(, "read_concern": "hope"})"), HasSubstr("settings.store.read_concern"));
  EXPECT_THAT(why_not("{" + base + R"(, "operation_timeout": "1h"})"),
              HasSubstr("settings.store.operation_timeout"));
  EXPECT_THAT(why_not(R"({"user": "auth", "password_file": "mongo_password"})"),
              HasSubstr("settings.store.database"));
  EXPECT_EQ(read(R"({"database": "a", "user": "a", "password_file": "other"})").error().reason,
            "secret_missing");
}

}  // namespace
}  // namespace gatehouse::storage::mongo
