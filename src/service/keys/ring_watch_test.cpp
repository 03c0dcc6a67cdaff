// A ring that changes, and one whose provider goes away: behind Vault's transit engine as
// storage/vault/test_vault plays it.
#include "service/keys/ring_watch.hpp"

#include <gtest/gtest.h>

#include "core/durable_file.hpp"
#include "runtime/worker.hpp"
#include "service/keys/vault_keys.hpp"
#include "storage/vault/test_vault.hpp"

namespace gatehouse::service {
namespace {

namespace fs = std::filesystem;

class RingWatchTest : public testing::Test {
 protected:
  RingWatchTest() {
    std::ofstream(directory_ / "token") << "hvs.first\n";
    options_.host = "localhost";
    options_.port = vault_.port;
    options_.key = "test";
    options_.token_file = directory_ / "token";
    options_.ca = vault_.certificates.ca;
  }
  ~RingWatchTest() override {
    static_cast<void>(get(vault_.stop()));
    fs::remove_all(directory_);
  }
  static fs::path make_directory() {
    auto path = fs::temp_directory_path() / ("gatehouse-ring-" + core::random_token(9));
    fs::create_directories(path);
    return path;
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  static Deadline soon() { return Deadline::after(std::chrono::milliseconds{5'000}); }
  [[nodiscard]] fs::path file() const { return directory_ / "field_keys.vault"; }
  std::unique_ptr<KeyProvider> provider() { return std::make_unique<VaultKeys>(file(), options_); }
  double newest() { return metrics_.gauge("key_ring_newest_version", "", {{"ring", "fields"}}).value(); }

  boost::asio::io_context io_;
  fs::path directory_ = make_directory();
  storage::vault::TestVault vault_{io_.get_executor(), directory_, core::SystemClock().now()};
  storage::vault::Options options_;
  core::ManualClock clock_;
  telemetry::Metrics metrics_;
  const crypto::KeyRing ring_ = crypto::KeyRing::fresh();
};

TEST_F(RingWatchTest, NoKeyOfTheRingIsInItsFile) {
  const auto keys = provider();
  ASSERT_TRUE(get(keys->save(ring_, soon())));
  const std::string text = core::read_file(file()).value();
  EXPECT_TRUE(text.starts_with("vault:v1:")) << text;
  EXPECT_EQ(text.find(core::to_base64(ring_.find(1)->reveal())), std::string::npos);
  EXPECT_EQ(get(keys->load(soon()))->find(1)->reveal(), ring_.find(1)->reveal());
  EXPECT_EQ(get(keys->kept_by(soon())).value(), "vault test v1 of 1");

  options_.rotates_vault_key = true;
  const auto rotating = provider();
  ASSERT_TRUE(get(rotating->renew_protection(soon())));
  ASSERT_TRUE(get(rotating->save(ring_, soon())));
  EXPECT_EQ(get(rotating->kept_by(soon())).value(), "vault test v2 of 2");
  std::ofstream(file()) << "{}";
  EXPECT_EQ(get(keys->load(soon())).error().reason, "bad_key_ring");
}

TEST_F(RingWatchTest, FollowsTheFile) {
  const auto keys = provider();
  ASSERT_TRUE(get(keys->save(ring_, soon())));
  RingWatch watch("fields", provider(), clock_, metrics_);
  const auto live = get(watch.start()).value();
  EXPECT_EQ(newest(), 1);
  const int before = vault_.requests;
  ASSERT_TRUE(get(watch.look()));
  EXPECT_EQ(vault_.requests, before) << "nothing has changed: Vault is left alone";

  ASSERT_TRUE(get(keys->save(ring_.announced().value(), soon())));
  ASSERT_TRUE(get(watch.look()));
  EXPECT_EQ(newest(), 2);
  EXPECT_EQ(live->snapshot()->current(), 1U);
}

TEST_F(RingWatchTest, LocksTheDataWhenVaultRefusesForTooLongAndOpensItAgain) {
  ASSERT_TRUE(get(provider()->save(ring_, soon())));
  RingWatch watch("fields", provider(), clock_, metrics_);
  const auto live = get(watch.start()).value();
  vault_.token = "hvs.revoked";

  clock_.advance(options_.valid_for / 2);
  ASSERT_TRUE(get(watch.look()));
  EXPECT_NE(live->snapshot(), nullptr) << "asked in time, and half of the validity is left";
  clock_.advance(options_.valid_for / 2);
  ASSERT_TRUE(get(watch.look()));
  EXPECT_EQ(live->snapshot(), nullptr);

  vault_.token = "hvs.first";
  ASSERT_TRUE(get(watch.look()));
  ASSERT_NE(live->snapshot(), nullptr);
  EXPECT_EQ(live->snapshot()->current(), 1U);
}

TEST_F(RingWatchTest, StartsLockedWhileVaultIsDownAndOpensByItself) {
  ASSERT_TRUE(get(provider()->save(ring_, soon())));
  vault_.fails = [](int) { return 503U; };
  RingWatch watch("fields", provider(), clock_, metrics_);
  const auto live = get(watch.start()).value();
  EXPECT_EQ(live->snapshot(), nullptr);
  vault_.fails = nullptr;
  ASSERT_TRUE(get(watch.look()));
  ASSERT_NE(live->snapshot(), nullptr);
  EXPECT_EQ(newest(), 1);

  vault_.token = "hvs.another";
  RingWatch refused("fields", provider(), clock_, metrics_);
  EXPECT_EQ(get(refused.start()).error().reason, "vault_refused") << "that is no matter of waiting";
}

}  // namespace
}  // namespace gatehouse::service
