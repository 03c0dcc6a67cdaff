#include "services/auth/usecases/import_realm.hpp"

#include <gtest/gtest.h>

#include "services/auth/usecases/test_house.hpp"

namespace gatehouse::auth {
namespace {

ImportedPerson imported(std::string username, RoleNames roles, std::string password) {
  ImportedPerson entry{.path = "users[0]",
                       .person = {.realm = std::string(kRealm),
                                  .username = std::move(username),
                                  .realm_roles = std::move(roles)},
                       .password = {}};
  if (!password.empty()) {
    entry.password = [password = std::move(password)]() -> Result<Secret> { return Secret{password}; };
  }
  return entry;
}

RealmExport realm_with(std::vector<ImportedPerson> people) {
  return {.realm = std::string(kRealm),
          .roles = {{.name = "customer", .client = "", .description = ""},
                    {.name = "new", .client = "", .description = ""}},
          .people = std::move(people)};
}

class ImportRealm : public testing::Test {
 protected:
  Result<ImportReport> import(RealmExport realm) {
    return TestHouse::get(import_realm(house_.ports, std::move(realm)));
  }
  TestHouse house_;
};

TEST_F(ImportRealm, adds_what_is_new_and_keeps_what_is_there) {
  const auto realm = realm_with(
      {imported("alice", {"new"}, "changed"), imported("zoe", {"new"}, "z"), imported("yan", {}, "")});

  const auto first = import(realm);
  const auto second = import(realm);

  EXPECT_EQ(first.value(),
            (ImportReport{.roles_added = 1, .people_added = 2, .people_kept = 1, .without_password = 1}));
  EXPECT_EQ(second.value(), (ImportReport{.roles_added = 0, .people_added = 0, .people_kept = 3}));
  EXPECT_EQ(house_.account("alice").person.realm_roles, RoleNames{"customer"});
  EXPECT_TRUE(house_.account("alice").password_hash.reveal().ends_with(kPassword));
  EXPECT_EQ(house_.hasher.hashes, 1);
}

TEST_F(ImportRealm, does_not_need_the_password_of_a_person_who_is_there) {
  auto entry = imported("alice", {}, "");
  entry.password = []() -> Result<Secret> { return fail(ErrorKind::invalid, "secret_missing"); };

  EXPECT_TRUE(import(realm_with({entry})));
  entry.person.username = "zoe";
  EXPECT_EQ(reason_of(import(realm_with({entry}))), "secret_missing");
}

TEST_F(ImportRealm, does_not_bring_back_who_was_erased) {
  auto entry = imported("zoe", {}, "z");
  entry.person.id = "id-zoe";
  ASSERT_EQ(import(realm_with({entry})).value().people_added, 1U);
  AuditEvent event{.actor = "tester", .action = "person_erased", .fields = {"person"}};
  const PersonKey zoe{std::string(kRealm), "id-zoe"};
  ASSERT_TRUE(TestHouse::get(house_.people.erase(zoe, std::nullopt, event, house_.clock.now())));

  const auto again = import(realm_with({entry}));

  EXPECT_EQ(again.value().people_added, 0U);
  EXPECT_EQ(reason_of(TestHouse::get(house_.people.find(zoe))), "unknown_person");
}

TEST_F(ImportRealm, names_the_place_of_an_unknown_role_before_anything_is_written) {
  const auto refused = import(realm_with({imported("zoe", {}, "z"), imported("yan", {"emperor"}, "y")}));

  EXPECT_EQ(reason_of(refused), "unknown_role");
  EXPECT_TRUE(refused.error().detail.starts_with("users[0]: ")) << refused.error().detail;
  EXPECT_FALSE(TestHouse::get(house_.people.find_by_login(std::string(kRealm), Pii{"zoe"})));
}

}  // namespace
}  // namespace gatehouse::auth
