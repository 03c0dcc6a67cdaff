// What the ports promise when several do the same thing at the same time, asked of every adapter alike.
#include <gtest/gtest.h>

#include "runtime/task_group.hpp"
#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
constexpr int kRivals = 6;
constexpr int kRounds = 5;

Account account(std::string username, std::string email = {}) {
  return {.person = {.id = "id-of-" + username,
                     .realm = "gatehouse",
                     .username = std::move(username),
                     .email = Pii{std::move(email)},
                     .created_at = kNow,
                     .updated_at = kNow},
          .password_hash = Secret{"$hash"}};
}

AuditEvent event(std::string action) {
  return {.actor = "tester", .action = std::move(action), .fields = {"something"}};
}

Awaitable<> count_up(PersonStore& people, int& done) {
  for (int round = 0; round < kRounds; ++round) {
    AccountChange one_more = [](Account& changed) -> Result<AuditEvent> {
      ++changed.person.not_before;
      return event("person_updated");
    };
    PersonKey ann{"gatehouse", "id-of-ann"};
    const auto updated = co_await people.update(std::move(ann), std::move(one_more), kNow);
    if (updated) ++done;
  }
}

Awaitable<> fail_often(AttemptStore& attempts, int& done) {
  for (int round = 0; round < kRounds; ++round) {
    RecordChange one_more = [](FailureRecord& record) { ++record.failures; };
    AttemptKey ann{"gatehouse", "ann"};
    const auto updated = co_await attempts.update(std::move(ann), std::move(one_more));
    if (updated) ++done;
  }
}

Awaitable<> add(PersonStore& people, Account added, std::vector<std::string>& outcomes) {
  AuditEvent created = event("person_created");
  const auto person = co_await people.create(std::move(added), std::move(created), kNow);
  outcomes.emplace_back(person ? "created" : person.error().reason);
}

Awaitable<> move_to(PersonStore& people, PersonKey key, std::string email,
                    std::vector<std::string>& outcomes) {
  AccountChange change = [email](Account& changed) -> Result<AuditEvent> {
    changed.person.email = Pii{email};
    return event("person_updated");
  };
  const auto person = co_await people.update(std::move(key), std::move(change), kNow);
  outcomes.emplace_back(person ? "moved" : person.error().reason);
}

class StoresRace : public testing::TestWithParam<TestStoresCase> {
 protected:
  void SetUp() override {
    if (!stores_) GTEST_SKIP() << GetParam().name << ": its server is not installed (tools/peers)";
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  // Runs them side by side, to their ends.
  void race(std::vector<Awaitable<>> rivals) {
    TaskGroup group(io_.get_executor());
    for (Awaitable<>& rival : rivals) group.spawn("rival", std::move(rival));
    ASSERT_TRUE(get(group.join(Deadline::after(std::chrono::seconds{60}))));
  }

  boost::asio::io_context io_;
  std::unique_ptr<TestStores> stores_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Adapters, StoresRace, testing::ValuesIn(test_stores_cases()),
                         [](const auto& info) { return info.param.name; });

TEST_P(StoresRace, loses_no_update_and_no_event) {
  get(stores_->people().create(account("ann"), event("person_created"), kNow)).value();
  int done = 0;
  std::vector<Awaitable<>> rivals;
  for (int i = 0; i < kRivals; ++i) rivals.push_back(count_up(stores_->people(), done));

  race(std::move(rivals));

  EXPECT_EQ(done, kRivals * kRounds);
  const PersonKey key{"gatehouse", "id-of-ann"};
  const Person ann = get(stores_->people().find_account(key)).value().person;
  EXPECT_EQ(ann.not_before, kRivals * kRounds);
  EXPECT_EQ(ann.version, 1 + kRivals * kRounds);
  const auto trail = get(stores_->people().audit_of(key, 100)).value();
  ASSERT_EQ(trail.size(), 1U + kRivals * kRounds);
  for (std::size_t i = 1; i < trail.size(); ++i) EXPECT_GT(trail[i - 1].sequence, trail[i].sequence);
}

TEST_P(StoresRace, counts_every_failure) {
  int done = 0;
  std::vector<Awaitable<>> rivals;
  for (int i = 0; i < kRivals; ++i) rivals.push_back(fail_often(stores_->attempts(), done));

  race(std::move(rivals));

  EXPECT_EQ(done, kRivals * kRounds);
  EXPECT_EQ(get(stores_->attempts().find({"gatehouse", "ann"})).value().failures, kRivals * kRounds);
}

TEST_P(StoresRace, gives_a_name_and_an_address_to_one_alone) {
  std::vector<std::string> same_name;
  std::vector<std::string> same_address;
  std::vector<Awaitable<>> rivals;
  for (int i = 0; i < kRivals; ++i) {
    const std::string number = std::to_string(i);
    Account namesake = account("ann");
    namesake.person.id = "ann-" + number;
    rivals.push_back(add(stores_->people(), std::move(namesake), same_name));
    rivals.push_back(add(stores_->people(), account("bob" + number, "bob@example.test"), same_address));
  }

  race(std::move(rivals));

  EXPECT_EQ(std::ranges::count(same_name, "created"), 1);
  EXPECT_EQ(std::ranges::count(same_name, "username_taken"), kRivals - 1);
  EXPECT_EQ(std::ranges::count(same_address, "created"), 1);
  EXPECT_EQ(std::ranges::count(same_address, "email_taken"), kRivals - 1);
  EXPECT_EQ(get(stores_->people().list("gatehouse", {})).value().people.size(), 2U);
}

TEST_P(StoresRace, gives_an_address_that_many_move_to_to_one_alone) {
  std::vector<std::string> outcomes;
  std::vector<Awaitable<>> rivals;
  for (int i = 0; i < kRivals; ++i) {
    const std::string name = "bob" + std::to_string(i);
    get(stores_->people().create(account(name), event("person_created"), kNow)).value();
    rivals.push_back(
        move_to(stores_->people(), {"gatehouse", "id-of-" + name}, "bob@example.test", outcomes));
  }

  race(std::move(rivals));

  EXPECT_EQ(std::ranges::count(outcomes, "moved"), 1);
  EXPECT_EQ(std::ranges::count(outcomes, "email_taken"), kRivals - 1);
}

}  // namespace
}  // namespace gatehouse::auth
