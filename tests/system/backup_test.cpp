// A backup under load, restored into a new data directory, is a platform with all that was acknowledged
// before the backup began; and what cannot be restored is refused before anything is touched.
#include "backup/backup.hpp"

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include "backup/backup_key.hpp"
#include "supervisor/durable_file.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Places orders, one after the other, until it is told to stop.
class Shopper {
 public:
  explicit Shopper(const RunningPlatform& platform)
      : agent_(platform.through_https()), tokens_(platform.sign_in("alice").value()) {
    thread_ = std::thread([this] {
      while (!is_done_) place();
    });
  }
  ~Shopper() { stop(); }
  void stop() {
    is_done_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] std::vector<std::string> acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
  }

 private:
  void place() {
    const std::string key = "backup-test-order-" + std::to_string(1'000'000 + number_++);
    const json::object body{{"items", {{{"sku", "kettle-copper"}, {"quantity", 1}}}},
                            {"payment_method", "pm_card_visa"}};
    const auto reply = agent_->send(demo::post_json("/orders", body, tokens_.access.reveal(), key));
    if (!reply || reply->status != 201) return pause(std::chrono::milliseconds{50});
    const std::lock_guard lock(mutex_);
    acknowledged_.push_back(demo::text_at(*reply, "/id").value());
  }

  std::unique_ptr<demo::UserAgent> agent_;
  demo::Tokens tokens_;
  std::thread thread_;
  std::atomic<bool> is_done_ = false;
  std::size_t number_ = 0;
  std::mutex mutex_;
  std::vector<std::string> acknowledged_;
};

std::string content_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

backup::Manifest manifest_of(const fs::path& backup, const fs::path& key) {
  const auto text = supervisor::read_file(backup / "manifest.json").value();
  return backup::Manifest::from_text(text, backup::read_key(key).value()).value();
}

std::int64_t rows(const backup::Manifest& manifest, std::string_view role, const std::string& table) {
  for (const auto& store : manifest.stores) {
    if (store.role == role && store.rows.contains(table)) return store.rows.at(table);
  }
  return -1;
}

class Backup : public testing::Test {
 protected:
  // The key and the secrets lie apart from the backup.
  static Outcome back_up(const RunningPlatform& platform, const fs::path& to, const fs::path& safe) {
    return platform.gatehouse({"backup", to.string(), "--key", (safe / "backup.key").string(), "--secrets",
                               (safe / "secrets.sealed").string()});
  }
  static Outcome restore(const fs::path& backup, const fs::path& data, const fs::path& safe) {
    return run({.words = {executable(), "restore", "--data", data.string(), backup.string(), "--key",
                          (safe / "backup.key").string(), "--secrets", (safe / "secrets.sealed").string()},
                .user = {}});
  }

  TemporaryDirectory media_;
  TemporaryDirectory safe_;
};

TEST_F(Backup, UnderLoadHoldsAllThatWasAcknowledgedAndStartsElsewhere) {
  const fs::path first = media_.path() / "first";
  const fs::path second = media_.path() / "second";
  std::vector<std::string> before;
  {
    const RunningPlatform platform;
    Shopper shopper(platform);
    ASSERT_TRUE(eventually(seconds{20}, [&] { return shopper.acknowledged().size() >= 20; }))
        << platform.complaints();
    before = shopper.acknowledged();
    const Outcome made = back_up(platform, first, safe_.path());
    ASSERT_EQ(made.code, 0) << made.output;
    EXPECT_TRUE(eventually(seconds{20}, [&] { return shopper.acknowledged().size() > before.size() + 5; }))
        << "orders go on during and after the backup";
    EXPECT_EQ(back_up(platform, first, safe_.path()).code, 1) << "a backup is never overwritten";
    const Outcome running = restore(first, platform.data(), safe_.path());
    EXPECT_EQ(running.code, 1);
    EXPECT_NE(running.output.find("is running already"), std::string::npos) << running.output;
  }
  // What a thief finds: no name, no address, no key, no order.
  for (const auto& entry : fs::recursive_directory_iterator(media_.path())) {
    if (!entry.is_regular_file() || entry.path().extension() != ".sealed") continue;
    const std::string bytes = content_of(entry.path());
    for (const std::string_view word : {"SQLite format", "alice", "kettle-copper", "PRIVATE KEY"})
      EXPECT_EQ(bytes.find(word), std::string::npos) << entry.path() << " " << word;
  }

  const auto restored = [&](const fs::path& data) {
    const Outcome outcome = restore(first, data, safe_.path());
    if (outcome.code != 0) throw std::runtime_error(outcome.output);
  };
  const RunningPlatform platform({.prepare = restored});
  const auto agent = platform.through_https();
  const auto tokens = platform.sign_in("alice").value();
  for (const std::string& id : before)
    EXPECT_TRUE(agent->ask(demo::get("/orders/" + id, tokens.access.reveal()), 200)) << id;
  ASSERT_EQ(back_up(platform, second, safe_.path()).code, 0);
  const auto then = manifest_of(first, safe_.path() / "backup.key");
  const auto now = manifest_of(second, safe_.path() / "backup.key");
  EXPECT_GE(rows(then, "orders", "orders"), static_cast<std::int64_t>(before.size()));
  EXPECT_EQ(rows(now, "orders", "orders"), rows(then, "orders", "orders"));
  EXPECT_EQ(rows(now, "auth", "person"), rows(then, "auth", "person"));
  EXPECT_GT(rows(then, "auth", "person"), 0);
}

TEST_F(Backup, WhatCannotBeRestoredIsRefusedAndTheDataStaysAsItWas) {
  const fs::path backup = media_.path() / "backup";
  const TemporaryDirectory elsewhere;
  const fs::path data = elsewhere.path() / "data";
  {
    const RunningPlatform platform;
    ASSERT_EQ(back_up(platform, backup, safe_.path()).code, 0);
  }
  const auto refused = [&](std::string_view words) {
    const Outcome outcome = restore(backup, data, safe_.path());
    EXPECT_EQ(outcome.code, 1);
    EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
    EXPECT_NE(outcome.output.find(words), std::string::npos) << outcome.output;
    EXPECT_FALSE(fs::exists(data / "roles"));
  };
  const fs::path store = backup / "stores" / "orders" / "orders.db.sealed";
  const std::string good = content_of(store);
  std::string flipped = good;
  flipped[flipped.size() / 2] ^= 1;
  std::ofstream(store, std::ios::binary) << flipped;
  refused("digest");
  fs::remove(store);
  refused("orders.db.sealed");
  std::ofstream(store, std::ios::binary) << good;

  const std::string manifest = content_of(backup / "manifest.json");
  std::string older = manifest;
  older.replace(older.find("\"schema\":"), 10, "\"schema\":0");
  std::ofstream(backup / "manifest.json") << older;
  refused("was changed");
  const auto key = backup::read_key(safe_.path() / "backup.key").value();
  auto newer = backup::Manifest::from_text(manifest, key).value();
  newer.stores.front().schema = 99;
  std::ofstream(backup / "manifest.json") << newer.to_text(key);
  refused("schema 99 is newer");
  std::ofstream(backup / "manifest.json") << manifest;

  const std::string secrets = content_of(safe_.path() / "secrets.sealed");
  std::ofstream(safe_.path() / "secrets.sealed", std::ios::binary) << secrets.substr(0, secrets.size() - 1);
  refused("secrets.sealed");
  std::ofstream(safe_.path() / "secrets.sealed", std::ios::binary) << secrets;
  EXPECT_EQ(restore(backup, data, safe_.path()).code, 0);
  EXPECT_TRUE(fs::exists(data / "roles" / "orders" / "orders.db"));
  EXPECT_TRUE(fs::exists(data / "roles" / "auth" / "secrets" / "field_keys.json"));
  // Once more over it: what was there before is kept.
  EXPECT_EQ(restore(backup, data, safe_.path()).code, 0);
  EXPECT_EQ(std::distance(fs::directory_iterator(elsewhere.path()), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace gatehouse::tests
