#include "services/auth/adapters/keycloak_realm.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace gatehouse::auth {
namespace {

const std::filesystem::path kHere = std::filesystem::path(__FILE__).parent_path();

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<Secret> name_as_secret(const std::string& name) {
  return Secret{"content of " + name};
}

Result<std::vector<RealmExport>> read(std::string_view text) {
  return read_keycloak_realms(text, name_as_secret);
}

std::string text_of(const ImportedPerson& entry) {
  const Person& person = entry.person;
  std::string text =
      fmt::format("{} {} {} <{}> \"{}\" \"{}\" {} {} not before {}\n  realm roles: {}", entry.path,
                  person.id.empty() ? "-" : person.id, person.username, person.email.reveal(),
                  person.first_name.reveal(), person.last_name.reveal(),
                  person.enabled ? "enabled" : "disabled", person.email_verified ? "verified" : "unverified",
                  person.not_before, fmt::join(person.realm_roles, " "));
  if (text.ends_with(' ')) text.pop_back();
  for (const auto& [client, names] : person.client_roles) {
    text += fmt::format("\n  {} roles: {}", client, fmt::join(names, " "));
  }
  if (entry.password) text += fmt::format("\n  password: {}", entry.password().value().reveal());
  return text + "\n";
}

std::string text_of(const RealmExport& realm) {
  std::string text = fmt::format("realm {}\n", realm.realm);
  for (const Role& role : realm.roles) {
    const std::string prefix = role.client.empty() ? "" : role.client + "/";
    text += fmt::format("role {}{} \"{}\"\n", prefix, role.name, role.description);
  }
  for (const ImportedPerson& entry : realm.people) text += text_of(entry);
  return text;
}

TEST(KeycloakRealm, is_read_as_the_golden_file_says) {
  const auto realms = read(content_of(kHere / "testdata/keycloak_export.json"));

  ASSERT_TRUE(realms) << realms.error().detail;
  ASSERT_EQ(realms->size(), 1U);
  EXPECT_EQ(text_of(realms->front()), content_of(kHere / "testdata/keycloak_export.golden"));
}

TEST(KeycloakRealm, that_comes_with_gatehouse_holds_the_demo_people_and_no_password) {
  const auto text = content_of(kHere / "../../../../config/realm.json");
  const auto realms = read(text);

  ASSERT_TRUE(realms) << realms.error().detail;
  const RealmExport& realm = realms->front();
  EXPECT_EQ(realm.realm, "gatehouse");
  std::vector<std::string> people;
  for (const ImportedPerson& entry : realm.people) {
    people.push_back(fmt::format("{}:{}", entry.person.username, fmt::join(entry.person.realm_roles, ",")));
    EXPECT_EQ(entry.password().value().reveal(), "content of password_" + entry.person.username);
    const RoleAssignment roles{entry.person.realm_roles, entry.person.client_roles};
    EXPECT_TRUE(check_known(roles, realm.roles));
  }
  EXPECT_EQ(fmt::format("{}", fmt::join(people, " ")),
            "alice:customer bob:customer pia:payment sam:support admin:admin");
}

TEST(KeycloakRealm, may_be_one_of_several_in_a_file) {
  EXPECT_EQ(read(R"([{"realm":"a"},{"realm":"b"}])").value().size(), 2U);
  EXPECT_FALSE(read(R"([{"realm":"a"}, 7])"));
}

TEST(KeycloakRealm, is_refused_with_the_path_of_what_is_wrong) {
  struct Row {
    std::string text;
    std::string path;
  };
  const Row rows[] = {
      {R"({})", "realm"},
      {R"({"realm":7})", "realm"},
      {R"({"realm":"a","roles":[]})", "roles"},
      {R"({"realm":"a","roles":{"realm":{}}})", "roles.realm"},
      {R"({"realm":"a","roles":{"realm":[{}]}})", "roles.realm[0].name"},
      {R"({"realm":"a","roles":{"realm":["customer"]}})", "roles.realm[0]"},
      {R"({"realm":"a","roles":{"realm":[{"name":"a\nb"}]}})", "roles.realm[0]"},
      {R"({"realm":"a","roles":{"client":{"till":{}}}})", "roles.client.till"},
      {R"({"realm":"a","users":{}})", "users"},
      {R"({"realm":"a","users":[7]})", "users[0]"},
      {R"({"realm":"a","users":[{}]})", "users[0].username"},
      {R"({"realm":"a","users":[{"username":"a b"}]})", "users[0].username"},
      {R"({"realm":"a","users":[{"username":"a@example.com"}]})", "users[0].username"},
      {R"({"realm":"a","users":[{"username":"a"},{"username":"A"}]})", "users[1].username"},
      {R"({"realm":"a","users":[{"username":"a","email":"nobody"}]})", "users[0].email"},
      {R"({"realm":"a","users":[{"username":"a","email":7}]})", "users[0].email"},
      {R"({"realm":"a","users":[{"username":"a","id":"7"}]})", "users[0].id"},
      {R"({"realm":"a","users":[{"username":"a","enabled":"yes"}]})", "users[0].enabled"},
      {R"({"realm":"a","users":[{"username":"a","notBefore":-1}]})", "users[0].notBefore"},
      {R"({"realm":"a","users":[{"username":"a","realmRoles":"customer"}]})", "users[0].realmRoles"},
      {R"({"realm":"a","users":[{"username":"a","clientRoles":[]}]})", "users[0].clientRoles"},
      {R"({"realm":"a","users":[{"username":"a","clientRoles":{"till":"cashier"}}]})",
       "users[0].clientRoles.till"},
      {R"({"realm":"a","users":[{"username":"a","credentials":{}}]})", "users[0].credentials"},
      {R"({"realm":"a","users":[{"username":"a","credentials":[{}]}]})", "users[0].credentials[0].type"},
      {R"({"realm":"a","users":[{"username":"a","credentials":[{"type":"password","value":7}]}]})",
       "users[0].credentials[0].value"},
      {R"({"realm":"a","users":[{"username":"a","credentials":[{"type":"password","value":"${env:HOME}"}]}]})",
       "users[0].credentials[0].value"},
      {R"({"realm":"a","users":[{"username":"a","credentials":[{"type":"password","value":"${file:../x}"}]}]})",
       "users[0].credentials[0].value"},
  };
  for (const Row& row : rows) {
    const auto refused = read(row.text);
    ASSERT_FALSE(refused) << row.text;
    EXPECT_TRUE(refused.error().detail.starts_with(row.path + ":"))
        << row.text << " → " << refused.error().detail;
  }
}

}  // namespace
}  // namespace gatehouse::auth
