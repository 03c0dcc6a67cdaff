#include "data_copy/synchronise.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "data_copy/canonical.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::data_copy {
namespace {

class MemoryCollection final : public Collection {
 public:
  [[nodiscard]] std::string_view name() const override { return "things"; }
  [[nodiscard]] Awaitable<Result<std::vector<Record>>> read(std::string after, std::size_t limit) override {
    std::vector<Record> page;
    for (auto at = records.upper_bound(after); at != records.end() && page.size() < limit; ++at)
      page.push_back({at->first, at->second});
    ++reads;
    largest_page = std::max(largest_page, page.size());
    co_return page;
  }
  [[nodiscard]] Awaitable<Result<void>> write(std::vector<Record> page) override {
    if (writes_left == 0) co_return fail(ErrorKind::unavailable, "engine_gone");
    --writes_left;
    for (Record& record : page) records[record.key] = std::move(record.content);
    co_return Result<void>{};
  }
  [[nodiscard]] Awaitable<Result<void>> remove(std::vector<std::string> keys) override {
    for (const auto& key : keys) records.erase(key);
    co_return Result<void>{};
  }

  std::map<std::string, std::string> records;
  int writes_left = 1'000'000;
  int reads = 0;
  std::size_t largest_page = 0;
};

class Synchronise : public testing::Test {
 protected:
  ~Synchronise() override {
    std::error_code ignored;
    std::filesystem::remove(progress_, ignored);
  }
  static void fill(MemoryCollection& collection, int count) {
    for (int i = 0; i < count; ++i)
      collection.records["k" + std::to_string(1'000'000 + i)] = "{\"n\":" + std::to_string(i) + "}";
  }
  Result<Tally> run(Effect effect = Effect::apply) {
    return runtime::run_to_end(
        synchronise(from_, to_, {.effect = effect, .page = 10, .progress = progress_}));
  }
  void expect_equal() {
    const auto verified = run(Effect::compare_only).value();
    EXPECT_TRUE(verified.is_equal()) << verified.first_difference;
    EXPECT_EQ(from_.records, to_.records);
    EXPECT_EQ(verified.records, from_.records.size());
  }

  MemoryCollection from_;
  MemoryCollection to_;
  std::filesystem::path progress_ =
      std::filesystem::temp_directory_path() / ("gatehouse-progress-" + core::random_token(8));
};

TEST_F(Synchronise, CopiesWhateverTheNumberOfRecords) {
  for (const int count : {0, 1, 9, 10, 11, 20, 105}) {
    from_.records.clear();
    fill(from_, count);
    const auto tally = run().value();
    EXPECT_EQ(tally.records, static_cast<std::uint64_t>(count));
    expect_equal();
    EXPECT_FALSE(std::filesystem::exists(progress_));
  }
  EXPECT_LE(from_.largest_page, 10U);
}

TEST_F(Synchronise, CatchesUpWithWhatWasChangedAddedAndRemovedMeanwhile) {
  fill(from_, 100);
  (void)run().value();
  from_.records["k1000050"] = "changed";
  from_.records["k1000020b"] = "new";
  from_.records["z"] = "last";
  from_.records.erase("k1000000");
  from_.records.erase("k1000099");
  to_.records["zz"] = "too much";
  const auto seen = run(Effect::compare_only).value();
  EXPECT_FALSE(seen.is_equal());
  EXPECT_EQ(seen.first_difference, "k1000000");
  const auto tally = run().value();
  EXPECT_EQ(tally.written, 3U);
  EXPECT_EQ(tally.removed, 3U);
  expect_equal();
}

TEST_F(Synchronise, ATargetFullOfOtherThingsBecomesTheSource) {
  fill(from_, 25);
  for (int i = 0; i < 500; ++i) to_.records["a" + std::to_string(i)] = "x";
  for (int i = 0; i < 500; ++i) to_.records["k1000010" + std::to_string(i)] = "x";
  for (int i = 0; i < 500; ++i) to_.records["z" + std::to_string(i)] = "x";
  EXPECT_EQ(run().value().removed, 1'500U);
  expect_equal();
}

TEST_F(Synchronise, GoesOnWhereItWasInterrupted) {
  fill(from_, 100);
  to_.writes_left = 4;
  EXPECT_EQ(run().error().reason, "engine_gone");
  EXPECT_EQ(to_.records.size(), 40U);
  to_.writes_left = 1'000;
  const auto tally = run().value();
  EXPECT_EQ(tally.records, 60U) << "what was copied is not read again";
  expect_equal();
}

TEST_F(Synchronise, TheDigestIsThatOfTheRecords) {
  fill(from_, 30);
  const auto digest = run().value().digest;
  EXPECT_EQ(run(Effect::compare_only)->digest, digest);
  std::swap(from_.records, to_.records);
  EXPECT_EQ(run(Effect::compare_only)->digest, digest) << "from both sides the same";
  from_.records["k1000003"] = "other";
  EXPECT_NE(run(Effect::compare_only)->digest, digest);
}

TEST_F(Synchronise, ARecordThatDoesNotOpenIsRefusedInTheSourceAndMendedInTheTarget) {
  fill(from_, 30);
  (void)run().value();
  to_.records["k1000011"] = "";
  EXPECT_EQ(run(Effect::compare_only)->first_difference, "k1000011");
  EXPECT_EQ(run()->written, 1U);
  expect_equal();
  from_.records["k1000012"] = "";
  EXPECT_EQ(run().error().reason, "record_unreadable");
  EXPECT_EQ(run(Effect::compare_only).error().reason, "record_unreadable");
}

TEST_F(Synchronise, TheProgressCanBeSealedAndTellsNoKey) {
  const crypto::Envelope seal(std::make_shared<const crypto::KeyRing>(crypto::KeyRing::fresh()));
  const SynchroniseOptions options{.page = 10, .progress = progress_, .seal = seal};
  fill(from_, 100);
  to_.writes_left = 4;
  EXPECT_FALSE(runtime::run_to_end(synchronise(from_, to_, options)));
  std::ostringstream text;
  text << std::ifstream(progress_).rdbuf();
  EXPECT_NE(text.str(), "");
  EXPECT_EQ(text.str().find("k1000039"), std::string::npos);
  to_.writes_left = 1'000;
  EXPECT_EQ(runtime::run_to_end(synchronise(from_, to_, options))->records, 60U);
  expect_equal();
}

TEST(Canonical, KeysAreInOrderAtEveryDepth) {
  const auto value = json::parse(R"( {"b": [ {"z": 1, "a": null} ], "a": {"d": "\u00fc", "c": -5}} )");
  EXPECT_EQ(canonical(value), "{\"a\":{\"c\":-5,\"d\":\"ü\"},\"b\":[{\"a\":null,\"z\":1}]}");
  EXPECT_EQ(key_of(42), "00000000000000000042");
}

TEST_F(Synchronise, RefusesTheProgressOfAnotherCollection) {
  std::ofstream(progress_) << R"({"collection": "others", "after": "k"})";
  EXPECT_EQ(run().error().reason, "other_progress");
  std::ofstream(progress_) << "{";
  EXPECT_EQ(run().error().reason, "progress_damaged");
}

}  // namespace
}  // namespace gatehouse::data_copy
