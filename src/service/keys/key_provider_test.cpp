#include "service/keys/key_provider.hpp"

#include <cstdlib>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "core/durable_file.hpp"
#include "core/ids.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::service {
namespace {

namespace fs = std::filesystem;

class KeyProviderTest : public testing::Test {
 protected:
  KeyProviderTest() { fs::create_directories(secrets_); }
  ~KeyProviderTest() override { fs::remove_all(secrets_); }

  Result<std::unique_ptr<KeyProvider>> make(json::object settings) {
    return make_key_provider(&settings, secrets_, pool_);
  }
  static Deadline soon() { return Deadline::after(std::chrono::milliseconds{5'000}); }
  static Result<crypto::KeyRing> load(KeyProvider& provider) {
    return runtime::run_to_end(provider.load(soon()));
  }
  static Result<void> save(KeyProvider& provider, const crypto::KeyRing& ring) {
    return runtime::run_to_end(provider.save(ring, soon()));
  }
  void write(const char* name, std::string_view text) {
    ASSERT_TRUE(core::write_durably(secrets_ / name, text, core::kOwnerOnly));
  }

  fs::path secrets_ = fs::temp_directory_path() / ("gatehouse-keys-" + core::random_token(9));
  BlockingPool pool_{"keys"};
  const crypto::KeyRing ring_ = crypto::KeyRing::fresh().announced().value();
};

TEST_F(KeyProviderTest, KeepsARingInAFileForItsOwnerOnly) {
  auto provider = make_key_provider(nullptr, secrets_, pool_).value();
  EXPECT_EQ(load(*provider).error().reason, "key_ring_unreadable");
  ASSERT_TRUE(save(*provider, ring_));
  EXPECT_EQ(load(*provider)->newest(), 2U);
  struct stat found{};
  ASSERT_EQ(::stat((secrets_ / "field_keys.json").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  const std::string before = provider->stamp();
  ASSERT_TRUE(save(*provider, ring_.announced().value()));
  EXPECT_NE(provider->stamp(), before);
}

TEST_F(KeyProviderTest, TakesARingFromTheEnvironmentAndWritesNone) {
  auto provider = make({{"provider", "environment"}, {"variable", "GATEHOUSE_TEST_KEYS"}}).value();
  ::unsetenv("GATEHOUSE_TEST_KEYS");
  EXPECT_NE(load(*provider).error().detail.find("GATEHOUSE_TEST_KEYS"), std::string::npos);
  ::setenv("GATEHOUSE_TEST_KEYS", std::string(ring_.to_json().reveal()).c_str(), 1);
  EXPECT_EQ(load(*provider)->find(2)->reveal(), ring_.find(2)->reveal());
  EXPECT_EQ(save(*provider, ring_).error().reason, "keys_are_read_only");
}

TEST_F(KeyProviderTest, KeepsARingBehindAPassphrase) {
  write("keys.pass", "correct horse battery\n");
  write("wrong.pass", "incorrect horse battery\n");
  auto provider = make({{"provider", "passphrase"}, {"passphrase_file", "keys.pass"}}).value();
  ASSERT_TRUE(save(*provider, ring_));
  EXPECT_EQ(load(*provider)->find(1)->reveal(), ring_.find(1)->reveal());

  ::setenv("GATEHOUSE_TEST_PASSPHRASE", "correct horse battery", 1);
  auto by_variable = make({{"provider", "passphrase"}, {"passphrase_variable", "GATEHOUSE_TEST_PASSPHRASE"}});
  EXPECT_TRUE(load(**by_variable));

  auto wrong = make({{"provider", "passphrase"}, {"passphrase_file", "wrong.pass"}}).value();
  const auto refused = load(*wrong);
  EXPECT_EQ(refused.error().reason, "wrong_passphrase");
  EXPECT_NE(refused.error().detail.find("field_keys.pem"), std::string::npos) << refused.error().detail;
}

TEST_F(KeyProviderTest, RefusesSettingsThatItDoesNotUnderstand) {
  const struct {
    json::object settings;
    const char* detail;
  } cases[] = {
      {{}, "settings.field_keys.provider"},
      {{{"provider", "paper"}}, "must be file, environment, passphrase or vault"},
      {{{"provider", "file"}, {"path", "x"}}, "settings.field_keys.path"},
      {{{"provider", "environment"}}, "settings.field_keys.variable"},
      {{{"provider", "passphrase"}}, "passphrase_file or passphrase_variable"},
      {{{"provider", "passphrase"}, {"passphrase_file", "none"}}, "none"},
  };
  for (const auto& c : cases) {
    const auto made = make(c.settings);
    ASSERT_FALSE(made) << json::serialize(c.settings);
    EXPECT_NE(made.error().detail.find(c.detail), std::string::npos) << made.error().detail;
  }
}

}  // namespace
}  // namespace gatehouse::service
