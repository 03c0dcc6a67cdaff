// How the auth role gets at its stores: which engine the settings choose, and what it makes of one that does
// not answer.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "services/auth/store_watch.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth {
namespace {

// Answers as it is told to; nobody asks for more.
class ToldStores final : public Stores {
 public:
  PersonStore& people() override { std::terminate(); }
  RoleStore& roles() override { std::terminate(); }
  AttemptStore& attempts() override { std::terminate(); }
  storage::Rotatable& email_index() override { std::terminate(); }
  Awaitable<Result<void>> replay_erasures() override { std::terminate(); }
  Awaitable<Result<void>> probe() override { co_return answer; }

  Result<void> answer;
};

class StoreWatchTest : public testing::Test {
 protected:
  StoreWatchTest() { log::configure("component-test", "", log::Level::off); }
  Result<void> look() { return runtime::run_to_end(watch_.look()); }
  std::string reason() const {
    return watch_.is_ready() ? "" : std::string(watch_.is_ready().error().reason);
  }
  static Result<void> down() { return fail(ErrorKind::unavailable, "database_unreachable"); }

  ToldStores stores_;
  Result<void> first_answer_;
  int first_answers_ = 0;
  StoreWatch watch_{stores_, [this]() -> Awaitable<Result<void>> {
                      ++first_answers_;
                      co_return first_answer_;
                    }};
};

TEST_F(StoreWatchTest, IsNotReadyBeforeTheFirstLook) {
  EXPECT_EQ(reason(), "store_starting");
}

TEST_F(StoreWatchTest, IsReadyOnceTheStoresAnswerAndWhatWaitedForThemIsDone) {
  stores_.answer = down();
  EXPECT_TRUE(look());  // it may pass
  EXPECT_EQ(reason(), "database_unreachable");
  EXPECT_EQ(first_answers_, 0);

  stores_.answer = {};
  first_answer_ = down();
  EXPECT_TRUE(look());
  EXPECT_EQ(reason(), "database_unreachable");
  first_answer_ = {};
  EXPECT_TRUE(look());
  EXPECT_EQ(reason(), "");
  EXPECT_TRUE(look());
  EXPECT_EQ(first_answers_, 2);
}

TEST_F(StoreWatchTest, FollowsTheStoresAndDoesWhatWaitedForThemOnce) {
  EXPECT_TRUE(look());
  stores_.answer = down();
  EXPECT_TRUE(look());
  EXPECT_EQ(reason(), "database_unreachable");
  stores_.answer = {};
  EXPECT_TRUE(look());
  EXPECT_EQ(reason(), "");
  EXPECT_EQ(first_answers_, 1);
}

TEST_F(StoreWatchTest, TellsWhatNoWaitingMends) {
  stores_.answer = fail(ErrorKind::internal, "newer_schema");
  EXPECT_EQ(look().error().reason, "newer_schema");
  EXPECT_EQ(reason(), "newer_schema");
}

class StoreSettingsTest : public testing::Test {
 protected:
  Result<StoreSettings> read(std::string_view text) {
    const json::object settings = core::parse_json_object(text).value();
    Fields fields{settings, "settings"};
    auto store = store_settings_of(fields, config_);
    if (const auto read = fields.finish(); !read) return fail(read);
    return store;
  }
  std::string file_of(std::string_view text) {
    return std::get<SqliteSettings>(read(text).value()).file.string();
  }
  std::string why_not(std::string_view text) { return read(text).error().detail; }

  service::Config config_{.data_dir = "/data"};
};

TEST_F(StoreSettingsTest, MeanSqliteUnlessTheySayOtherwise) {
  EXPECT_EQ(file_of("{}"), "/data/store.db");
  EXPECT_EQ(file_of(R"({"store": "/there.db"})"), "/there.db");
  EXPECT_EQ(file_of(R"({"store": {"engine": "sqlite"}})"), "/data/store.db");
  EXPECT_EQ(file_of(R"({"store": {"engine": "sqlite", "file": "/there.db"}})"), "/there.db");
}

TEST_F(StoreSettingsTest, NameWhatIsWrongWithThem) {
  EXPECT_EQ(why_not(R"({"store": 7})"), "settings.store: must be a string");
  EXPECT_EQ(why_not(R"({"store": {"engine": "paper"}})"), "settings.store.engine: must be sqlite or mongodb");
  EXPECT_EQ(why_not(R"({"store": {"engine": "sqlite", "hosts": []}})"),
            "settings.store.hosts: unknown field");
  EXPECT_EQ(read(R"({"store": {"engine": "mongodb", "database": "a", "user": "a", "password_file": "no"}})")
                .error()
                .reason,
            "secret_missing");
}

class KeySettingsTest : public testing::Test {
 protected:
  KeySettingsTest() {
    std::filesystem::create_directories(config_.secrets_dir());
    std::ofstream(config_.secrets_dir() / "pw") << "correct horse";
  }
  ~KeySettingsTest() override { std::filesystem::remove_all(config_.data_dir); }

  static json::object mongodb(std::string_view database) {
    return {{"engine", "mongodb"}, {"database", database}, {"user", "auth"}, {"password_file", "pw"}};
  }
  Result<std::optional<storage::mongo::Options>> read(const json::object& settings) {
    Fields fields{settings, "settings"};
    const auto store = store_settings_of(fields, config_).value();
    return key_settings_of(fields, config_, store);
  }

  service::Config config_{.data_dir = std::filesystem::temp_directory_path() /
                                      ("gatehouse-auth-" + core::random_token(9))};
};

TEST_F(KeySettingsTest, NameADatabaseOfTheirOwnOrNone) {
  EXPECT_FALSE(read({{"store", mongodb("auth")}}).value());
  const auto options = read({{"store", mongodb("auth")}, {"subject_keys", mongodb("auth_keys")}}).value();
  ASSERT_TRUE(options);
  EXPECT_EQ(options->database, "auth_keys");
}

TEST_F(KeySettingsTest, AreRefusedWhereABackupOfPeopleWouldCarryTheKeys) {
  const json::object file{{"engine", "sqlite"}};
  EXPECT_EQ(
      read({{"store", mongodb("auth")}, {"subject_keys", mongodb("auth")}}).error().detail,
      "settings.subject_keys.database: must not be that of the store, whose backups would carry the keys "
      "along");
  EXPECT_EQ(read({{"store", file}, {"subject_keys", mongodb("auth_keys")}}).error().detail,
            "settings.subject_keys.engine: can be shared only where the store is mongodb");
  EXPECT_EQ(read({{"store", mongodb("auth")}, {"subject_keys", file}}).error().detail,
            "settings.subject_keys.engine: must be mongodb");
}

}  // namespace
}  // namespace gatehouse::auth
