// Erased is erased: what an older backup of the store brings back cannot be read, and does not stay.
#include <gtest/gtest.h>

#include "services/auth/adapters/test_people.hpp"
#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

namespace fs = std::filesystem;
namespace sqlite = storage::sqlite;

// One process over the files of a role.
struct Process {
  Process(const fs::path& store, PersonSealer sealer_)
      : sealer(std::move(sealer_)), database(sqlite::Database::open(store.string()).value(), pool) {}
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(std::move(task));
  }
  Result<Person> add(const std::string& name) { return get(people.create(account(name), kEvent, kNow)); }

  PersonSealer sealer;
  BlockingPool pool{"test-store"};
  sqlite::AsyncDatabase database;
  SqlitePeople people{database, sealer};
};

class Erasure : public testing::Test {
 protected:
  Erasure() { prepare(); }
  void prepare() {
    auto database = sqlite::Database::open(store_.string()).value();
    prepare_store(database, sealer_.keys()).value();
  }
  // As a backup does it: a whole database at one moment, the store only.
  void back_up(const fs::path& to) {
    auto database = sqlite::Database::open(store_.string()).value();
    database.writer()->execute("VACUUM INTO '" + to.string() + "'").value();
  }
  void restore(const fs::path& from) {
    for (const char* tail : {"-wal", "-shm"}) fs::remove(store_.string() + tail);
    fs::copy_file(from, store_, fs::copy_options::overwrite_existing);
  }
  std::size_t rows() {
    auto database = sqlite::Database::open(store_.string()).value();
    const auto count = [](const sqlite::Row& row) { return row.integer(0); };
    return static_cast<std::size_t>(**database.reader()->one("SELECT count(*) FROM person", count));
  }

  ScratchDirectory directory_;
  fs::path store_ = directory_.path() / "store.db";
  PersonSealer sealer_ = fresh_sealer(directory_.path());
};

TEST_F(Erasure, holds_against_a_backup_from_before_it) {
  const fs::path backup = directory_.path() / "backup.db";
  {
    Process process(store_, sealer_);
    ASSERT_TRUE(process.add("ann"));
    ASSERT_TRUE(process.add("bob"));
    back_up(backup);
    ASSERT_TRUE(process.get(process.people.erase(kAnn, std::nullopt, kEvent, kNow)));
  }
  restore(backup);
  ASSERT_EQ(rows(), 2U) << "the row is back";
  {
    Process process(store_, sealer_);
    EXPECT_EQ(process.get(process.people.find(kAnn)).error().reason, "unknown_person");
    EXPECT_EQ(process.get(process.people.find_by_login("gatehouse", Pii{"ann"})).error().reason,
              "unknown_person");
    EXPECT_EQ(process.get(process.people.list("gatehouse", {})).value().people.size(), 1U);
    EXPECT_TRUE(process.get(process.people.find({"gatehouse", "id-of-bob"})));
  }
  prepare();
  EXPECT_EQ(rows(), 1U) << "the next start drops it";
  EXPECT_EQ(Process(store_, sealer_).add("ann").error().reason, "person_erased");
}

TEST_F(Erasure, holds_against_an_older_copy_of_the_keys) {
  const fs::path keys = directory_.path() / "subject_keys.db";
  const fs::path elsewhere = directory_.path() / "elsewhere";
  fs::create_directory(elsewhere);
  Process process(store_, sealer_);
  ASSERT_TRUE(process.add("ann"));
  auto original = sqlite::Database::open(keys.string()).value();
  ASSERT_TRUE(original.writer()->execute("VACUUM INTO '" + (elsewhere / "subject_keys.db").string() + "'"));
  ASSERT_TRUE(process.get(process.people.erase(kAnn, std::nullopt, kErased, kNow)));

  const auto older = sqlite::SubjectKeyFile::open((elsewhere / "subject_keys.db").string()).value();
  ASSERT_TRUE(older->find("gatehouse/id-of-ann")) << "the key is back";
  auto database = sqlite::Database::open(store_.string()).value();
  ASSERT_TRUE(prepare_store(database, crypto::SubjectKeys(fresh_envelope(), older)));

  EXPECT_EQ(older->find("gatehouse/id-of-ann").error().reason, "subject_erased");
}

TEST_F(Erasure, can_be_repeated_when_it_was_cut_off_after_the_key_was_gone) {
  Process process(store_, sealer_);
  ASSERT_TRUE(process.add("ann"));
  ASSERT_TRUE(sealer_.erase(kAnn, kNow));
  EXPECT_EQ(process.get(process.people.find(kAnn)).error().reason, "unknown_person");
  EXPECT_TRUE(process.get(process.people.erase(kAnn, 1, kEvent, kNow)));
  EXPECT_EQ(rows(), 0U);
}

// A store of the time when each row carried its own key.
TEST_F(Erasure, covers_people_whose_key_lay_in_their_row) {
  {
    Process process(store_, sealer_);
    ASSERT_TRUE(process.add("ann"));
  }
  const std::string wrapped = sealer_.keys().store().find("gatehouse/id-of-ann").value();
  const fs::path elsewhere = directory_.path() / "elsewhere";
  fs::create_directory(elsewhere);
  auto database = sqlite::Database::open(store_.string()).value();
  ASSERT_TRUE(database.writer()->run("UPDATE person SET wrapped_key = ?", sqlite::Blob{wrapped}));
  const auto file = sqlite::SubjectKeyFile::open((elsewhere / "subject_keys.db").string()).value();

  ASSERT_TRUE(prepare_store(database, crypto::SubjectKeys(fresh_envelope(), file)));

  EXPECT_EQ(file->find("gatehouse/id-of-ann").value(), wrapped);
  const auto left = [](const sqlite::Row& row) { return row.text(0); };
  EXPECT_EQ(database.reader()->one("SELECT wrapped_key FROM person", left).value(), "");
}

}  // namespace
}  // namespace gatehouse::auth
