#include "gateway/settings.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway {
namespace {

Result<Settings> read(std::string_view text) {
  const auto read_secret = [](const std::string& name) -> Result<Secret> { return Secret("of " + name); };
  return Settings::from_json(core::parse_json_object(text).value(), "data", read_secret);
}

TEST(GatewaySettings, SayHowAHostThatPluginsNameIsReached) {
  const auto settings = read(R"({"redis": {
    "redis-host": {"mode": "cluster", "hosts": ["a:1", "b:2"], "user": "gateway", "password_file": "redis"},
    "other": {"hosts": ["c"]}}})");
  ASSERT_TRUE(settings) << settings.error().detail;
  ASSERT_EQ(settings->redis.size(), 2U);
  const auto& options = settings->redis.at("redis-host");
  EXPECT_EQ(options.mode, storage::redis::Mode::cluster);
  EXPECT_EQ(options.hosts.at(1), (storage::redis::Address{"b", 2}));
  EXPECT_EQ(options.redis.password.reveal(), "of redis");
  EXPECT_TRUE(read("{}")->redis.empty());
}

TEST(GatewaySettings, SayWhereTheConfigurationIsKept) {
  using service::SqliteSettings;
  using storage::postgres::Options;
  EXPECT_EQ(std::get<SqliteSettings>(read("{}")->store).file, "data/gateway.db");
  EXPECT_EQ(std::get<SqliteSettings>(read(R"({"store": "other.db"})")->store).file, "other.db");
  EXPECT_EQ(std::get<SqliteSettings>(read(R"({"store": {"engine": "sqlite"}})")->store).file,
            "data/gateway.db");
  const auto settings = read(R"({"store": {"engine": "postgres", "hosts": [{"host": "db"}],
    "database": "gateway", "user": "gateway", "password_file": "pg", "tls": {"ca": "ca.pem"}}})");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(std::get<Options>(settings->store).hosts.at(0).name, "db");
  EXPECT_EQ(std::get<Options>(settings->store).password.reveal(), "of pg");
  EXPECT_EQ(read(R"({"store": {"engine": "oracle"}})").error().detail,
            "settings.store.engine: must be sqlite or postgres");
  EXPECT_EQ(read(R"({"store": {"engine": "sqlite", "hosts": []}})").error().detail,
            "settings.store.hosts: unknown field");
}

TEST(GatewaySettings, RefuseWithThePathWhatTheyDoNotKnow) {
  EXPECT_EQ(read(R"({"redis": {"h": {"moode": "cluster"}}})").error().detail,
            "settings.redis.h.moode: unknown field");
  EXPECT_FALSE(read(R"({"redis": {"h": "a:1"}})"));
}

}  // namespace
}  // namespace gatehouse::gateway
