// The use cases that show and change people, on the memory stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/auth/usecases/assign_roles.hpp"
#include "services/auth/usecases/create_person.hpp"
#include "services/auth/usecases/erase_person.hpp"
#include "services/auth/usecases/get_person.hpp"
#include "services/auth/usecases/list_people.hpp"
#include "services/auth/usecases/set_password.hpp"
#include "services/auth/usecases/test_house.hpp"
#include "services/auth/usecases/update_person.hpp"
#include "services/auth/usecases/verify_credentials.hpp"

namespace gatehouse::auth {
namespace {

using identity::Scope;
using testing::ElementsAre;

class People : public testing::Test {
 protected:
  template <class T>
  static T get(Awaitable<T> task) {
    return TestHouse::get(std::move(task));
  }
  Ports& ports() { return house_.ports; }
  NewPerson carla() {
    return {.realm = std::string(kRealm),
            .username = "Carla",
            .email = "Carla@Example.test",
            .first_name = "Carla",
            .last_name = "Cole",
            .roles = {.realm_roles = {"customer"}, .client_roles = {{"till", {"cashier"}}}},
            .password = Secret{"a fine long password"}};
  }
  bool can_log_in(std::string name, std::string password) {
    LoginAttempt attempt{.realm = std::string(kRealm),
                         .login = Pii{std::move(name)},
                         .password = Secret{std::move(password)},
                         .client_address = {}};
    return get(verify_credentials(ports(), std::move(attempt))).has_value();
  }

  TestHouse house_;
  const identity::Access alice_ = access_of("alice", Scope::own);
  const identity::Access root_ = access_of("root", Scope::any);
};

TEST_F(People, see_themselves_and_nobody_else) {
  EXPECT_EQ(get(get_person(ports(), alice_, TestHouse::key("alice"))).value().username, "alice");
  EXPECT_EQ(reason_of(get(get_person(ports(), alice_, TestHouse::key("bob")))), "unknown_person");
  EXPECT_EQ(reason_of(get(get_person(ports(), alice_, TestHouse::key("ghost")))), "unknown_person");
  EXPECT_EQ(get(get_person(ports(), root_, TestHouse::key("bob"))).value().username, "bob");
  EXPECT_EQ(reason_of(get(get_person(ports(), root_, TestHouse::key("ghost")))), "unknown_person");
}

TEST_F(People, are_listed_whole_to_those_who_may_and_as_themselves_to_others) {
  EXPECT_EQ(get(list_people(ports(), root_, std::string(kRealm), {})).value().people.size(), 3U);
  const auto own = get(list_people(ports(), alice_, std::string(kRealm), {})).value();
  ASSERT_EQ(own.people.size(), 1U);
  EXPECT_EQ(own.people.front().username, "alice");
}

TEST_F(People, are_created_with_roles_and_a_first_password) {
  const auto person = get(create_person(ports(), root_, carla()));

  ASSERT_TRUE(person);
  EXPECT_EQ(person->username, "carla");
  EXPECT_EQ(person->email.reveal(), "carla@example.test");
  EXPECT_EQ(person->version, 1);
  EXPECT_TRUE(can_log_in("carla", "a fine long password"));
  const auto trail = get(house_.people.audit_of({std::string(kRealm), person->id}, 9)).value();
  ASSERT_EQ(trail.size(), 1U);
  EXPECT_EQ(trail.front().event.actor, "id-root");
}

TEST_F(People, are_refused_with_the_reason_when_something_is_wrong_with_them) {
  struct Row {
    std::string reason;
    std::function<void(NewPerson&)> spoil;
  };
  const Row rows[] = {
      {"invalid_username", [](NewPerson& wanted) { wanted.username = "a@b"; }},
      {"invalid_email", [](NewPerson& wanted) { wanted.email = "carla"; }},
      {"invalid_name", [](NewPerson& wanted) { wanted.last_name = "a\nb"; }},
      {"weak_password", [](NewPerson& wanted) { wanted.password = Secret{"short"}; }},
      {"unknown_role", [](NewPerson& wanted) { wanted.roles.realm_roles = {"emperor"}; }},
      {"username_taken", [](NewPerson& wanted) { wanted.username = "ALICE"; }},
      {"email_taken", [](NewPerson& wanted) { wanted.email = "alice@EXAMPLE.test"; }},
  };
  for (const Row& row : rows) {
    NewPerson wanted = carla();
    row.spoil(wanted);
    EXPECT_EQ(reason_of(get(create_person(ports(), root_, std::move(wanted)))), row.reason);
  }
}

TEST_F(People, without_a_password_cannot_log_in) {
  NewPerson wanted = carla();
  wanted.password = Secret{};

  EXPECT_TRUE(get(create_person(ports(), root_, std::move(wanted))));

  EXPECT_FALSE(can_log_in("carla", ""));
}

TEST_F(People, change_their_own_names_under_the_version_they_saw) {
  const auto updated =
      get(update_person(ports(), alice_, TestHouse::key("alice"), 1, PersonChanges{.first_name = "Alicia"}));

  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(house_.account("alice").person.first_name.reveal(), "Alicia");
  const auto stale =
      get(update_person(ports(), alice_, TestHouse::key("alice"), 1, PersonChanges{.first_name = "Alma"}));
  EXPECT_EQ(reason_of(stale), "version_mismatch");
  EXPECT_EQ(reason_of(get(update_person(ports(), alice_, TestHouse::key("bob"), 1, {}))), "unknown_person");
  EXPECT_EQ(reason_of(get(
                update_person(ports(), alice_, TestHouse::key("alice"), 2, PersonChanges{.enabled = true}))),
            "field_not_yours");
}

TEST_F(People, are_closed_by_administrators_who_cannot_close_themselves) {
  EXPECT_TRUE(get(update_person(ports(), root_, TestHouse::key("bob"), 1, PersonChanges{.enabled = false})));

  EXPECT_FALSE(can_log_in("bob", std::string(kPassword)));
  EXPECT_EQ(house_.account("bob").person.not_before, core::unix_seconds(house_.clock.now()));
  EXPECT_EQ(reason_of(get(
                update_person(ports(), root_, TestHouse::key("root"), 1, PersonChanges{.enabled = false}))),
            "own_account");
}

TEST_F(People, set_their_own_password_by_showing_the_current_one) {
  const auto key = TestHouse::key("alice");
  const std::string fresh = "a new and longer one";

  EXPECT_EQ(reason_of(get(set_password(ports(), alice_, key, {Secret{}, Secret{fresh}}))), "wrong_password");
  EXPECT_EQ(reason_of(get(set_password(ports(), alice_, key, {Secret{"wrong"}, Secret{fresh}}))),
            "wrong_password");
  EXPECT_EQ(
      reason_of(get(set_password(ports(), alice_, key, {Secret{std::string(kPassword)}, Secret{"short"}}))),
      "weak_password");
  const auto set = get(set_password(ports(), alice_, key, {Secret{std::string(kPassword)}, Secret{fresh}}));

  ASSERT_TRUE(set);
  EXPECT_EQ(set->not_before, core::unix_seconds(house_.clock.now()));
  EXPECT_TRUE(can_log_in("alice", fresh));
  EXPECT_FALSE(can_log_in("alice", std::string(kPassword)));
  EXPECT_EQ(house_.trail("alice").front().event.action, "password_set");
}

TEST_F(People, cannot_use_the_change_of_a_password_to_guess_it) {
  const auto key = TestHouse::key("alice");
  for (int i = 0; i < 5; ++i) {
    (void)get(set_password(ports(), alice_, key, {Secret{"guess"}, Secret{"a new and longer one"}}));
  }

  const auto locked = get(
      set_password(ports(), alice_, key, {Secret{std::string(kPassword)}, Secret{"a new and longer one"}}));

  EXPECT_EQ(reason_of(locked), "wrong_password");
}

TEST_F(People, get_a_password_from_an_administrator_which_also_opens_the_lock) {
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(can_log_in("bob", "wrong"));
  const std::string fresh = "a new and longer one";

  EXPECT_TRUE(get(set_password(ports(), root_, TestHouse::key("bob"), {Secret{}, Secret{fresh}})));

  EXPECT_TRUE(can_log_in("bob", fresh));
  EXPECT_EQ(reason_of(get(set_password(ports(), alice_, TestHouse::key("bob"), {Secret{}, Secret{fresh}}))),
            "unknown_person");
  EXPECT_EQ(reason_of(get(set_password(ports(), root_, TestHouse::key("root"), {Secret{}, Secret{fresh}}))),
            "wrong_password");
}

TEST_F(People, get_exactly_the_roles_that_were_assigned) {
  const RoleAssignment wanted{.realm_roles = {"support"}, .client_roles = {{"till", {"cashier"}}}};

  const auto assigned = get(assign_roles(ports(), root_, TestHouse::key("bob"), 1, wanted));

  ASSERT_TRUE(assigned);
  EXPECT_EQ(assigned->realm_roles, wanted.realm_roles);
  EXPECT_EQ(assigned->client_roles, wanted.client_roles);
  EXPECT_THAT(house_.trail("bob").front().event.fields, ElementsAre("realm_roles", "client_roles"));
  EXPECT_EQ(reason_of(get(assign_roles(ports(), root_, TestHouse::key("bob"), 1, wanted))),
            "version_mismatch");
  EXPECT_EQ(reason_of(get(assign_roles(ports(), root_, TestHouse::key("root"), 1, wanted))),
            "own_admin_role");
  EXPECT_EQ(reason_of(get(assign_roles(ports(), root_, TestHouse::key("ghost"), 1, wanted))),
            "unknown_person");
  const RoleAssignment unknown{.realm_roles = {"emperor"}, .client_roles = {}};
  EXPECT_EQ(reason_of(get(assign_roles(ports(), root_, TestHouse::key("bob"), 2, unknown))), "unknown_role");
}

TEST_F(People, are_erased_by_themselves_and_by_administrators_but_no_administrator_by_himself) {
  EXPECT_EQ(reason_of(get(erase_person(ports(), alice_, TestHouse::key("bob"), 1))), "unknown_person");
  EXPECT_TRUE(get(erase_person(ports(), alice_, TestHouse::key("alice"), 1)));
  EXPECT_FALSE(can_log_in("alice", std::string(kPassword)));
  EXPECT_EQ(reason_of(get(erase_person(ports(), root_, TestHouse::key("root"), 1))), "own_account");
  EXPECT_EQ(reason_of(get(erase_person(ports(), root_, TestHouse::key("bob"), 2))), "version_mismatch");
  EXPECT_TRUE(get(erase_person(ports(), root_, TestHouse::key("bob"), 1)));
  EXPECT_EQ(reason_of(get(get_person(ports(), root_, TestHouse::key("bob")))), "unknown_person");
  EXPECT_EQ(get(get_audit(ports(), root_, TestHouse::key("bob"))).value().front().event.action,
            "person_erased");
}

}  // namespace
}  // namespace gatehouse::auth
