// What the ports promise, asked of every adapter alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/auth/adapters/test_stores.hpp"

namespace gatehouse::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};
constexpr std::chrono::seconds kSecond{1};

Account account(std::string username, std::string email = {}) {
  return {.person = {.id = "id-of-" + username,
                     .realm = "gatehouse",
                     .username = std::move(username),
                     .email = Pii{std::move(email)},
                     .first_name = Pii{"Ann"},
                     .last_name = Pii{"Ash"},
                     .email_verified = true,
                     .realm_roles = {"customer"},
                     .client_roles = {{"till", {"cashier", "opener"}}},
                     .not_before = 7,
                     .created_at = kNow,
                     .updated_at = kNow},
          .password_hash = Secret{"$hash"}};
}

AuditEvent event(std::string action, std::vector<std::string> fields = {"something"}) {
  return {.actor = "tester", .action = std::move(action), .fields = std::move(fields)};
}

class StoresContract : public testing::TestWithParam<TestStoresCase> {
 protected:
  void SetUp() override {
    if (!stores_) GTEST_SKIP() << GetParam().name << ": its server is not installed (tools/peers)";
  }
  template <class T>
  T get(Awaitable<T> task) {
    return runtime::run_to_end(io_, std::move(task));
  }
  PersonStore& people() { return stores_->people(); }
  Person add(Account added) {
    return get(people().create(std::move(added), event("person_created"), kNow)).value();
  }
  std::string reason_of_adding(Account added) {
    const auto created = get(people().create(std::move(added), event("person_created"), kNow));
    return created ? "" : std::string(created.error().reason);
  }

  boost::asio::io_context io_;
  std::unique_ptr<TestStores> stores_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Adapters, StoresContract, testing::ValuesIn(test_stores_cases()),
                         [](const auto& info) { return info.param.name; });

TEST_P(StoresContract, gives_back_every_field_of_a_person) {
  const Account ann = account("ann", "ann@example.test");
  add(ann);

  const auto found = get(people().find_account({"gatehouse", "id-of-ann"}));

  ASSERT_TRUE(found);
  const Person& person = found->person;
  EXPECT_EQ(person.username, "ann");
  EXPECT_EQ(person.email.reveal(), "ann@example.test");
  EXPECT_EQ(person.first_name.reveal(), "Ann");
  EXPECT_EQ(person.last_name.reveal(), "Ash");
  EXPECT_TRUE(person.enabled);
  EXPECT_TRUE(person.email_verified);
  EXPECT_EQ(person.realm_roles, ann.person.realm_roles);
  EXPECT_EQ(person.client_roles, ann.person.client_roles);
  EXPECT_EQ(person.not_before, 7);
  EXPECT_EQ(person.created_at, kNow);
  EXPECT_EQ(person.version, 1);
  EXPECT_EQ(found->password_hash.reveal(), "$hash");
}

TEST_P(StoresContract, finds_by_id_username_and_address_within_one_realm) {
  add(account("ann", "ann@example.test"));

  EXPECT_TRUE(get(people().find({"gatehouse", "id-of-ann"})));
  EXPECT_TRUE(get(people().find_by_login("gatehouse", Pii{"ann"})));
  EXPECT_TRUE(get(people().find_by_login("gatehouse", Pii{"ann@example.test"})));
  EXPECT_EQ(get(people().find({"other", "id-of-ann"})).error().reason, "unknown_person");
  EXPECT_FALSE(get(people().find_by_login("other", Pii{"ann"})));
  EXPECT_FALSE(get(people().find_by_login("other", Pii{"ann@example.test"})));
  EXPECT_FALSE(get(people().find_by_login("gatehouse", Pii{"bob"})));
  EXPECT_FALSE(get(people().find_by_login("gatehouse", Pii{})));
}

TEST_P(StoresContract, keeps_usernames_and_addresses_unique_in_a_realm) {
  add(account("ann", "ann@example.test"));
  Account same_address = account("bob", "ann@example.test");
  Account same_name = account("ann", "other@example.test");
  same_name.person.id = "another-id";
  Account both = account("ann", "ann@example.test");
  both.person.id = "another-id";

  EXPECT_EQ(reason_of_adding(same_address), "email_taken");
  EXPECT_EQ(reason_of_adding(same_name), "username_taken");
  EXPECT_EQ(reason_of_adding(both), "username_taken");

  Account elsewhere = account("ann", "ann@example.test");
  elsewhere.person.realm = "other";
  EXPECT_EQ(reason_of_adding(elsewhere), "");
}

TEST_P(StoresContract, lets_many_people_have_no_address) {
  add(account("ann"));
  EXPECT_EQ(reason_of_adding(account("bob")), "");
}

TEST_P(StoresContract, changes_a_person_raises_the_version_and_writes_it_down) {
  add(account("ann", "ann@example.test"));
  AccountChange change = [](Account& changed) -> Result<AuditEvent> {
    changed.person.email = Pii{"new@example.test"};
    changed.person.username = "mallory";  // not the change's to make
    changed.password_hash = Secret{"$other"};
    return event("person_updated", {"email"});
  };

  const auto updated = get(people().update({"gatehouse", "id-of-ann"}, change, kNow + kSecond));

  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(updated->updated_at, kNow + kSecond);
  EXPECT_EQ(updated->created_at, kNow);
  EXPECT_EQ(updated->username, "ann");
  EXPECT_FALSE(get(people().find_by_login("gatehouse", Pii{"ann@example.test"})));
  EXPECT_EQ(get(people().find_by_login("gatehouse", Pii{"new@example.test"})).value().password_hash.reveal(),
            "$other");
  EXPECT_EQ(get(people().find({"gatehouse", "id-of-ann"})).value().email.reveal(), "new@example.test");
  const auto trail = get(people().audit_of({"gatehouse", "id-of-ann"}, 10)).value();
  ASSERT_EQ(trail.size(), 2U);
  EXPECT_EQ(trail[0].event.action, "person_updated");
  EXPECT_EQ(trail[0].event.actor, "tester");
  EXPECT_THAT(trail[0].event.fields, ElementsAre("email"));
  EXPECT_EQ(trail[0].at, kNow + kSecond);
  EXPECT_EQ(trail[1].event.action, "person_created");
}

TEST_P(StoresContract, writes_nothing_when_the_change_refuses_or_changes_nothing) {
  add(account("ann"));
  AccountChange refuses = [](Account& changed) -> Result<AuditEvent> {
    changed.person.enabled = false;
    return refuse(ErrorKind::conflict, "not_today");
  };
  AccountChange nothing = [](Account&) -> Result<AuditEvent> { return event("person_updated", {}); };

  EXPECT_EQ(get(people().update({"gatehouse", "id-of-ann"}, refuses, kNow)).error().reason, "not_today");
  EXPECT_EQ(get(people().update({"gatehouse", "id-of-ann"}, nothing, kNow)).value().version, 1);

  EXPECT_TRUE(get(people().find({"gatehouse", "id-of-ann"})).value().enabled);
  EXPECT_EQ(get(people().audit_of({"gatehouse", "id-of-ann"}, 10)).value().size(), 1U);
}

TEST_P(StoresContract, refuses_a_change_to_another_persons_address) {
  add(account("ann", "ann@example.test"));
  add(account("bob", "bob@example.test"));
  AccountChange change = [](Account& changed) -> Result<AuditEvent> {
    changed.person.email = Pii{"ann@example.test"};
    return event("person_updated", {"email"});
  };

  EXPECT_EQ(get(people().update({"gatehouse", "id-of-bob"}, change, kNow)).error().reason, "email_taken");

  EXPECT_EQ(get(people().find({"gatehouse", "id-of-bob"})).value().email.reveal(), "bob@example.test");
  EXPECT_EQ(get(people().update({"gatehouse", "nobody"}, change, kNow)).error().reason, "unknown_person");
}

TEST_P(StoresContract, replaces_a_hash_only_if_it_is_still_the_same) {
  add(account("ann"));
  const PersonKey ann{"gatehouse", "id-of-ann"};

  EXPECT_TRUE(get(people().replace_hash(ann, Secret{"$stale"}, Secret{"$fresh"})));
  EXPECT_EQ(get(people().find_account(ann)).value().password_hash.reveal(), "$hash");
  EXPECT_TRUE(get(people().replace_hash(ann, Secret{"$hash"}, Secret{"$fresh"})));
  EXPECT_EQ(get(people().find_account(ann)).value().password_hash.reveal(), "$fresh");
  EXPECT_EQ(get(people().find_account(ann)).value().person.version, 1);
  EXPECT_TRUE(get(people().replace_hash({"gatehouse", "nobody"}, Secret{"a"}, Secret{"b"})));
}

TEST_P(StoresContract, erases_a_person_but_not_the_trail) {
  add(account("ann", "ann@example.test"));
  const PersonKey ann{"gatehouse", "id-of-ann"};

  EXPECT_EQ(get(people().erase(ann, 9, event("person_erased"), kNow)).error().reason, "version_mismatch");
  EXPECT_TRUE(get(people().erase(ann, 1, event("person_erased"), kNow)));

  EXPECT_FALSE(get(people().find(ann)));
  EXPECT_FALSE(get(people().find_by_login("gatehouse", Pii{"ann@example.test"})));
  EXPECT_EQ(get(people().erase(ann, std::nullopt, event("person_erased"), kNow)).error().reason,
            "unknown_person");
  EXPECT_EQ(get(people().audit_of(ann, 10)).value().front().event.action, "person_erased");
  EXPECT_EQ(reason_of_adding(account("ann", "ann@example.test")), "person_erased") << "the same id";
  Account another = account("ann", "ann@example.test");
  another.person.id = "another-id";
  EXPECT_EQ(reason_of_adding(another), "");
}

TEST_P(StoresContract, lists_people_by_username_page_by_page) {
  for (const char* name : {"dora", "ann", "cleo", "bob"}) add(account(name));
  Account elsewhere = account("aaron");
  elsewhere.person.realm = "other";
  add(elsewhere);
  const auto names_after = [&](std::size_t limit, std::string after) {
    const auto page = get(people().list("gatehouse", {.limit = limit, .after = std::move(after)})).value();
    std::vector<std::string> names;
    for (const Person& person : page.people) names.push_back(person.username);
    if (page.has_more) names.emplace_back("…");
    return names;
  };

  EXPECT_THAT(names_after(3, ""), ElementsAre("ann", "bob", "cleo", "…"));
  EXPECT_THAT(names_after(3, "cleo"), ElementsAre("dora"));
  EXPECT_THAT(names_after(4, ""), ElementsAre("ann", "bob", "cleo", "dora"));
  EXPECT_THAT(names_after(3, "dora"), IsEmpty());
}

TEST_P(StoresContract, keeps_roles_once_and_lists_them_realm_first) {
  RoleStore& roles = stores_->roles();
  const Role customer{.name = "customer", .client = "", .description = "buys"};
  const Role cashier{.name = "cashier", .client = "till", .description = ""};
  const Role again{.name = "customer", .client = "", .description = "something else"};

  EXPECT_EQ(get(roles.add("gatehouse", {cashier, customer})).value(), 2U);
  EXPECT_EQ(get(roles.add("gatehouse", {again})).value(), 0U);

  EXPECT_THAT(get(roles.list("gatehouse")).value(), ElementsAre(customer, cashier));
  EXPECT_THAT(get(roles.list("other")).value(), IsEmpty());
}

TEST_P(StoresContract, counts_attempts_per_account) {
  AttemptStore& attempts = stores_->attempts();
  const FailureRecord failed{.failures = 3, .last_failure = kNow, .locked_until = kNow + kSecond};
  RecordChange fail_it = [failed](FailureRecord& record) { record = failed; };
  RecordChange nothing = [](FailureRecord&) {};

  EXPECT_EQ(get(attempts.find({"gatehouse", "ann"})).value(), FailureRecord{});
  EXPECT_EQ(get(attempts.update({"gatehouse", "ann"}, fail_it)).value(), FailureRecord{});
  EXPECT_EQ(get(attempts.update({"gatehouse", "ann"}, nothing)).value(), failed);
  EXPECT_EQ(get(attempts.find({"gatehouse", "ann"})).value(), failed);
  EXPECT_EQ(get(attempts.find({"gatehouse", "bob"})).value(), FailureRecord{});
  EXPECT_EQ(get(attempts.find({"other", "ann"})).value(), FailureRecord{});
}

}  // namespace
}  // namespace gatehouse::auth
