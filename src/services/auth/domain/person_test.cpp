#include "services/auth/domain/person.hpp"

#include <gtest/gtest.h>

#include "services/auth/domain/password_rules.hpp"
#include "services/auth/domain/person_changes.hpp"
#include "services/auth/domain/role.hpp"

namespace gatehouse::auth {
namespace {

const core::SystemTime kNow{std::chrono::seconds{1'800'000'000}};

Person alice() {
  return {.id = "a-1",
          .realm = "gatehouse",
          .username = "alice",
          .email = Pii{"alice@example.test"},
          .first_name = Pii{"Alice"},
          .last_name = Pii{"Ash"},
          .email_verified = true,
          .realm_roles = {"customer"}};
}

TEST(Username, is_lower_cased_and_of_few_characters) {
  EXPECT_EQ(canonical_username("Alice.B-2_x+y").value(), "alice.b-2_x+y");
  for (const std::string_view refused : {"", "a b", "a@b", "ä", "a/b", "a\n", "<script>"}) {
    EXPECT_FALSE(canonical_username(refused)) << refused;
  }
  EXPECT_TRUE(canonical_username(std::string(128, 'a')));
  EXPECT_FALSE(canonical_username(std::string(129, 'a')));
}

TEST(Email, is_compared_in_lower_case_and_refused_if_it_is_no_address) {
  EXPECT_EQ(canonical_email("Ann.B+shop@Example.TEST").value().reveal(), "ann.b+shop@example.test");
  for (const std::string_view refused :
       {"", "ann", "@example.test", "ann@", "ann@@example.test", "ann@example..test", "ann@-a.test",
        ".ann@a.test", "a..b@a.test", "ann b@a.test", "ann@a.test\n", "ann@exämple.test", "\"ann\"@a.test",
        "ann@a.test@b.test"}) {
    EXPECT_FALSE(canonical_email(refused)) << refused;
  }
  EXPECT_FALSE(canonical_email(std::string(65, 'a') + "@example.test"));
  EXPECT_FALSE(canonical_email("a@" + std::string(260, 'a')));
}

TEST(Email, never_shows_in_the_error_that_refuses_it) {
  const auto refused = canonical_email("ann.secret@@example.test");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail.find("ann.secret"), std::string::npos);
}

TEST(Name, is_text_without_control_characters) {
  EXPECT_TRUE(canonical_name(""));
  EXPECT_TRUE(canonical_name("Zoë O'Neill-Łukasz"));
  EXPECT_FALSE(canonical_name("a\r\nb"));
  EXPECT_FALSE(canonical_name("\xff"));
  EXPECT_FALSE(canonical_name(std::string(201, 'a')));
}

TEST(Password, must_be_long_and_not_the_first_guess) {
  struct Row {
    std::string password;
    bool is_taken;
  };
  const Row rows[] = {{"short", false},
                      {"eleven-char", false},
                      {"twelve-chars", true},
                      {std::string(256, 'a') + "b", false},
                      {"aaaaaaaaaaaaaaaa", false},
                      {"Alice@Example.test", false},
                      {"PasswordPassword", false},
                      {"correct horse battery staple", true},
                      {"пароль-который-длинный", true},
                      {"not utf-8 \xff\xff\xff", false}};
  for (const Row& row : rows) {
    const auto checked = check_new_password(Secret{row.password}, alice());
    EXPECT_EQ(checked.has_value(), row.is_taken) << row.password;
    if (!checked) EXPECT_EQ(checked.error().reason, "weak_password");
  }
}

TEST(Changes, name_what_really_changed) {
  Person person = alice();
  const PersonChanges changes{.email = "Alice@example.test", .first_name = "Alicia", .last_name = "Ash"};

  const auto fields = apply(person, changes, Authority::own, kNow);

  EXPECT_EQ(fields.value(), std::vector<std::string>{"first_name"});
  EXPECT_EQ(person.first_name.reveal(), "Alicia");
  EXPECT_TRUE(person.email_verified);
}

TEST(Changes, of_the_address_make_it_unconfirmed) {
  Person person = alice();

  EXPECT_TRUE(apply(person, {.email = "new@example.test"}, Authority::own, kNow));

  EXPECT_EQ(person.email.reveal(), "new@example.test");
  EXPECT_FALSE(person.email_verified);
}

TEST(Changes, of_what_belongs_to_administrators_are_refused_to_others) {
  for (const PersonChanges& changes :
       {PersonChanges{.enabled = true}, PersonChanges{.email_verified = true}}) {
    Person person = alice();
    EXPECT_EQ(apply(person, changes, Authority::own, kNow).error().reason, "field_not_yours");
    EXPECT_TRUE(apply(person, changes, Authority::administrator, kNow));
  }
}

TEST(Changes, that_close_an_account_void_its_tokens) {
  Person person = alice();

  EXPECT_TRUE(apply(person, {.enabled = false}, Authority::administrator, kNow));

  EXPECT_FALSE(person.enabled);
  EXPECT_EQ(person.not_before, 1'800'000'000);
}

TEST(Roles, must_be_known_in_their_own_place) {
  const std::vector<Role> known = {{.name = "customer", .client = "", .description = ""},
                                   {.name = "cashier", .client = "till", .description = ""}};

  EXPECT_TRUE(check_known({.realm_roles = {"customer"}, .client_roles = {{"till", {"cashier"}}}}, known));
  EXPECT_TRUE(check_known({.realm_roles = {}, .client_roles = {}}, known));
  EXPECT_FALSE(check_known({.realm_roles = {"cashier"}, .client_roles = {}}, known));
  EXPECT_FALSE(check_known({.realm_roles = {}, .client_roles = {{"till", {"customer"}}}}, known));
  EXPECT_FALSE(check_known({.realm_roles = {}, .client_roles = {{"other", {"cashier"}}}}, known));
}

TEST(Roles, of_an_administrator_are_not_taken_by_himself) {
  Person root = alice();
  root.realm_roles = {"admin", "customer"};

  EXPECT_EQ(
      check_not_own_admin({.realm_roles = {"customer"}, .client_roles = {}}, root, root.id).error().reason,
      "own_admin_role");
  EXPECT_TRUE(check_not_own_admin({.realm_roles = {"customer"}, .client_roles = {}}, root, "another-admin"));
  EXPECT_TRUE(check_not_own_admin({.realm_roles = {"admin"}, .client_roles = {}}, root, root.id));
}

}  // namespace
}  // namespace gatehouse::auth
