#include "auth_server/clients/scopes.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

Client client() {
  Client client;
  client.default_scopes = {"profile", "roles", "web-origins"};
  client.optional_scopes = {"email", "orders.read"};
  return client;
}

TEST(Scopes, are_what_the_client_always_gets_and_what_it_asked_for) {
  EXPECT_EQ(grant_scopes(client(), {}).value(), (Names{"profile", "roles", "web-origins"}));
  EXPECT_EQ(to_text(grant_scopes(client(), {"openid", "orders.read"}).value()), "openid orders.read profile");
  EXPECT_EQ(grant_scopes(client(), {"admin"}).error().reason, "invalid_scope");
}

TEST(Scopes, keep_the_silent_ones_out_of_tokens_but_not_out_of_the_store) {
  const Names scopes{"openid", "profile", "roles"};
  EXPECT_EQ(to_text(scopes), "openid profile");
  EXPECT_EQ(stored_text(scopes), "openid profile roles");
}

TEST(Scopes, only_narrow_at_refresh) {
  const Names granted{"openid", "email", "profile", "roles"};
  EXPECT_EQ(narrow_scopes(client(), granted, {}).value(), granted);
  EXPECT_EQ(narrow_scopes(client(), granted, {"openid"}).value(), (Names{"openid", "roles"}));
  EXPECT_EQ(narrow_scopes(client(), granted, {"orders.read"}).error().reason, "invalid_scope");
  Client poorer = client();
  poorer.optional_scopes.clear();
  EXPECT_EQ(narrow_scopes(poorer, granted, {}).value(), (Names{"openid", "profile", "roles"}));
}

TEST(Scopes, are_few_and_plain) {
  EXPECT_EQ(parse_scope("  a  b ").value(), (Names{"a", "b"}));
  for (const std::string_view bad : {"a\"b", "a\\b", "a\tb", "\xc3\xa4"})
    EXPECT_FALSE(parse_scope(bad)) << bad;
  std::string flood;
  for (int i = 0; i < 65; ++i) flood += fmt::format("s{} ", i);
  EXPECT_FALSE(parse_scope(flood));
}

}  // namespace
}  // namespace gatehouse::auth_server
