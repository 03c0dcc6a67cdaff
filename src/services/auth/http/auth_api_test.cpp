// The service over its routes, in process: what the answers look like. Who may do what is in policy_test.cpp.
#include "services/auth/http/auth_api.hpp"

#include <gtest/gtest.h>

#include "service/testing.hpp"
#include "services/auth/http/policy.hpp"
#include "services/auth/usecases/test_house.hpp"

namespace gatehouse::auth {
namespace {

using service::testing::TestReply;
using service::testing::TestRequest;

class AuthHttp : public testing::Test {
 protected:
  AuthHttp() {
    api_.add_routes(router_);
    router_.seal();
  }
  TestReply send(TestRequest request) { return service::testing::send(io_, router_, std::move(request)); }
  TestReply verify(std::string name, std::string password, std::string caller = "auth-server") {
    const json::object body{{"realm", kRealm}, {"username", name}, {"password", password}};
    return send({.method = "POST",
                 .target = "/internal/credentials/verify",
                 .caller = std::move(caller),
                 .content = json::serialize(body)});
  }
  // Carla, with changes.
  TestReply sign_up(const json::object& changes, std::string caller = "auth-server") {
    json::object body{{"realm", kRealm},
                      {"username", "Carla"},
                      {"email", "Carla@example.test"},
                      {"first_name", "Carla"},
                      {"last_name", "Cole"},
                      {"realm_roles", json::array{"customer"}},
                      {"password", "a fine long password"}};
    for (const auto& [name, value] : changes) body[name] = value;
    return send({.method = "POST",
                 .target = "/internal/users",
                 .caller = std::move(caller),
                 .content = json::serialize(body)});
  }

  TestHouse house_;
  boost::asio::io_context io_;
  telemetry::Metrics metrics_;
  AuthApi api_{house_.ports, std::string(kRealm), metrics_};
  service::Router router_{policy(), service::testing::fake_bearer(), metrics_};
};

const std::string kAlice = "id-alice:customer";
const std::string kSupport = "id-sam:support";
const std::string kRoot = "id-root:admin";

// ---- what the auth server asks
// ------------------------------------------------------------------------------------

TEST_F(AuthHttp, tells_the_auth_server_who_logged_in) {
  const auto reply = verify("Alice", std::string(kPassword));

  ASSERT_EQ(reply.status, 200U);
  const json::value expected = {{"id", "id-alice"},
                                {"username", "alice"},
                                {"email", "alice@example.test"},
                                {"email_verified", true},
                                {"first_name", "First"},
                                {"last_name", "Last"},
                                {"realm_roles", json::array{"customer"}},
                                {"client_roles", json::object{}},
                                {"enabled", true},
                                {"not_before", 0}};
  EXPECT_EQ(reply.json(), expected);
}

TEST_F(AuthHttp, answers_wrong_and_unknown_alike_byte_by_byte) {
  const auto wrong = verify("alice", "wrong");
  const auto unknown = verify("nobody", "wrong");

  EXPECT_EQ(wrong.status, 401U);
  EXPECT_EQ(wrong.json().at("code"), "invalid_credentials");
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(unknown.content, wrong.content);
}

TEST_F(AuthHttp, shows_people_to_the_auth_server_past_the_public_rules) {
  const auto found = send({.target = "/internal/users/id-bob?realm=gatehouse", .caller = "auth-server"});
  const auto missing = send({.target = "/internal/users/ghost?realm=gatehouse", .caller = "auth-server"});
  const auto elsewhere = send({.target = "/internal/users/id-bob?realm=other", .caller = "auth-server"});

  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(found.json().at("username"), "bob");
  EXPECT_EQ(missing.status, 404U);
  EXPECT_EQ(elsewhere.status, 404U);
}

TEST_F(AuthHttp, limits_attempts_by_the_address_that_the_auth_server_names) {
  const auto try_from = [&](std::string address) {
    return send({.method = "POST",
                 .target = "/internal/credentials/verify",
                 .caller = "auth-server",
                 .content = R"({"realm":"gatehouse","username":"nobody","password":"x"})",
                 .headers = {{"X-Forwarded-For", std::move(address)}}})
        .status;
  };
  for (int i = 0; i < 30; ++i) ASSERT_EQ(try_from("192.0.2.7"), 401U);

  EXPECT_EQ(try_from("192.0.2.7"), 429U);
  EXPECT_EQ(try_from("192.0.2.8"), 401U);
}

TEST_F(AuthHttp, lets_no_other_role_ask_what_the_auth_server_may_ask) {
  for (const char* caller : {"", "gateway", "orders", "payments", "prometheus", "registry"}) {
    EXPECT_EQ(verify("alice", std::string(kPassword), caller).status, 403U) << caller;
    EXPECT_EQ(send({.target = "/internal/users/id-bob", .caller = caller, .bearer = kRoot}).status, 403U)
        << caller;
  }
}

TEST_F(AuthHttp, counts_what_came_of_the_credentials) {
  (void)verify("alice", std::string(kPassword));
  (void)verify("alice", "wrong");
  (void)verify("nobody", "wrong");

  const telemetry::Metrics* shards[] = {&metrics_};
  const std::string text = telemetry::render(shards);

  EXPECT_NE(text.find(R"(auth_credential_checks_total{outcome="passed"} 1)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(auth_credential_checks_total{outcome="invalid_credentials"} 2)"), std::string::npos);
}

TEST_F(AuthHttp, refuses_credentials_that_it_cannot_read) {
  const auto status_of = [&](std::string content) {
    return send({.method = "POST",
                 .target = "/internal/credentials/verify",
                 .caller = "auth-server",
                 .content = std::move(content)})
        .status;
  };
  EXPECT_EQ(status_of("{"), 400U);
  EXPECT_EQ(status_of(R"({"realm":"gatehouse","username":"alice"})"), 400U);
  EXPECT_EQ(status_of(R"({"realm":"gatehouse","username":"alice","password":7})"), 400U);
  EXPECT_EQ(status_of(R"({"realm":"gatehouse","username":"alice","password":"x","admin":true})"), 400U);
}

TEST_F(AuthHttp, takes_in_who_signs_up_with_the_roles_that_the_realm_gives) {
  const auto created = sign_up({});

  ASSERT_EQ(created.status, 201U) << created.content;
  const json::value person = created.json();
  EXPECT_EQ(person.at("username"), "carla");
  EXPECT_EQ(person.at("email"), "carla@example.test");
  EXPECT_EQ(person.at("email_verified"), false);
  EXPECT_EQ(person.at("realm_roles"), json::array{"customer"});
  EXPECT_EQ(created.content.find("fine long"), std::string::npos);
  EXPECT_EQ(verify("carla", "a fine long password").status, 200U);
  const std::string trail = fmt::format("/users/{}/audit", std::string_view(person.at("id").as_string()));
  const auto audit = send({.target = trail, .bearer = kRoot}).json();
  EXPECT_EQ(audit.at("items").at(0).at("action"), "person_created");
  EXPECT_EQ(audit.at("items").at(0).at("actor"), "service:auth-server");
}

TEST_F(AuthHttp, says_why_somebody_cannot_sign_up) {
  struct Row {
    json::object change;
    unsigned status;
    std::string code;
  };
  for (const Row& row :
       std::vector<Row>{{{{"username", "ALICE"}}, 409, "username_taken"},
                        {{{"email", "Alice@Example.test"}}, 409, "email_taken"},
                        {{{"username", "a b"}}, 422, "invalid_username"},
                        {{{"email", "carla"}}, 422, "invalid_email"},
                        {{{"last_name", "a\nb"}}, 422, "invalid_name"},
                        {{{"password", "short"}}, 422, "weak_password"},
                        {{{"password", ""}}, 400, "invalid_field"},
                        {{{"realm_roles", json::array{"emperor"}}}, 422, "unknown_role"},
                        {{{"realm_roles", json::array{"customer", "admin"}}}, 403, "admin_role"},
                        {{{"enabled", true}}, 400, "unknown_field"}}) {
    const auto reply = sign_up(row.change);
    EXPECT_EQ(reply.status, row.status) << reply.content;
    EXPECT_EQ(reply.json().at("code"), json::value(row.code));
  }
  EXPECT_EQ(sign_up({}).status, 201U) << "nothing is left of those that were refused";
}

TEST_F(AuthHttp, hashes_before_it_says_that_a_name_is_taken) {
  const int before = house_.hasher.hashes;
  EXPECT_EQ(sign_up({{"username", "alice"}}).status, 409U);
  EXPECT_EQ(house_.hasher.hashes, before + 1);
}

TEST_F(AuthHttp, lets_nobody_but_the_auth_server_sign_people_up) {
  for (const char* caller : {"", "gateway", "orders", "payments", "prometheus", "up"}) {
    EXPECT_EQ(sign_up({}, caller).status, 403U) << caller;
  }
  EXPECT_EQ(verify("carla", "a fine long password").status, 401U);
}

// ---- what the answers look like
// -----------------------------------------------------------------------------------

TEST_F(AuthHttp, shows_oneself_under_me_with_an_entity_tag) {
  const auto reply = send({.target = "/users/me", .bearer = kAlice});

  ASSERT_EQ(reply.status, 200U);
  EXPECT_EQ(reply.json().at("id"), "id-alice");
  EXPECT_EQ(reply.json().at("email"), "alice@example.test");
  EXPECT_EQ(reply.headers.get("ETag"), "\"1\"");
  EXPECT_FALSE(reply.json().as_object().contains("not_before"));
  EXPECT_FALSE(reply.json().as_object().contains("password_hash"));
}

TEST_F(AuthHttp, masks_people_for_support) {
  const auto reply = send({.target = "/users/id-alice", .bearer = kSupport});
  const auto list = send({.target = "/users", .bearer = kSupport});

  EXPECT_EQ(reply.json().at("email"), "a***@example.test");
  EXPECT_EQ(reply.json().at("last_name"), "L***");
  EXPECT_EQ(list.content.find("alice@"), std::string::npos);
  EXPECT_EQ(send({.target = "/users/id-alice", .bearer = kRoot}).json().at("email"), "alice@example.test");
}

TEST_F(AuthHttp, changes_only_under_the_version_that_was_seen) {
  const auto change = [&](std::vector<std::pair<std::string, std::string>> headers) {
    return send({.method = "PATCH",
                 .target = "/users/me",
                 .bearer = kAlice,
                 .content = R"({"first_name":"Alicia"})",
                 .headers = std::move(headers)});
  };

  EXPECT_EQ(change({}).status, 428U);
  EXPECT_EQ(change({{"If-Match", "\"7\""}}).status, 412U);
  EXPECT_EQ(change({{"If-Match", "W/\"1\""}}).status, 412U);
  const auto changed = change({{"If-Match", "\"1\""}});
  EXPECT_EQ(changed.status, 200U);
  EXPECT_EQ(changed.headers.get("ETag"), "\"2\"");
  EXPECT_EQ(changed.json().at("first_name"), "Alicia");
  EXPECT_EQ(change({{"If-Match", "\"1\""}}).status, 412U);
}

TEST_F(AuthHttp, takes_no_field_that_is_not_meant_to_be_set) {
  for (const char* content : {R"({"realm_roles":["admin"]})", R"({"id":"id-root"})", R"({"version":9})",
                              R"({"username":"root"})", R"({"password_hash":"x"})"}) {
    const auto reply = send({.method = "PATCH",
                             .target = "/users/me",
                             .bearer = kAlice,
                             .content = content,
                             .headers = {{"If-Match", "\"1\""}}});
    EXPECT_EQ(reply.status, 400U) << content;
    EXPECT_EQ(reply.json().at("code"), "unknown_field") << content;
  }
}

TEST_F(AuthHttp, creates_people_who_can_log_in) {
  const auto created =
      send({.method = "POST",
            .target = "/users",
            .bearer = kRoot,
            .content = R"({"username":"carla","email":"carla@example.test","realm_roles":["customer"],
                                            "client_roles":{"till":["cashier"]},"password":"a fine long password"})"});

  ASSERT_EQ(created.status, 201U);
  const std::string id(created.json().at("id").as_string());
  EXPECT_EQ(created.headers.get("Location"), "/users/" + id);
  EXPECT_EQ(created.headers.get("ETag"), "\"1\"");
  EXPECT_EQ(created.content.find("fine long"), std::string::npos);
  EXPECT_EQ(verify("carla", "a fine long password").status, 200U);
  const auto again =
      send({.method = "POST", .target = "/users", .bearer = kRoot, .content = R"({"username":"carla"})"});
  EXPECT_EQ(again.status, 409U);
  EXPECT_EQ(again.json().at("code"), "username_taken");
}

TEST_F(AuthHttp, wants_the_current_password_for_a_new_one) {
  const auto set = [&](std::string content) {
    return send(
        {.method = "PUT", .target = "/users/me/password", .bearer = kAlice, .content = std::move(content)});
  };

  EXPECT_EQ(set(R"({"new_password":"a new and longer one"})").json().at("code"), "wrong_password");
  EXPECT_EQ(set(R"({"current_password":"wrong","new_password":"a new and longer one"})").status, 403U);
  const auto weak = set(R"({"current_password":"correct horse battery","new_password":"short"})");
  EXPECT_EQ(weak.status, 422U);
  EXPECT_EQ(weak.json().at("code"), "weak_password");
  EXPECT_EQ(
      set(R"({"current_password":"correct horse battery","new_password":"a new and longer one"})").status,
      204U);
  EXPECT_EQ(verify("alice", "a new and longer one").status, 200U);
}

TEST_F(AuthHttp, lists_people_page_by_page) {
  const auto first = send({.target = "/users?limit=2", .bearer = kRoot});
  ASSERT_EQ(first.status, 200U);
  EXPECT_EQ(first.json().at("items").as_array().size(), 2U);
  EXPECT_EQ(first.json().at("has_more"), true);
  const std::string cursor(first.json().at("next_cursor").as_string());

  const auto second = send({.target = "/users?limit=2&cursor=" + cursor, .bearer = kRoot});

  EXPECT_EQ(second.json().at("items").at(0).at("username"), "root");
  EXPECT_EQ(second.json().at("has_more"), false);
  EXPECT_TRUE(second.json().at("next_cursor").is_null());
  for (const char* query : {"limit=0", "limit=101", "limit=x", "cursor=%21", "limit=1&limit=2"}) {
    EXPECT_EQ(send({.target = fmt::format("/users?{}", query), .bearer = kRoot}).status, 400U) << query;
  }
}

TEST_F(AuthHttp, assigns_roles_and_tells_who_did) {
  const auto assigned = send({.method = "PUT",
                              .target = "/users/id-bob/roles",
                              .bearer = kRoot,
                              .content = R"({"realm_roles":["support"],"client_roles":{}})",
                              .headers = {{"If-Match", "\"1\""}}});
  EXPECT_EQ(assigned.status, 200U);
  const auto incomplete = send({.method = "PUT",
                                .target = "/users/id-bob/roles",
                                .bearer = kRoot,
                                .content = R"({"realm_roles":["support"]})",
                                .headers = {{"If-Match", "\"2\""}}});
  EXPECT_EQ(incomplete.status, 400U);

  const auto audit = send({.target = "/users/id-bob/audit", .bearer = kRoot}).json();

  EXPECT_EQ(audit.at("items").at(0).at("action"), "roles_assigned");
  EXPECT_EQ(audit.at("items").at(0).at("actor"), "id-root");
  EXPECT_EQ(audit.at("items").at(0).at("fields"), json::array{"realm_roles"});
}

TEST_F(AuthHttp, gives_people_all_that_is_held_about_them_as_a_file) {
  (void)verify("alice", "wrong");
  (void)send({.method = "PATCH",
              .target = "/users/id-alice",
              .caller = "gateway",
              .bearer = kRoot,
              .content = R"({"first_name":"Alicia"})",
              .headers = {{"If-Match", "\"1\""}}});

  const auto reply = send({.target = "/users/me/export", .caller = "gateway", .bearer = kAlice});

  ASSERT_EQ(reply.status, 200U) << reply.content;
  const json::value body = reply.json();
  const json::object& person = body.at("person").as_object();
  EXPECT_EQ(person.at("email"), "alice@example.test");
  EXPECT_EQ(person.at("first_name"), "Alicia");
  EXPECT_EQ(person.at("has_password"), true);
  EXPECT_EQ(body.at("failed_logins").at("count"), 1);
  EXPECT_EQ(body.at("audit").as_array().at(0).at("actor"), "administrator") << "not who";
  EXPECT_EQ(body.at("audit").as_array().at(1).at("actor"), "import");
  EXPECT_EQ(reply.content.find("cheap:"), std::string::npos) << "no hash";
  EXPECT_EQ(send({.target = "/users/id-bob/export", .caller = "gateway", .bearer = kAlice}).status, 404U);
}

TEST_F(AuthHttp, lets_people_erase_themselves) {
  const TestRequest erase{.method = "DELETE",
                          .target = "/users/me",
                          .caller = "gateway",
                          .bearer = kAlice,
                          .headers = {{"If-Match", "\"1\""}}};
  EXPECT_EQ(send(erase).status, 204U);
  EXPECT_EQ(send({.target = "/users/me", .caller = "gateway", .bearer = kAlice}).status, 404U);
  EXPECT_EQ(verify("alice", std::string(kPassword)).status, 401U);
}

}  // namespace
}  // namespace gatehouse::auth
