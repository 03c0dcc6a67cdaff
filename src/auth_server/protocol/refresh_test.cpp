// Refresh tokens: rotated at every use, of use to nobody else, and dead when anything they hang on is.
#include "auth_server/testing/fixture.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::auth_server::testing {
namespace {

class RefreshTest : public AuthServerTest {
 protected:
  std::string first() { return text(fresh_tokens(), "refresh_token"); }
  std::string next(const std::string& token) {
    const TestReply reply = refresh(token);
    EXPECT_EQ(reply.status, 200) << reply.content;
    return text(reply.json().as_object(), "refresh_token");
  }
  void expect_refused(const std::string& token, const FormPairs& changes = {}) {
    const TestReply reply = refresh(token, changes);
    EXPECT_EQ(reply.status, 400) << "a status other than 400 leaves keycloak-js logged in";
    EXPECT_EQ(error_of(reply), "invalid_grant") << reply.content;
  }
};

TEST_F(RefreshTest, gives_new_tokens_of_the_same_session) {
  const json::object before = fresh_tokens();
  clock.advance(std::chrono::minutes(5));
  const json::object after = refresh(text(before, "refresh_token")).json().as_object();
  EXPECT_NE(text(after, "refresh_token"), text(before, "refresh_token"));
  EXPECT_EQ(text(after, "session_state"), text(before, "session_state"));
  EXPECT_EQ(text(after, "scope"), text(before, "scope"));
  const json::object claims = claims_of(text(after, "id_token"));
  EXPECT_EQ(claims.at("auth_time"), claims_of(text(before, "id_token")).at("auth_time"));
  EXPECT_FALSE(claims.contains("nonce"));
  EXPECT_EQ(userinfo(text(after, "access_token")).status, 200);
}

TEST_F(RefreshTest, has_the_shape_of_a_jwt_that_keycloak_js_can_decode) {
  const json::object claims = claims_of(first());
  EXPECT_EQ(text(claims, "typ"), "Refresh");
  EXPECT_EQ(claims.at("exp").as_int64() - claims.at("iat").as_int64(), 1800);
}

TEST_F(RefreshTest, revokes_the_family_when_an_old_token_comes_back) {
  const std::string stolen = first();
  const std::string current = next(stolen);
  clock.advance(std::chrono::seconds(10));
  expect_refused(stolen);
  expect_refused(current);
}

TEST_F(RefreshTest, revokes_only_that_family) {
  Cookies cookies;
  const json::object one = redeem(answer_of(log_in(cookies))["code"]).json().as_object();
  const json::object two = redeem(answer_of(get(authorize_target(), &cookies))["code"]).json().as_object();
  const std::string stolen = text(one, "refresh_token");
  static_cast<void>(next(stolen));
  clock.advance(std::chrono::seconds(10));
  expect_refused(stolen);
  EXPECT_EQ(refresh(text(two, "refresh_token")).status, 200);
}

TEST_F(RefreshTest, forgives_a_client_that_asks_twice_at_once) {
  const std::string token = first();
  const std::string one = next(token);
  const std::string sibling = next(token);
  EXPECT_NE(one, sibling);
  clock.advance(std::chrono::seconds(9));
  const std::string third = next(one);
  EXPECT_EQ(refresh(sibling).status, 200) << "the sibling has a leeway of its own";
  EXPECT_EQ(refresh(third).status, 200);
}

TEST_F(RefreshTest, notices_when_a_thief_uses_the_sibling_later) {
  const std::string token = first();
  const std::string owners = next(token);
  const std::string thiefs = next(token);
  const std::string current = next(owners);
  clock.advance(std::chrono::seconds(10));
  expect_refused(thiefs);
  expect_refused(current);
}

TEST_F(RefreshTest, gives_a_bounded_number_of_siblings) {
  const std::string token = first();
  const std::string current = next(token);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(refresh(token).status, 200) << i;
  expect_refused(token);
  expect_refused(current);
}

Awaitable<> rotate_once(GrantStore& grants, std::string family, core::SystemTime now,
                        std::vector<Rotation>& rotations) {
  auto outcome = co_await grants.rotate("test", std::move(family), 1, Lifetimes(), now);
  rotations.push_back(outcome.value().rotation);
}

TEST_F(RefreshTest, makes_one_generation_when_many_ask_at_once) {
  const json::object claims = claims_of(first());
  const std::string family = text(claims, "family");
  std::vector<Rotation> rotations;
  TaskGroup racers(io.get_executor());
  for (int i = 0; i < 6; ++i)
    racers.spawn("rotate", rotate_once(provider().grants, family, clock.now(), rotations));
  if (io.stopped()) io.restart();
  io.run();
  EXPECT_EQ(std::ranges::count(rotations, Rotation::next), 1);
  EXPECT_EQ(std::ranges::count(rotations, Rotation::sibling), 5);
}

TEST_F(RefreshTest, is_still_refused_after_a_restart) {
  const std::string stolen = first();
  const std::string current = next(stolen);
  clock.advance(std::chrono::seconds(10));
  restart();
  expect_refused(stolen);
  restart();
  expect_refused(current);
}

TEST_F(RefreshTest, is_bound_to_its_client) {
  const std::string token = first();
  expect_refused(token, {{"client_id", "other"}});
  EXPECT_EQ(refresh(token).status, 200) << "a stranger's attempt costs the owner nothing";
}

TEST_F(RefreshTest, never_widens_the_scope) {
  const std::string token = first();
  EXPECT_EQ(error_of(refresh(token, {{"scope", "openid profile email"}})), "invalid_scope");
  const json::object narrow = refresh(token, {{"scope", "openid"}}).json().as_object();
  EXPECT_EQ(text(narrow, "scope"), "openid");
  const json::object whole = refresh(text(narrow, "refresh_token")).json().as_object();
  EXPECT_EQ(text(whole, "scope"), "openid profile") << "the grant itself was not narrowed";
}

TEST_F(RefreshTest, loses_a_scope_that_the_client_lost) {
  const std::string token = text(fresh_tokens({{"scope", "openid email"}}), "refresh_token");
  put_realm([](Realm& realm) { realm.clients.find("shop")->second.optional_scopes.clear(); });
  const json::object tokens = refresh(token).json().as_object();
  EXPECT_EQ(text(tokens, "scope"), "openid profile");
  EXPECT_FALSE(claims_of(text(tokens, "access_token")).contains("email"));
}

TEST_F(RefreshTest, shows_the_roles_that_the_person_has_now) {
  const std::string token = first();
  people.get("test", std::string(kAlice)).person.realm_roles = {"support"};
  const json::object tokens = refresh(token).json().as_object();
  EXPECT_EQ(json::serialize(claims_of(text(tokens, "access_token")).at("realm_access")),
            R"({"roles":["support"]})");
}

TEST_F(RefreshTest, ends_with_the_person_s_permission_to_log_in) {
  const std::string token = first();
  people.get("test", std::string(kAlice)).person.enabled = false;
  expect_refused(token);
}

TEST_F(RefreshTest, ends_when_the_password_was_changed) {
  const std::string token = first();
  clock.advance(std::chrono::seconds(1));
  people.get("test", std::string(kAlice)).person.not_before = core::unix_seconds(clock.now());
  expect_refused(token);
}

TEST_F(RefreshTest, honours_the_latest_not_before_of_realm_client_and_person) {
  const std::string token = first();
  clock.advance(std::chrono::seconds(1));
  const std::int64_t now = core::unix_seconds(clock.now());
  put_realm([&](Realm& realm) { realm.not_before = now; });
  expect_refused(token);
  put_realm([&](Realm& realm) {
    realm.not_before = 0;
    realm.clients.find("shop")->second.not_before = now;
  });
  expect_refused(token);
  put_realm([](Realm& realm) { realm.clients.find("shop")->second.not_before = 0; });
  EXPECT_EQ(refresh(token).status, 200);
}

TEST_F(RefreshTest, ends_with_the_session) {
  std::string token = first();
  clock.advance(std::chrono::minutes(30));
  expect_refused(token);

  token = first();
  for (int i = 0; i < 20; ++i) {
    clock.advance(std::chrono::minutes(29));
    token = next(token);
  }
  clock.advance(std::chrono::minutes(19));
  const json::object last = refresh(token).json().as_object();
  EXPECT_EQ(last.at("refresh_expires_in").as_int64(), 60) << "ten hours are over in a minute";
  EXPECT_EQ(last.at("expires_in").as_int64(), 60) << "no token outlives the session";
  clock.advance(std::chrono::minutes(1));
  expect_refused(text(last, "refresh_token"));
}

TEST_F(RefreshTest, refuses_what_it_did_not_sign) {
  const json::object tokens = fresh_tokens();
  const std::string token = text(tokens, "refresh_token");
  expect_refused(text(tokens, "access_token"));
  expect_refused(text(tokens, "id_token"));
  expect_refused("not.a.token");
  std::string forged = token;
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  expect_refused(forged);
  expect_refused(token.substr(0, token.rfind('.') + 1));
  EXPECT_EQ(error_of(refresh("")), "invalid_request");
  EXPECT_EQ(refresh(token).status, 200);
}

TEST_F(RefreshTest, waits_for_the_auth_service_without_losing_the_token) {
  const std::string token = first();
  people.break_down();
  EXPECT_EQ(refresh(token).status, 503);
  people.come_back();
  EXPECT_EQ(refresh(token).status, 200);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
