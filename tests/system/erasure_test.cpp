// A person takes the data along and goes; then somebody restores last week's backup of the store.
#include <iterator>

#include <gtest/gtest.h>

#include "core/fields.hpp"
#include "storage/sqlite/sqlite.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;

http::Request asked(const char* method, std::string target, const std::string& bearer) {
  http::Request request = demo::get(std::move(target), bearer);
  request.method = method;
  return request;
}

TEST(Erasure, OutlivesTheRestoreOfAnOlderBackup) {
  const RunningPlatform platform;
  const fs::path store = platform.layout().role_dir("auth") / "store.db";
  const fs::path backup = platform.data() / "auth-backup.db";
  const std::string bob(platform.sign_in("bob").value().access.reveal());
  {
    auto database = storage::sqlite::Database::open(store.string()).value();
    ASSERT_TRUE(database.writer()->execute("VACUUM INTO '" + backup.string() + "'"));
  }
  const auto gateway = platform.through_https();

  const auto exported = gateway->send(asked("GET", "/users/me/export", bob)).value();
  ASSERT_EQ(exported.status, 200U) << exported.content;
  EXPECT_NE(exported.content.find("bob@example.com"), std::string::npos);
  const auto person = gateway->send(asked("GET", "/users/me", bob)).value();
  const std::string id(core::parse_json_object(person.content).value().at("id").as_string());
  http::Request erase = asked("DELETE", "/users/me", bob);
  erase.headers.set("If-Match", person.headers.get("ETag"));
  const auto erased = gateway->send(std::move(erase)).value();
  ASSERT_EQ(erased.status, 204U) << erased.content;

  ASSERT_EQ(platform.gatehouse({"down"}).code, 0);
  for (const char* tail : {"-wal", "-shm"}) fs::remove(store.string() + tail);
  fs::copy_file(backup, store, fs::copy_options::overwrite_existing);
  const Outcome started = platform.gatehouse({"up", "--detach"});
  ASSERT_EQ(started.code, 0) << started.output;

  const std::string admin(platform.sign_in("admin").value().access.reveal());
  const auto again = platform.through_https();
  EXPECT_EQ(again->send(asked("GET", "/users/" + id, admin)).value().status, 404U);
  EXPECT_EQ(again->send(asked("GET", "/users/" + id + "/export", admin)).value().status, 404U);
  EXPECT_EQ(again->send(asked("GET", "/users", admin)).value().status, 200U);
  EXPECT_NE(platform.log_of("auth-1").find("erasures-replayed"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::tests
