// Which engine the settings choose, and what is said of wrong ones.
#include "auth_server/settings.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

Result<Settings> read(std::string_view text) {
  service::Config config;
  config.data_dir = "/data/roles/auth-server";
  config.settings = core::parse_json_object(text).value();
  return settings_of(config);
}

TEST(AuthServerSettings, MeanTheRolesOwnFileUnlessTheySayOtherwise) {
  const auto plain = read("{}").value();
  EXPECT_EQ(std::get<service::SqliteSettings>(plain.store).file, "/data/roles/auth-server/auth-server.db");
  const auto named = read(R"({"store": {"engine": "sqlite", "file": "/other.db"}})").value();
  EXPECT_EQ(std::get<service::SqliteSettings>(named.store).file, "/other.db");
}

TEST(AuthServerSettings, NamePostgresWithItsHosts) {
  const auto settings = read(R"({"store": {"engine": "postgres", "hosts": [{"host": "db1"}], "database": "a",
    "user": "a", "tls": {"ca": "ca.pem", "certificate": "c.pem", "key": "k.pem"}}})");
  ASSERT_TRUE(settings) << settings.error().detail;
  EXPECT_EQ(std::get<storage::postgres::Options>(settings->store).hosts.front().name, "db1");
}

TEST(AuthServerSettings, TellThePathOfWhatIsWrong) {
  EXPECT_EQ(read(R"({"store": {"engine": "oracle"}})").error().detail,
            "settings.store.engine: must be sqlite or postgres");
  EXPECT_NE(read(R"({"store": {"engine": "postgres", "hots": []}})").error().detail.find("settings.store"),
            std::string::npos);
}

}  // namespace
}  // namespace gatehouse::auth_server
