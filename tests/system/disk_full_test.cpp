// A disk that is full at the start is one clear line; one that fills up later loses nothing that was
// acknowledged. A small tmpfs stands for the disk, so only root can run this.
#include <fstream>
#include <sys/mount.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

class SmallDisk {
 public:
  // False where mounting is not allowed.
  bool mount(const fs::path& at, const std::string& size) {
    if (::mount("tmpfs", at.c_str(), "tmpfs", 0, ("mode=0700,size=" + size).c_str()) != 0) return false;
    at_ = at;
    return true;
  }
  ~SmallDisk() {
    if (!at_.empty()) ::umount2(at_.c_str(), MNT_DETACH);
    std::error_code ignored;
    if (!at_.empty()) fs::remove_all(at_, ignored);
  }
  // Takes what is left, but for so many bytes.
  void fill(std::uintmax_t leave) const {
    const auto left = fs::space(at_).available;
    if (left <= leave) return;
    std::ofstream file(at_ / "filler", std::ios::binary);
    const std::string block(4'096, 'x');
    for (auto written = left - leave; written >= block.size() && file; written -= block.size()) {
      file << block;
      file.flush();
    }
  }
  void make_room() const { fs::remove(at_ / "filler"); }

 private:
  fs::path at_;
};

class FullDisk : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "SKIPPED: only root may mount a small disk";
    SmallDisk trial;
    const TemporaryDirectory at;
    if (!trial.mount(at.path(), "64k")) GTEST_SKIP() << "SKIPPED: no tmpfs may be mounted here";
  }
  SmallDisk disk_;
};

TEST_F(FullDisk, AtTheStartItIsOneClearLine) {
  const TemporaryDirectory parent;
  const fs::path data = parent.path() / "data";
  fs::create_directories(data);
  ASSERT_TRUE(disk_.mount(data, "512k"));
  write_platform_file(data, {});
  disk_.fill(0);
  const Outcome outcome = run({.words = {executable(), "up", "--data", data.string()}, .user = {}});
  EXPECT_EQ(outcome.code, 1) << outcome.output;
  EXPECT_EQ(std::ranges::count(outcome.output, '\n'), 1) << outcome.output;
  EXPECT_NE(outcome.output.find("No space left on device"), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find(data.string()), std::string::npos) << outcome.output;
}

TEST_F(FullDisk, LaterItRefusesWithoutLosingWhatWasAcknowledged) {
  const auto on_small_disk = [this](const fs::path& data) {
    if (!disk_.mount(data, "64m")) throw std::runtime_error("the small disk cannot be mounted");
    write_platform_file(data, {});
  };
  const RunningPlatform platform({.prepare = on_small_disk});
  const auto agent = platform.through_https();
  const auto tokens = platform.sign_in("alice").value();
  int number = 0;
  std::vector<std::string> acknowledged;
  const auto place = [&]() -> unsigned {
    const json::object body{{"items", {{{"sku", "mug-stoneware"}, {"quantity", 1}}}},
                            {"payment_method", "pm_card_visa"}};
    const std::string key = "full-disk-order-" + std::to_string(100'000 + number++);
    const auto reply = agent->send(demo::post_json("/orders", body, tokens.access.reveal(), key));
    if (!reply) return 0;
    if (reply->status == 201) acknowledged.push_back(demo::text_at(*reply, "/id").value());
    return reply->status;
  };
  for (int i = 0; i < 5; ++i) ASSERT_EQ(place(), 201U) << platform.complaints();

  disk_.fill(64 * 1024);
  unsigned refused = 0;
  EXPECT_TRUE(eventually(seconds{60}, [&] {
    refused = place();
    return refused != 201;
  }));
  EXPECT_EQ(refused, 503U) << platform.complaints();
  ASSERT_TRUE(platform.kill_instance("orders-1"));  // what is only in memory is gone

  disk_.make_room();
  ASSERT_TRUE(platform.wait_until_ready(seconds{30})) << platform.complaints();
  ASSERT_TRUE(eventually(seconds{30}, [&] { return place() == 201; })) << platform.complaints();
  for (const std::string& id : acknowledged)
    EXPECT_TRUE(agent->ask(demo::get("/orders/" + id, tokens.access.reveal()), 200)) << id;
}

}  // namespace
}  // namespace gatehouse::tests
