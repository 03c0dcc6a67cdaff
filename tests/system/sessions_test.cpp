// Whoever is logged out is out within a second, whoever did it: an administrator or the person.
#include <gtest/gtest.h>

#include "crypto/jwt.hpp"
#include "tests/harness/or_throw.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using namespace std::chrono_literals;

class Sessions : public testing::Test {
 protected:
  struct Login {
    demo::Tokens tokens;
    std::string person;
    std::string session;
  };
  Login log_in(const char* username) {
    Login login{.tokens = or_throw(platform_.sign_in(username), username)};
    const auto parsed = or_throw(crypto::parse_jwt(login.tokens.access.reveal()), username);
    login.person = parsed.payload.at("sub").as_string();
    login.session = parsed.payload.at("sid").as_string();
    return login;
  }
  unsigned orders_of(const Login& login) {
    return client_->send(demo::get("/orders", std::string(login.tokens.access.reveal())))->status;
  }
  http::Reply call(std::string method, std::string target, const Login& login) {
    http::Request request = demo::get(std::move(target), std::string(login.tokens.access.reveal()));
    request.method = std::move(method);
    return or_throw(client_->send(std::move(request)), "the Admin API");
  }
  // How long the gateway still lets him in.
  std::chrono::milliseconds until_out(const Login& login) {
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually(5s, [&] { return orders_of(login) == 401; }));
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  }

  RunningPlatform platform_{PlatformOptions{.instances = {{"gateway", 2}}}};
  std::unique_ptr<demo::UserAgent> client_ = platform_.through_https();
};

TEST_F(Sessions, AnAdministratorEndsOneSessionAndThenAll) {
  const Login admin = log_in("admin");
  const Login first = log_in("alice");
  const Login second = log_in("alice");
  const Login bob = log_in("bob");
  for (const Login* one : {&first, &second, &bob}) ASSERT_EQ(orders_of(*one), 200U);

  const std::string users = "/admin/realms/gatehouse/users/" + first.person;
  const auto listed = call("GET", users + "/sessions", admin);
  ASSERT_EQ(listed.status, 200U) << listed.content;
  EXPECT_EQ(json::parse(listed.content).as_array().size(), 2U) << listed.content;
  EXPECT_EQ(call("GET", users + "/sessions", bob).status, 403U);
  EXPECT_EQ(client_->send(demo::get("/internal/realms/gatehouse/ended-sessions"))->status, 404U);

  EXPECT_EQ(call("DELETE", "/admin/realms/gatehouse/sessions/" + first.session, admin).status, 204U);
  const auto took = until_out(first);
  EXPECT_LT(took, 1s);
  RecordProperty("out_after_ms", static_cast<int>(took.count()));
  EXPECT_EQ(orders_of(second), 200U);

  EXPECT_EQ(call("POST", users + "/logout", admin).status, 204U);
  EXPECT_LT(until_out(second), 1s);
  EXPECT_EQ(orders_of(bob), 200U) << "nobody else";
  EXPECT_EQ(orders_of(log_in("alice")), 200U) << "who logs in again is in again";
}

TEST_F(Sessions, WhoLogsOutIsOut) {
  const Login alice = log_in("alice");
  ASSERT_EQ(orders_of(alice), 200U);
  auto logout = demo::post_form(
      "/realms/gatehouse/protocol/openid-connect/logout",
      {{"client_id", "storefront"}, {"refresh_token", std::string(alice.tokens.refresh.reveal())}});
  EXPECT_EQ(client_->send(std::move(logout))->status, 204U);
  EXPECT_LT(until_out(alice), 1s);
}

// While nobody can be asked tokens are good until they end, and nothing else is worse.
TEST_F(Sessions, AnAuthServerThatIsAwayStopsNobody) {
  const Login alice = log_in("alice");
  ASSERT_EQ(orders_of(alice), 200U);
  ASSERT_TRUE(platform_.kill_instance("auth-server-1"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(orders_of(alice), 200U);
  ASSERT_TRUE(platform_.wait_until_ready(20s));
  auto logout = demo::post_form(
      "/realms/gatehouse/protocol/openid-connect/logout",
      {{"client_id", "storefront"}, {"refresh_token", std::string(alice.tokens.refresh.reveal())}});
  EXPECT_EQ(client_->send(std::move(logout))->status, 204U);
  EXPECT_LT(until_out(alice), 2s);
}

}  // namespace
}  // namespace gatehouse::tests
