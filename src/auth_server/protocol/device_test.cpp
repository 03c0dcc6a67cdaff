// A device without a browser is let in from one (RFC 8628).
#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

using std::chrono::seconds;

class DeviceTest : public AuthServerTest {
 protected:
  TestReply start(const FormPairs& changes = {}) {
    return post(fmt::format("{}/auth/device", kBase),
                changed({{"client_id", "tv"}, {"scope", "openid"}}, changes));
  }
  TestReply poll(const json::object& device, const FormPairs& changes = {}) {
    return post(fmt::format("{}/token", kBase),
                changed({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                         {"client_id", "tv"},
                         {"device_code", text(device, "device_code")}},
                        changes));
  }
  TestReply enter(Cookies& cookies, const std::string& user_code) {
    return post(action_of(get("/realms/test/device", &cookies)), {{"user_code", user_code}}, &cookies);
  }
  TestReply log_in_there(Cookies& cookies, const TestReply& page,
                         std::string_view password = "alice-password") {
    return post(action_of(page), {{"username", "alice"}, {"password", std::string(password)}}, &cookies);
  }
  // Up to the question.
  TestReply reach_question(Cookies& cookies, const json::object& device) {
    return log_in_there(cookies, enter(cookies, text(device, "user_code")));
  }
  static bool shows(const TestReply& page, std::string_view words) {
    return page.content.find(words) != std::string::npos;
  }
};

TEST_F(DeviceTest, is_let_in_by_a_person_with_a_browser) {
  const json::object device = start().json().as_object();
  EXPECT_EQ(text(device, "verification_uri"), "https://id.example.com/realms/test/device");
  EXPECT_EQ(text(device, "verification_uri_complete"),
            "https://id.example.com/realms/test/device?user_code=" + text(device, "user_code"));
  EXPECT_EQ(device.at("expires_in").as_int64(), 600);
  EXPECT_EQ(device.at("interval").as_int64(), 5);
  EXPECT_EQ(error_of(poll(device)), "authorization_pending");
  EXPECT_EQ(error_of(poll(device)), "slow_down");

  Cookies cookies;
  const TestReply login = enter(cookies, text(device, "user_code"));
  EXPECT_TRUE(shows(login, "Living room"));
  EXPECT_TRUE(shows(log_in_there(cookies, login, "wrong"), "Invalid username or password."));
  const TestReply question = log_in_there(cookies, login);
  EXPECT_TRUE(shows(question, "Connect Living room?"));
  EXPECT_TRUE(shows(question, text(device, "user_code")));
  EXPECT_TRUE(shows(post(action_of(question), {{"approve", "yes"}}, &cookies), "Device connected"));

  clock.advance(seconds{10});
  const TestReply granted = poll(device);
  ASSERT_EQ(granted.status, 200) << granted.content;
  const json::object tokens = granted.json().as_object();
  EXPECT_EQ(text(claims_of(text(tokens, "access_token")), "azp"), "tv");
  EXPECT_EQ(text(claims_of(text(tokens, "id_token")), "sub"), kAlice);
  EXPECT_EQ(refresh(text(tokens, "refresh_token"), {{"client_id", "tv"}}).status, 200);
  EXPECT_EQ(error_of(poll(device)), "invalid_grant") << "once";
}

TEST_F(DeviceTest, asks_whoever_is_logged_in_and_never_lets_in_by_a_link_alone) {
  Cookies cookies;
  log_in(cookies);
  const json::object device = start().json().as_object();
  const TestReply linked = get("/realms/test/device?user_code=" + text(device, "user_code"), &cookies);
  EXPECT_TRUE(shows(linked, "value=\"" + text(device, "user_code") + "\""));
  EXPECT_EQ(error_of(poll(device)), "authorization_pending");
  const TestReply question = post(action_of(linked), {{"user_code", text(device, "user_code")}}, &cookies);
  EXPECT_TRUE(shows(question, "Connect Living room?"));
  EXPECT_TRUE(shows(post(action_of(question), {{"deny", "yes"}}, &cookies), "Device refused"));
  clock.advance(seconds{5});
  EXPECT_EQ(error_of(poll(device)), "access_denied");
}

TEST_F(DeviceTest, takes_forms_of_its_own_browser_only) {
  const json::object device = start().json().as_object();
  Cookies cookies;
  const TestReply question = reach_question(cookies, device);
  Cookies strangers;
  log_in(strangers, {}, "bob", "bob-password");
  EXPECT_EQ(post(action_of(question), {{"approve", "yes"}}, &strangers).status, 400);
  EXPECT_EQ(post("/realms/test/device/answer?user_code=" + text(device, "user_code"), {{"approve", "yes"}},
                 &cookies)
                .status,
            400);
  EXPECT_EQ(error_of(poll(device)), "authorization_pending");
}

TEST_F(DeviceTest, refuses_codes_that_are_unknown_late_or_anothers) {
  const json::object device = start().json().as_object();
  EXPECT_EQ(error_of(poll(device, {{"client_id", "shop"}})), "unauthorized_client");
  const std::string guess = text(device, "user_code") + ".guess";
  EXPECT_EQ(error_of(poll(device, {{"device_code", guess}})), "invalid_grant");
  EXPECT_EQ(error_of(poll(device, {{"device_code", "nonsense"}})), "invalid_grant");
  EXPECT_EQ(error_of(poll(device, {{"device_code", ""}})), "invalid_request");
  EXPECT_EQ(error_of(start({{"client_id", "shop"}})), "unauthorized_client");
  EXPECT_EQ(error_of(start({{"scope", "openid nonsense"}})), "invalid_scope");
  Cookies cookies;
  EXPECT_TRUE(shows(enter(cookies, "BCDF-GHJK"), "not known"));
  clock.advance(seconds{600});
  EXPECT_TRUE(shows(enter(cookies, text(device, "user_code")), "not known"));
  EXPECT_EQ(error_of(poll(device)), "expired_token");
}

TEST_F(DeviceTest, is_worth_nothing_once_its_person_may_no_longer_log_in) {
  const json::object device = start().json().as_object();
  Cookies cookies;
  const TestReply question = reach_question(cookies, device);
  ASSERT_TRUE(shows(post(action_of(question), {{"approve", "yes"}}, &cookies), "Device connected"));
  people.get("test", std::string(kAlice)).person.enabled = false;
  EXPECT_EQ(error_of(poll(device)), "invalid_grant");
  people.get("test", std::string(kAlice)).person.enabled = true;
  EXPECT_EQ(poll(device).status, 200) << "nothing was spent";
}

TEST_F(DeviceTest, limits_guesses_and_requests_by_address) {
  Cookies cookies;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(shows(enter(cookies, "BCDF-GHJK"), "not known"));
  const json::object device = start().json().as_object();
  EXPECT_EQ(enter(cookies, text(device, "user_code")).status, 429);
  clock.advance(seconds{60});
  EXPECT_TRUE(shows(enter(cookies, text(device, "user_code")), "Living room"));
  int refused = 0;
  for (int i = 0; i < 40; ++i) refused += start().status == 429 ? 1 : 0;
  EXPECT_EQ(refused, 10);
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
