// A platform whose people live behind the wire protocol of MongoDB, over mutual TLS and SCRAM-SHA-256: it
// starts before its database does, outlives the database's death, and leaves nothing readable in it.
#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/test_peers/raw_files.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using storage::mongo::TestServer;
using namespace std::chrono_literals;

json::object database_on(const TestServer& server, std::string name) {
  const auto options = server.options(std::move(name));
  return {{"engine", "mongodb"},
          {"hosts", json::value_from(options.hosts)},
          {"database", options.database},
          {"user", options.user},
          {"password_file", "mongo_password"},
          {"connect_timeout", "500ms"},
          {"tls", {{"ca", options.tls.ca}, {"certificate_and_key", options.tls.certificate_and_key}}}};
}

PlatformOptions people_in(const TestServer& server) {
  return {.instances = {{"auth", 2}},
          .settings = {{"auth", {{"store", database_on(server, "auth")}}}},
          .secrets = {{"auth", {{"mongo_password", TestServer::kPassword}}}}};
}

unsigned status_of(const RunningPlatform& platform, std::string_view path) {
  const auto reply = platform.direct("auth-1", "prometheus")->send(demo::get(std::string(path)));
  return reply ? reply->status : 0;
}

bool signs_in(const RunningPlatform& platform) {
  return platform.sign_in("alice").has_value();
}

TEST(AuthOnMongodb, ComesUpWithItsDatabaseAndComesBackWithIt) {
  if (!TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not installed (tools/peers)";
  TestServer server;
  server.kill();
  const RunningPlatform platform(people_in(server));

  EXPECT_EQ(status_of(platform, "/health/live"), 200U);
  EXPECT_EQ(status_of(platform, "/health/ready"), 503U);
  EXPECT_NE(platform.complaints().find("database_unreachable"), std::string::npos) << "the log says why";
  EXPECT_FALSE(signs_in(platform));

  server.restart();
  EXPECT_TRUE(eventually(20s, [&] { return signs_in(platform); })) << platform.complaints();
  EXPECT_TRUE(eventually(20s, [&] { return status_of(platform, "/health/ready") == 200; }));
  std::this_thread::sleep_for(1100ms);  // the questions above count against the sign-ins of this second
  const Outcome purchase = platform.gatehouse({"demo"});
  EXPECT_EQ(purchase.code, 0) << purchase.output;

  server.kill();
  EXPECT_TRUE(eventually(20s, [&] { return status_of(platform, "/health/ready") == 503; }));
  EXPECT_EQ(status_of(platform, "/health/live"), 200U);
  server.restart();
  EXPECT_TRUE(eventually(20s, [&] { return signs_in(platform); })) << platform.complaints();

  const std::string bytes = storage::test_peers::bytes_below(server.directory() / "data");
  EXPECT_NE(bytes.find("\"alice\""), std::string::npos) << "the username is there, in clear";
  for (const auto* hidden : {"example.com", "Archer", "Purser", "argon2id"})
    EXPECT_EQ(bytes.find(hidden), std::string::npos) << hidden;
}

// One machine is not enough any more: the keys of people leave their file for a database.
TEST(AuthOnMongodb, MovesTheKeysOfPeopleWhereOtherMachinesFindThem) {
  if (!TestServer::is_installed()) GTEST_SKIP() << "ferretdb is not installed (tools/peers)";
  const TestServer server;
  const RunningPlatform platform(people_in(server));
  const auto keys = platform.layout().secrets_dir("auth") / "subject_keys.db";
  ASSERT_TRUE(signs_in(platform)) << platform.complaints();
  ASSERT_TRUE(std::filesystem::exists(keys));
  ASSERT_EQ(platform.gatehouse({"down"}).code, 0);

  const auto file = platform.layout().old_platform_file();
  auto words = core::parse_json_object(supervisor::read_file(file).value()).value();
  words.at("roles").at("auth").at("settings").as_object()["subject_keys"] = database_on(server, "auth_keys");
  std::ofstream(file) << json::serialize(words);
  const Outcome started = platform.gatehouse({"up", "--detach"});
  ASSERT_EQ(started.code, 0) << started.output << platform.complaints();

  EXPECT_TRUE(signs_in(platform)) << platform.complaints();
  EXPECT_FALSE(std::filesystem::exists(keys)) << "a key that stayed would outlive an erasure";
  const Outcome purchase = platform.gatehouse({"demo"});
  EXPECT_EQ(purchase.code, 0) << purchase.output;
}

}  // namespace
}  // namespace gatehouse::tests
