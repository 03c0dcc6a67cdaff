#include "telemetry/log_files.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "telemetry/log.hpp"
#include "telemetry/log_reader.hpp"

namespace gatehouse::telemetry {
namespace {

namespace fs = std::filesystem;

class LogFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/gatehouse-log-files-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    log::configure({.level = log::Level::off});  // lets the file go
    fs::remove_all(directory_);
  }
  RotatingFile open(LogFileLimits limits = {}) {
    return std::move(RotatingFile::open(directory_, "orders-1", limits).value());
  }
  [[nodiscard]] std::vector<LogFile> files() const { return log_files_of(directory_, "orders-1"); }
  [[nodiscard]] std::vector<std::string> lines() const {
    LogReader reader(directory_, "orders-1");
    std::vector<std::string> all;
    while (const auto line = reader.next()) all.emplace_back(*line);
    return all;
  }
  static std::string number_line(int number) { return fmt::format("line {:06}\n", number); }

  fs::path directory_;
};

TEST_F(LogFiles, TheBoundHoldsAndTheNewestLinesStayWholeAndInOrder) {
  auto file = open({.file_bytes_max = 1'000, .files_max = 3});
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(file.write(number_line(i)), 0U);
  ASSERT_EQ(files().size(), 3U);
  for (const LogFile& one : files()) {
    EXPECT_LE(fs::file_size(one.path), 1'000U);
    struct stat status{};
    ASSERT_EQ(::stat(one.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
  }
  const auto kept = lines();
  ASSERT_GE(kept.size(), 150U);
  for (std::size_t i = 0; i < kept.size(); ++i)
    EXPECT_EQ(kept[i] + "\n", number_line(1'000 - static_cast<int>(kept.size() - i)));
}

TEST_F(LogFiles, AWriteOfManyLinesIsDividedBetweenFilesAtLineFeeds) {
  auto file = open({.file_bytes_max = 100, .files_max = 1'000});
  std::string many;
  for (int i = 0; i < 500; ++i) many += number_line(i);
  EXPECT_EQ(file.write(many), 0U);
  EXPECT_EQ(lines().size(), 500U);
  EXPECT_EQ(files().size(), 63U);  // eight lines of twelve bytes each
}

TEST_F(LogFiles, ALineLongerThanAFileHasOneOfItsOwn) {
  auto file = open({.file_bytes_max = 100, .files_max = 10});
  EXPECT_EQ(file.write("a\n" + std::string(300, 'x') + "\nb\n"), 0U);
  EXPECT_EQ(lines(), (std::vector<std::string>{"a", std::string(300, 'x'), "b"}));
  EXPECT_EQ(files().size(), 3U);
}

TEST_F(LogFiles, ATornLineIsCutOffWhenItsInstanceComesBack) {
  EXPECT_EQ(open().write("whole\n"), 0U);
  std::ofstream(files().front().path, std::ios::app) << R"({"message":"to)";
  EXPECT_EQ(lines(), std::vector<std::string>{"whole"});  // a reader does not take it for a line
  EXPECT_EQ(open().write("next\n"), 0U);
  EXPECT_EQ(lines(), (std::vector<std::string>{"whole", "next"}));
  EXPECT_EQ(files().size(), 1U);  // a role that dies often does not push its past out
}

TEST_F(LogFiles, AWriterThatIsKilledLeavesWholeLinesWithoutAGap) {
  const LogFileLimits limits{.file_bytes_max = 64U << 10U, .files_max = 10'000};
  for (int life = 0; life < 5; ++life) {
    const pid_t child = fork();
    if (child == 0) {
      auto file = open(limits);
      for (int i = life * 1'000'000;; ++i) (void)file.write(number_line(i));
    }
    ASSERT_GT(child, 0);
    ::poll(nullptr, 0, 20);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_EQ(open(limits).write("last\n"), 0U);
  int expected = -1;
  const auto all = lines();
  ASSERT_GT(all.size(), 5U);
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const int number = std::stoi(all[i].substr(5));
    if (number % 1'000'000 != 0) EXPECT_EQ(number, expected) << "line " << i;
    expected = number + 1;
  }
  EXPECT_EQ(all.back(), "last");
}

// A limit on the size of files does to write() what a full disk does: the first bytes fit, then none.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(LogFiles, AFullDiskCostsWholeLinesThatAreCounted) {
  auto file = open();
  std::string many;
  for (int i = 0; i < 100; ++i) many += number_line(i);
  {
    const FullDisk full(500);  // 41 lines of 12 bytes, and 8 bytes of the next one
    EXPECT_EQ(file.write(many), 59U);
    EXPECT_EQ(file.write("more\n"), 0U);  // these fit into what is left
    EXPECT_EQ(file.write("and more\n"), 1U);
  }
  EXPECT_EQ(file.write("after\n"), 0U);
  const auto kept = lines();
  ASSERT_EQ(kept.size(), 43U);
  EXPECT_EQ(kept[40], "line 000040");
  EXPECT_EQ(kept[41], "more");
  EXPECT_EQ(kept[42], "after");
}

TEST_F(LogFiles, TheLogTellsWhatAFullDiskCostAndItsNumbersShowTheGap) {
  log::configure({.service = "orders", .file = std::make_shared<RotatingFile>(open())});
  log::info("before", "fits");
  log::flush();
  {
    const FullDisk full(1'000);
    for (int i = 0; i < 50; ++i) log::info("flood", std::string(200, 'x'));
    log::flush();
  }
  log::info("after", "there is room again");
  log::flush();
  log::configure({.level = log::Level::off});
  std::uint64_t told = 0;
  std::uint64_t missing = 0;
  std::uint64_t last = 0;
  for (const std::string& line : lines()) {
    const auto id = line_id_of(line);
    ASSERT_TRUE(id) << line;
    missing += id->sequence - last - 1;
    last = id->sequence;
    const auto object = boost::json::parse(line).as_object();
    if (const auto* count = object.if_contains("log.dropped_lines"))
      told += count->to_number<std::uint64_t>();
  }
  EXPECT_GT(told, 40U);
  EXPECT_EQ(told, missing);
}

TEST_F(LogFiles, AReaderGoesAlongAcrossRotationAndFromAnyPosition) {
  auto file = open({.file_bytes_max = 100, .files_max = 100});
  auto reader = std::make_unique<LogReader>(directory_, "orders-1");
  EXPECT_FALSE(reader->next());
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(file.write(number_line(i)), 0U);
    const auto line = reader->next();
    ASSERT_TRUE(line) << i;
    EXPECT_EQ(std::string(*line) + "\n", number_line(i));
    EXPECT_FALSE(reader->next());
    EXPECT_EQ(reader->bytes_behind(), 0U);
    if (i % 7 == 0) reader = std::make_unique<LogReader>(directory_, "orders-1", reader->position());
  }
}

TEST_F(LogFiles, AReaderWhoseFileWasRotatedAwayGoesOnWithTheOldestThatIsThere) {
  auto file = open({.file_bytes_max = 100, .files_max = 2});
  EXPECT_EQ(file.write(number_line(0)), 0U);
  LogReader reader(directory_, "orders-1");
  ASSERT_TRUE(reader.next());
  const LogPosition early = reader.position();
  for (int i = 1; i < 100; ++i) EXPECT_EQ(file.write(number_line(i)), 0U);
  LogReader late(directory_, "orders-1", early);
  const auto line = late.next();
  ASSERT_TRUE(line);
  EXPECT_EQ(std::string(*line), lines().front());
}

TEST_F(LogFiles, OtherFilesAreNoLogs) {
  for (const char* name : {"orders-1.ndjson", ".1.ndjson", "orders-1.0.ndjson", "orders-1.x.ndjson",
                           "orders-1.1.ndjson.gz", "orders-1.out", "or\"ders.1.ndjson"})
    std::ofstream(directory_ / name) << "x\n";
  EXPECT_TRUE(log_files_in(directory_).empty());
}

TEST(LineId, IsTheLastMemberAndNothingElse) {
  const auto id = line_id_of(R"({"message":"m","log.record.uid":"00ff-12"})");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text, "00ff-12");
  EXPECT_EQ(id->run, "00ff");
  EXPECT_EQ(id->sequence, 12U);
  for (const char* line :
       {"", "{}", R"({"log.record.uid":"00ff-12"})", R"({"a":1,"log.record.uid":"00ff-0"})",
        R"({"a":1,"log.record.uid":"00fg-1"})", R"({"a":1,"log.record.uid":"00ff"})",
        R"({"a":1,"log.record.uid":"-1"})", R"({"a":1,"log.record.uid":"00ff-1","b":2})",
        R"({"a":",\"log.record.uid\":\"00ff-1"})"})
    EXPECT_FALSE(line_id_of(line)) << line;
}

}  // namespace
}  // namespace gatehouse::telemetry
