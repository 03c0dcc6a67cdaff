// Realm files, as Keycloak exports them and as people get them wrong.
#include "auth_server/clients/realm_import.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

Result<Secret> secret_file(std::string_view name) {
  if (name == "good") return Secret(std::string(43, 's'));
  if (name == "short") return Secret(std::string("short"));
  return fail(ErrorKind::invalid, "secret_missing");
}

ImportContext context() {
  return {"https://id.example.com", "gatehouse", {}, secret_file};
}

Result<Realm> import(std::string_view client, std::string_view rest = {}) {
  const std::string text =
      fmt::format(R"({{"realm": "r", "clients": [{{"clientId": "c", {}}}]{}}})", client, rest);
  return import_realm(core::parse_json_object(text).value(), context());
}

TEST(RealmImport, reads_a_public_client) {
  const auto realm =
      import(R"("publicClient": true, "redirectUris": ["https://a.test/cb"], "webOrigins": ["+"],
                               "attributes": {"post.logout.redirect.uris": "https://a.test/x##https://a.test/y"})");
  ASSERT_TRUE(realm) << realm.error().detail;
  EXPECT_EQ(realm->issuer, "https://id.example.com/realms/r");
  const Client* client = realm->find_client("c");
  ASSERT_NE(client, nullptr);
  EXPECT_EQ(client->kind, ClientKind::open);
  EXPECT_TRUE(client->grants.authorization_code);
  EXPECT_FALSE(client->grants.client_credentials);
  EXPECT_EQ(client->web_origins, Names{"https://a.test"});
  EXPECT_EQ(client->post_logout_redirect_uris.size(), 2U);
  EXPECT_EQ(client->audiences, std::vector<std::string>{"gatehouse"});
  EXPECT_EQ(client->access_token_algorithm, crypto::Algorithm::es256);
  EXPECT_EQ(client->id_token_algorithm, crypto::Algorithm::rs256);
}

TEST(RealmImport, reads_a_confidential_client_whose_secret_is_a_file) {
  const auto realm =
      import(R"("secret": "${file:good}", "standardFlowEnabled": false, "serviceAccountsEnabled": true,
      "protocolMappers": [{"protocolMapper": "oidc-audience-mapper", "config": {"included.client.audience": "api"}},
                          {"protocolMapper": "oidc-audience-mapper", "config": {"included.custom.audience": "b"}}],
      "attributes": {"access.token.lifespan": "60", "access.token.header.type.rfc9068": "true",
                     "access.token.signed.response.alg": "RS256"})",
             R"(, "users": [{"id": "sa-1", "serviceAccountClientId": "c", "realmRoles": ["payment"],
                                            "clientRoles": {"api": ["reader"]}}])");
  ASSERT_TRUE(realm) << realm.error().detail;
  const Client& client = realm->clients.find("c")->second;
  EXPECT_TRUE(has_secret(client, std::string(43, 's')));
  EXPECT_FALSE(has_secret(client, ""));
  EXPECT_EQ(client.audiences, (std::vector<std::string>{"api", "b"}));
  EXPECT_EQ(client.access_token_lifetime, std::chrono::seconds(60));
  EXPECT_EQ(client.access_token_header_typ, "at+jwt");
  EXPECT_EQ(client.access_token_algorithm, crypto::Algorithm::rs256);
  EXPECT_EQ(client.service_account.id, "sa-1");
  EXPECT_EQ(client.service_account.realm_roles, Names{"payment"});
  EXPECT_EQ(client.service_account.client_roles.find("api")->second, Names{"reader"});
}

TEST(RealmImport, takes_the_lifetimes_that_the_file_states) {
  const auto realm = import(R"("publicClient": true, "redirectUris": ["https://a.test/cb"])",
                            R"(, "ssoSessionIdleTimeout": 60, "accessTokenLifespan": 30, "notBefore": 7)");
  ASSERT_TRUE(realm);
  EXPECT_EQ(realm->lifetimes.session_idle, std::chrono::seconds(60));
  EXPECT_EQ(realm->lifetimes.access_token, std::chrono::seconds(30));
  EXPECT_EQ(realm->lifetimes.session_max, std::chrono::seconds(36'000));
  EXPECT_EQ(realm->not_before, 7);
}

TEST(RealmImport, lets_people_sign_up_only_where_the_file_says_so) {
  const std::string_view client = R"("publicClient": true, "redirectUris": ["https://a.test/cb"])";
  const std::string_view roles = R"(, "roles": {"realm": [{"name": "customer"}, {"name": "reader"}]})";
  const auto closed = import(client);
  ASSERT_TRUE(closed);
  EXPECT_FALSE(closed->registration_allowed);
  const auto open = import(
      client,
      fmt::format(R"({}, "registrationAllowed": true, "defaultRoles": ["customer", "reader"])", roles));
  ASSERT_TRUE(open) << open.error().detail;
  EXPECT_TRUE(open->registration_allowed);
  EXPECT_EQ(open->default_roles, (Names{"customer", "reader"}));
  const auto misspelt =
      import(client, fmt::format(R"({}, "registrationAllowed": true, "defaultRoles": ["custommer"])", roles));
  ASSERT_FALSE(misspelt);
  EXPECT_TRUE(misspelt.error().detail.starts_with("defaultRoles")) << misspelt.error().detail;
  EXPECT_TRUE(import(client, R"(, "defaultRoles": ["offline_access"])")) << "nobody is given it";
  EXPECT_FALSE(import(client, R"(, "registrationAllowed": "yes")"));
}

TEST(RealmImport, names_what_is_wrong_and_where) {
  struct Case {
    std::string_view client;
    std::string_view path;
  };
  for (
      const Case& c : std::vector<Case>{
          {R"("publicClient": true, "redirectUris": ["https://a.test/*"])", "clients[0].redirectUris"},
          {R"("publicClient": true, "redirectUris": ["https://a.test/cb#x"])", "clients[0].redirectUris"},
          {R"("publicClient": true, "redirectUris": ["JaVaScRiPt:void"])", "clients[0].redirectUris"},
          {R"("publicClient": true)", "clients[0].redirectUris"},
          {R"("publicClient": true, "redirectUris": ["https://a.test/cb"], "webOrigins": ["*"])",
           "clients[0].webOrigins"},
          {R"("publicClient": true, "redirectUris": ["https://a.test/cb"], "webOrigins": ["https://a.test/"])",
           "clients[0].webOrigins"},
          {R"("publicClient": true, "redirectUris": ["https://a.test/cb"],
               "attributes": {"post.logout.redirect.uris": "data:text/html,x"})",
           "clients[0].attributes"},
          {R"("publicClient": true, "serviceAccountsEnabled": true, "redirectUris": ["https://a.test/cb"])",
           "clients[0].serviceAccountsEnabled"},
          {R"("standardFlowEnabled": false)", "clients[0].secret"},
          {R"("standardFlowEnabled": false, "secret": "guessable")", "clients[0].secret"},
          {R"("standardFlowEnabled": false, "secret": "${file:short}")", "clients[0].secret"},
          {R"("standardFlowEnabled": false, "secret": "${file:absent}")", "clients[0].secret"},
          {R"("standardFlowEnabled": false, "secret": "${file:good}",
               "attributes": {"id.token.signed.response.alg": "none"})",
           "clients[0].attributes"},
          {R"("enabled": 1, "publicClient": true, "redirectUris": ["https://a.test/cb"])",
           "clients[0].enabled"}}) {
    const auto realm = import(c.client);
    ASSERT_FALSE(realm) << c.client;
    EXPECT_EQ(realm.error().kind, ErrorKind::invalid);
    EXPECT_TRUE(realm.error().detail.starts_with(c.path)) << realm.error().detail;
  }
}

TEST(RealmImport, never_repeats_a_secret_in_an_error) {
  const auto realm = import(R"("standardFlowEnabled": false, "secret": "guessable")");
  EXPECT_EQ(realm.error().detail.find("guessable"), std::string::npos);
}

TEST(RealmImport, refuses_two_clients_of_one_name_and_bad_realm_names) {
  const std::string_view twice = R"({"realm": "r", "clients": [
      {"clientId": "c", "publicClient": true, "redirectUris": ["https://a.test/cb"]},
      {"clientId": "c", "publicClient": true, "redirectUris": ["https://a.test/cb"]}]})";
  EXPECT_FALSE(import_realms(twice, context()));
  for (const std::string_view name : {"", "a/b", "..", "a b", "a\\\"b"}) {
    EXPECT_FALSE(import_realms(fmt::format(R"({{"realm": "{}"}})", name), context())) << name;
  }
}

TEST(RealmImport, reads_a_list_of_realms) {
  const auto realms = import_realms(R"([{"realm": "a"}, {"realm": "b"}])", context());
  ASSERT_TRUE(realms);
  EXPECT_EQ(realms->size(), 2U);
  EXPECT_FALSE(import_realms(R"([1])", context()));
  EXPECT_FALSE(import_realms("{", context()));
}

TEST(RealmImport, reads_the_realm_that_comes_with_the_platform) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "../../../config/realm.json");
  std::ostringstream text;
  text << file.rdbuf();
  ImportContext shipped = context();
  shipped.secret = [](std::string_view) -> Result<Secret> { return Secret(std::string(43, 's')); };
  const auto realms = import_realms(text.str(), shipped);
  ASSERT_TRUE(realms) << realms.error().detail;
  EXPECT_NE(realms->front().find_client("storefront"), nullptr);
  EXPECT_TRUE(realms->front().registration_allowed);
  EXPECT_EQ(realms->front().default_roles, Names{"customer"});
  EXPECT_EQ(realms->front().find_client("payments-robot")->service_account.realm_roles, Names{"payment"});
}

}  // namespace
}  // namespace gatehouse::auth_server
