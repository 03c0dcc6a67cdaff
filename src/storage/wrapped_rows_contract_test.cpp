// What the port WrappedRows promises, asked of every adapter alike; and that a rotation over it may be cut
// off anywhere.
#include <csignal>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "storage/wrapped_rows_under_test.hpp"

namespace gatehouse::storage {
namespace {

crypto::RecordName name_of(const std::string& id) {
  return {"test", "t", id};
}

// Three rings: as made, rotated once, rotated twice.
struct Rings {
  crypto::KeyRing first = crypto::KeyRing::fresh();
  crypto::KeyRing second = first.announced()->promoted();
  crypto::KeyRing third = second.announced()->promoted();

  static crypto::Envelope envelope(const crypto::KeyRing& ring) {
    return crypto::Envelope(std::make_shared<const crypto::KeyRing>(ring));
  }
};

class WrappedRowsContract : public testing::TestWithParam<RowsCase> {
 protected:
  void SetUp() override {
    rows_ = GetParam().make();
    if (!rows_) GTEST_SKIP() << GetParam().name << " is not installed";
  }
  template <class T>
  T get(Awaitable<T> task) {
    return rows_->get(std::move(task));
  }
  std::string put(const std::string& id, const crypto::KeyRing& ring) {
    std::string wrapped = Rings::envelope(ring).create(name_of(id))->second;
    rows_->put(id, wrapped);
    return wrapped;
  }
  // All ids, page after page; no page is larger than asked for.
  std::multiset<std::string> below(std::uint32_t version, std::size_t limit) {
    std::multiset<std::string> ids;
    for (std::string after;;) {
      const auto page = get(rows_->port().below(version, after, limit)).value();
      EXPECT_LE(page.size(), limit);
      for (const WrappedRow& row : page) ids.insert(row.id);
      if (page.size() < limit) return ids;
      after = page.back().id;
    }
  }

  Rings rings_;
  std::unique_ptr<RowsUnderTest> rows_;
};

INSTANTIATE_TEST_SUITE_P(Adapters, WrappedRowsContract, testing::ValuesIn(rows_cases()),
                         [](const auto& info) { return info.param.name; });

using Ids = std::multiset<std::string>;

TEST_P(WrappedRowsContract, CountsAndFindsRowsByTheVersionOfTheirKey) {
  EXPECT_TRUE(get(rows_->port().count()).value().empty());
  for (const char* id : {"c", "a", "e"}) put(id, rings_.first);
  for (const char* id : {"b", "d"}) put(id, rings_.second);

  EXPECT_EQ(get(rows_->port().count()).value(), (RowsPerVersion{{1, 3}, {2, 2}}));
  for (const std::size_t limit : {1, 2, 3, 10}) {
    EXPECT_EQ(below(2, limit), (Ids{"a", "c", "e"})) << limit;
    EXPECT_EQ(below(3, limit), (Ids{"a", "b", "c", "d", "e"})) << limit;
    EXPECT_EQ(below(1, limit), Ids{}) << limit;
  }
  const WrappedRow first = get(rows_->port().below(2, "", 1)).value().at(0);
  EXPECT_EQ(first.wrapped, rows_->at(first.id));
}

TEST_P(WrappedRowsContract, ReplacesAKeyOnlyIfItIsStillTheSame) {
  const std::string a = put("a", rings_.first);
  const std::string b = put("b", rings_.first);
  const std::string newer = put("b", rings_.first);
  const std::vector<Rewrapped> rows{{"a", a, "A"}, {"b", b, "B"}, {"gone", a, "G"}};

  EXPECT_EQ(get(rows_->port().replace(rows)).value(), 1U);

  EXPECT_EQ(rows_->at("a"), "A");
  EXPECT_EQ(rows_->at("b"), newer);
}

TEST_P(WrappedRowsContract, IsRewrappedStepByStepAndPassesOverWhatDoesNotOpen) {
  for (int i = 0; i < 7; ++i) put("row" + std::to_string(i), rings_.first);
  std::string broken = rows_->at("row3");
  broken.back() = static_cast<char>(broken.back() ^ 1);
  rows_->put("row3", broken);
  RewrapRows rewrap(rows_->port(), Rings::envelope(rings_.second), name_of);

  Rotatable::Step step{.is_last = false};
  std::size_t done = 0;
  std::size_t stuck = 0;
  while (!step.is_last) {
    step = get(rewrap.advance(step.after, 2)).value();
    done += step.done;
    stuck += step.stuck;
  }

  EXPECT_EQ(done, 6U);
  EXPECT_EQ(stuck, 1U);
  EXPECT_EQ(get(rewrap.count()).value(), (RowsPerVersion{{1, 1}, {2, 6}}));
  EXPECT_EQ(rows_->at("row3"), broken);
  EXPECT_TRUE(Rings::envelope(rings_.second.without({1})).unlock(name_of("row6"), rows_->at("row6")));
}

// A child re-wraps row by row and is killed in the middle; then another goes on where it was.
TEST(Rewrapping, GoesOnAfterAKill) {
#if __has_feature(thread_sanitizer)
  GTEST_SKIP() << "ThreadSanitizer allows no new threads after a fork";
#endif
  constexpr int kRows = 400;
  const Rings rings;
  const sqlite::TestFile file;
  {
    auto connection = file.open().writer();
    connection->execute(RowsInSqlite::kSchema).value();
    const auto fill = [&]() -> Result<void> {
      for (int i = 0; i < kRows; ++i) {
        const std::string id = std::to_string(1000 + i);
        const std::string wrapped = Rings::envelope(rings.first).create(name_of(id))->second;
        connection->run("INSERT INTO t (id, data_key) VALUES (?, ?)", id, sqlite::Blob{wrapped}).value();
      }
      return {};
    };
    ASSERT_TRUE(sqlite::transaction(*connection, fill));
  }
  const auto rewrap_all = [&](const std::function<void()>& after_each) {
    BlockingPool pool("test");
    sqlite::AsyncDatabase database(file.open(), pool);
    sqlite::SqliteWrappedRows rows(database, {"t", "id", "data_key"});
    RewrapRows rewrap(rows, Rings::envelope(rings.second), name_of);
    Rotatable::Step step{.is_last = false};
    while (!step.is_last) {
      step = runtime::run_to_end(rewrap.advance(step.after, 3)).value();
      after_each();
    }
    return runtime::run_to_end(rewrap.count()).value();
  };
  int reported[2];
  ASSERT_EQ(pipe(reported), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    rewrap_all([&] { static_cast<void>(!write(reported[1], "x", 1)); });
    pause();  // it was not killed in time
  }
  close(reported[1]);
  char one = 0;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(read(reported[0], &one, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(reported[0]);

  const auto ids = [](const sqlite::Row& row) { return std::pair{row.text(0), row.text(1)}; };
  const auto between = file.open().reader()->all("SELECT id, data_key FROM t", ids).value();
  std::size_t old = 0;
  for (const auto& [id, wrapped] : between) {
    EXPECT_TRUE(Rings::envelope(rings.second).unlock(name_of(id), wrapped)) << id;
    old += crypto::Envelope::version_of(wrapped) == 1U ? 1 : 0;
  }
  EXPECT_GT(old, 0U) << "it was killed too late to prove anything";
  EXPECT_LE(old, kRows - 60U);
  const RowsPerVersion all{{2, kRows}};
  EXPECT_EQ(rewrap_all([] {}), all);
  EXPECT_EQ(rewrap_all([] {}), all) << "and once more changes nothing";
}

}  // namespace
}  // namespace gatehouse::storage
