// The key of the blind index of addresses is rotated while instances write. In the middle of it one still
// writes under the old key, another under the new one; both know both.
#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "services/auth/adapters/mongo_email_index.hpp"
#include "services/auth/adapters/sqlite_email_index.hpp"
#include "services/auth/adapters/test_people.hpp"
#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

namespace mongo = storage::mongo;
namespace sqlite = storage::sqlite;

class Instance {
 public:
  virtual ~Instance() = default;
  virtual PersonStore& people() = 0;
  virtual storage::Rotatable& rows() = 0;
};

// What instances share: the people, and the keys of people.
class Shared {
 public:
  virtual ~Shared() = default;
  virtual std::unique_ptr<Instance> instance(const crypto::KeyRing& ring) = 0;
};

class OnSqlite final : public Shared {
 public:
  OnSqlite() {
    auto database = sqlite::Database::open(store_.string()).value();
    prepare_store(database, keys_).value();
  }
  std::unique_ptr<Instance> instance(const crypto::KeyRing& ring) override {
    return std::make_unique<Process>(store_, PersonSealer(keys_, index_of(ring)));
  }

 private:
  struct Process final : Instance {
    Process(const std::filesystem::path& store, const PersonSealer& sealer)
        : database(sqlite::Database::open(store.string()).value(), pool),
          stored(database, sealer),
          index(database, sealer) {}
    PersonStore& people() override { return stored; }
    storage::Rotatable& rows() override { return index; }

    BlockingPool pool{"test-store"};
    sqlite::AsyncDatabase database;
    SqlitePeople stored;
    SqliteEmailIndex index;
  };
  ScratchDirectory directory_;
  std::filesystem::path store_ = directory_.path() / "store.db";
  crypto::SubjectKeys keys_ = fresh_subject_keys(directory_.path());
};

class OnMongodb final : public Shared {
 public:
  std::unique_ptr<Instance> instance(const crypto::KeyRing& ring) override {
    const auto options = MongoTestStores::server().options(database_);
    return std::make_unique<Process>(options, PersonSealer(keys_, index_of(ring)));
  }

 private:
  struct Process final : Instance {
    Process(const mongo::Options& options, const PersonSealer& sealer)
        : client(mongo::Client::open(options, prepare_mongo).value()),
          stored(*client, sealer),
          index(*client, sealer) {}
    PersonStore& people() override { return stored; }
    storage::Rotatable& rows() override { return index; }

    std::unique_ptr<mongo::Client> client;
    MongoPeople stored;
    MongoEmailIndex index;
  };
  std::string database_ = "t" + core::random_token(9);
  ScratchDirectory directory_;
  crypto::SubjectKeys keys_ = fresh_subject_keys(directory_.path());
};

struct Engine {
  std::string name;
  std::function<std::unique_ptr<Shared>()> make;  // null: it is not installed
};

class IndexRotation : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    shared_ = GetParam().make();
    if (!shared_) GTEST_SKIP() << GetParam().name << " is not installed";
    late_ = shared_->instance(announced_);
    early_ = shared_->instance(announced_.promoted());
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  Result<Person> add(Instance& instance, const Account& account) {
    return get(instance.people().create(account, kEvent, kNow));
  }
  Result<Account> find(Instance& instance, const std::string& email) {
    return get(instance.people().find_by_login("gatehouse", Pii{email}));
  }
  Result<void> rotate(Instance& instance) {
    storage::Rotatable::Step step{.is_last = false};
    while (!step.is_last) {
      auto next = get(instance.rows().advance(step.after, 10));
      if (!next) return fail(next);
      EXPECT_EQ(next->stuck, 0U);
      step = std::move(*next);
    }
    return {};
  }

  boost::asio::io_context io_{1};
  const crypto::KeyRing announced_ = crypto::KeyRing::fresh().announced().value();
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Instance> late_;
  std::unique_ptr<Instance> early_;
};

using Made = std::unique_ptr<Shared>;
INSTANTIATE_TEST_SUITE_P(Engines, IndexRotation,
                         testing::Values(Engine{"sqlite",
                                                []() -> Made { return std::make_unique<OnSqlite>(); }},
                                         Engine{"mongodb",
                                                []() -> Made {
                                                  if (!mongo::TestServer::is_installed()) return nullptr;
                                                  return std::make_unique<OnMongodb>();
                                                }}),
                         [](const auto& info) { return info.param.name; });

TEST_P(IndexRotation, KeepsAnAddressUniqueWhoeverIsFirst) {
  Account again = account("ann");
  again.person.id = "another-id";
  again.person.username = "ann2";
  ASSERT_TRUE(add(*late_, account("ann")));
  EXPECT_EQ(add(*early_, again).error().reason, "email_taken");
  ASSERT_TRUE(add(*early_, account("bob")));
  again.person.email = Pii{"bob@example.test"};
  EXPECT_EQ(add(*late_, again).error().reason, "email_taken");
  EXPECT_TRUE(find(*late_, "bob@example.test"));
  EXPECT_TRUE(find(*early_, "ann@example.test"));
}

TEST_P(IndexRotation, KeepsAnAddressUniqueWhenSomebodyTakesItOver) {
  ASSERT_TRUE(add(*late_, account("ann")));
  ASSERT_TRUE(add(*early_, account("bob")));
  const auto take = [](Account& account) -> Result<AuditEvent> {
    account.person.email = Pii{"ann@example.test"};
    return kEvent;
  };
  EXPECT_EQ(get(early_->people().update({"gatehouse", "id-of-bob"}, take, kNow)).error().reason,
            "email_taken");
  EXPECT_TRUE(get(early_->people().update(kAnn, take, kNow))) << "one's own address is not taken";
}

TEST_P(IndexRotation, BringsEveryRowToTheNewKeyWithoutAnAddressToo) {
  Account nowhere = account("nowhere");
  nowhere.person.email = Pii{};
  ASSERT_TRUE(add(*late_, nowhere));
  for (int i = 0; i < 25; ++i) ASSERT_TRUE(add(*late_, account("person" + std::to_string(i))));
  const auto old = get(early_->rows().count()).value();
  EXPECT_GE(old.at(1), 25U);
  EXPECT_FALSE(old.contains(2));

  ASSERT_TRUE(rotate(*early_));

  EXPECT_EQ(get(early_->rows().count()).value(), (storage::RowsPerVersion{{2, old.at(1)}}));
  EXPECT_TRUE(find(*late_, "person7@example.test")) << "who still writes under the old key looks for both";
  const auto after = shared_->instance(announced_.promoted().without({1}));
  EXPECT_TRUE(find(*after, "person7@example.test"));
  Account again = account("again");
  again.person.email = Pii{"person7@example.test"};
  for (Instance* instance : {late_.get(), early_.get(), after.get()})
    EXPECT_EQ(add(*instance, again).error().reason, "email_taken");
  EXPECT_TRUE(get(after->people().find({"gatehouse", "id-of-nowhere"})));
}

// What is changed between the reading of a row and its writing stays changed.
TEST_P(IndexRotation, LosesNobodysChange) {
  constexpr int kPeople = 30;
  for (int i = 0; i < kPeople; ++i) ASSERT_TRUE(add(*late_, account("person" + std::to_string(i))));
  TaskGroup both(io_.get_executor());
  const auto rename_all = [](PersonStore& people) -> Awaitable<> {
    const auto rename = [](Account& account) -> Result<AuditEvent> {
      account.person.first_name = Pii{"Renamed"};
      return kEvent;
    };
    for (int i = 0; i < kPeople; ++i) {
      const PersonKey key{"gatehouse", "id-of-person" + std::to_string(i)};
      const auto renamed = co_await people.update(key, rename, kNow);
      EXPECT_TRUE(renamed) << renamed.error().reason;
    }
  };
  const auto reindex_all = [](storage::Rotatable& rows) -> Awaitable<> {
    storage::Rotatable::Step step{.is_last = false};
    while (!step.is_last) {
      auto next = co_await rows.advance(step.after, 5);
      EXPECT_TRUE(next) << next.error().reason;
      if (!next) co_return;
      step = std::move(*next);
    }
  };
  both.spawn("rename", rename_all(late_->people()));
  both.spawn("reindex", reindex_all(early_->rows()));
  io_.restart();  // it has stopped with the last get()
  io_.run();

  ASSERT_TRUE(rotate(*early_)) << "those who were passed over";
  EXPECT_EQ(get(early_->rows().count()).value(), (storage::RowsPerVersion{{2, kPeople}}));
  for (int i = 0; i < kPeople; ++i) {
    const auto person = find(*early_, "person" + std::to_string(i) + "@example.test");
    ASSERT_TRUE(person) << i;
    EXPECT_EQ(person->person.first_name.reveal(), "Renamed") << i;
  }
}

// SQLite writes one after another. MongoDB's unique index does the same, as FerretDB's does not.
TEST(IndexRotationOnSqlite, KeepsAnAddressUniqueWhenBothSignUpAtOnce) {
  OnSqlite shared;
  const crypto::KeyRing announced = crypto::KeyRing::fresh().announced().value();
  const auto late = shared.instance(announced);
  const auto early = shared.instance(announced.promoted());
  for (int round = 0; round < 25; ++round) {
    Account one = account("first" + std::to_string(round));
    Account two = account("second" + std::to_string(round));
    two.person.email = one.person.email;
    boost::asio::io_context io;
    TaskGroup both(io.get_executor());
    std::vector<std::string> outcomes;
    const auto sign_up = [](PersonStore& people, Account who, std::vector<std::string>& told) -> Awaitable<> {
      const auto created = co_await people.create(std::move(who), kEvent, kNow);
      told.emplace_back(created ? "created" : created.error().reason);
    };
    both.spawn("old", sign_up(late->people(), one, outcomes));
    both.spawn("new", sign_up(early->people(), two, outcomes));
    io.run();
    std::ranges::sort(outcomes);
    ASSERT_EQ(outcomes, (std::vector<std::string>{"created", "email_taken"})) << round;
  }
}

}  // namespace
}  // namespace gatehouse::auth
