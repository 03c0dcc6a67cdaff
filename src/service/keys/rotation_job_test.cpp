// The job on memory, and what it tells of its progress.
#include "service/keys/rotation_job.hpp"

#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "runtime/worker.hpp"
#include "storage/memory_wrapped_rows.hpp"

namespace gatehouse::service {
namespace {

using std::chrono::milliseconds;

constexpr RotationPace kBrisk{.batch_rows = 4,
                              .pause = milliseconds{0},
                              .look_every = milliseconds{1},
                              .again_after = milliseconds{1},
                              .count_every = milliseconds{60'000}};

crypto::RecordName name_of(const std::string& id) {
  return {"test", "t", id};
}

class RotationJobTest : public testing::Test {
 protected:
  RotationJobTest() {
    for (int i = 0; i < 10; ++i) {
      const std::string id = "row" + std::to_string(i);
      rows_.put(id, envelope_.create(name_of(id))->second);
    }
  }
  double gauge(std::string_view name, telemetry::Labels more = {}) {
    telemetry::Labels labels{{"ring", "fields"}, {"table", "t"}};
    labels.insert(labels.end(), more.begin(), more.end());
    return metrics_.gauge(name, "", labels).value();
  }
  void rotate() { live_->replace(live_->snapshot()->announced()->promoted()); }

  std::shared_ptr<crypto::LiveKeyRing> live_ = std::make_shared<crypto::LiveKeyRing>(
      std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh()));
  crypto::Envelope envelope_{std::shared_ptr<const crypto::LiveKeyRing>(live_)};
  storage::MemoryWrappedRows rows_;
  storage::RewrapRows rewrap_{rows_, envelope_, name_of};
  telemetry::Metrics metrics_;
  RotationJob job_{"fields", "t", rewrap_, metrics_, kBrisk};
};

TEST_F(RotationJobTest, BringsEveryRowToTheCurrentVersionAndTellsHowFarItIs) {
  ASSERT_TRUE(runtime::run_to_end(job_.pass()));
  EXPECT_EQ(gauge("key_rotation_rows", {{"version", "1"}}), 10);
  EXPECT_EQ(gauge("key_rotation_counted_version"), 1);

  rotate();
  ASSERT_TRUE(runtime::run_to_end(job_.pass()));

  EXPECT_EQ(gauge("key_rotation_rows", {{"version", "1"}}), 0) << "a version that has gone shows 0";
  EXPECT_EQ(gauge("key_rotation_rows", {{"version", "2"}}), 10);
  EXPECT_EQ(gauge("key_rotation_rows_remaining"), 0);
  EXPECT_EQ(gauge("key_rotation_counted_version"), 2);
}

TEST_F(RotationJobTest, SaysFromTheStartThatItHasNotCountedYet) {
  const telemetry::Metrics* shards[] = {&metrics_};
  EXPECT_NE(telemetry::render(shards).find("key_rotation_counted_version{"), std::string::npos);
  EXPECT_EQ(gauge("key_rotation_counted_version"), 0);
}

// Another instance, which has not heard of the rotation yet, adds a row where the pass has been already.
TEST_F(RotationJobTest, GoesAgainForWhatOthersWroteUnderTheOldKeyMeanwhile) {
  const auto late = envelope_.create(name_of("a"))->second;
  rotate();
  boost::asio::io_context io;
  TaskGroup tasks(io.get_executor());
  tasks.spawn("job", job_.run());
  while (gauge("key_rotation_rows_remaining") != 6) io.run_one();
  rows_.put("a", late);
  while (gauge("key_rotation_rows", {{"version", "2"}}) != 11) io.run_one();
  EXPECT_EQ(gauge("key_rotation_rows_remaining"), 0);
  tasks.cancel();
  io.run();
}

TEST_F(RotationJobTest, CountsWhatItCannotReadAsRemaining) {
  rows_.put("row5", "no wrapped key");
  rotate();
  ASSERT_TRUE(runtime::run_to_end(job_.pass()));
  EXPECT_EQ(gauge("key_rotation_rows_remaining"), 1);
  EXPECT_EQ(rows_.rows().at("row5"), "no wrapped key");
}

TEST_F(RotationJobTest, WaitsWhileTheRingIsLockedAndStartsByItselfAfterARotation) {
  boost::asio::io_context io;
  TaskGroup tasks(io.get_executor());
  tasks.spawn("job", job_.run());
  while (gauge("key_rotation_counted_version") != 1) io.run_one();
  const crypto::KeyRing next = live_->snapshot()->announced()->promoted();
  live_->lock();
  EXPECT_EQ(runtime::run_to_end(job_.pass()).error().reason, "key_ring_locked");
  live_->replace(next);
  while (gauge("key_rotation_rows", {{"version", "2"}}) != 10) io.run_one();
  tasks.cancel();
  io.run();
  EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace gatehouse::service
