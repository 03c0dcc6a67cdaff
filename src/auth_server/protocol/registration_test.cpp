// Signing up, from the browser's side: who is shown the page, what it says, and where it leads.
#include <algorithm>

#include "auth_server/testing/fixture.hpp"

namespace gatehouse::auth_server::testing {
namespace {

constexpr std::string_view kSession = "__Host-gatehouse_session";

class RegistrationTest : public AuthServerTest {
 protected:
  RegistrationTest() {
    put_realm([](Realm& realm) {
      realm.registration_allowed = true;
      realm.default_roles = {"customer"};
    });
  }

  static std::string registrations_target(const FormPairs& changes = {}) {
    const std::string target = authorize_target(changes);
    return fmt::format("{}/registrations{}", kBase, target.substr(target.find('?')));
  }
  static FormPairs carla(const FormPairs& changes = {}) {
    return changed({{"username", "carla"},
                    {"email", "carla@example.com"},
                    {"firstName", "Carla"},
                    {"lastName", "Cole"},
                    {"password", "a fine long password"},
                    {"password-confirm", "a fine long password"},
                    {"register", "Register"}},
                   changes);
  }
  TestReply sign_up(Cookies& cookies, const FormPairs& changes = {}, const std::string& address = {}) {
    const TestReply page = get(registrations_target(), &cookies);
    EXPECT_EQ(page.status, 200) << page.content << page.headers.get("Location");
    return post(action_of(page), carla(changes), &cookies, {{"X-Real-IP", address}});
  }
  // Where the link of that text leads; empty if there is none.
  static std::string link_of(const TestReply& page, std::string_view text) {
    const std::size_t end = page.content.find(fmt::format("\">{}</a>", text));
    if (end == std::string::npos) return {};
    const std::size_t begin = page.content.rfind("href=\"", end) + 6;
    std::string link = page.content.substr(begin, end - begin);
    for (std::size_t at = link.find("&amp;"); at != std::string::npos; at = link.find("&amp;", at + 1))
      link.replace(at, 5, "&");
    return link;
  }
  double counted(std::string_view outcome) {
    const ProviderMetrics& metrics = provider().metrics;
    return (outcome == "created" ? metrics.registrations : metrics.refused_registrations).value();
  }
  static bool has(const TestReply& reply, std::string_view text) {
    return reply.content.find(text) != std::string::npos;
  }
};

TEST_F(RegistrationTest, leads_from_the_page_to_a_code_that_can_be_redeemed) {
  Cookies cookies;
  const TestReply back = sign_up(cookies);

  ASSERT_EQ(back.status, 303) << back.content;
  auto answer = answer_of(back);
  EXPECT_EQ(answer["state"], "state-1");
  EXPECT_TRUE(cookies.contains(std::string(kSession)));
  EXPECT_FALSE(cookies.contains("__Host-gatehouse_flow")) << "the flow is over";
  const TestReply tokens = redeem(answer["code"]);
  ASSERT_EQ(tokens.status, 200) << tokens.content;
  const json::object claims = claims_of(text(tokens.json().as_object(), "access_token"));
  EXPECT_EQ(text(claims, "preferred_username"), "carla");
  EXPECT_EQ(claims.at("realm_access").at("roles"), json::array{"customer"});
  EXPECT_EQ(counted("created"), 1);
  EXPECT_EQ(counted("refused"), 0);
}

TEST_F(RegistrationTest, opens_a_session_and_an_account_to_log_in_to_later) {
  Cookies cookies;
  ASSERT_EQ(sign_up(cookies).status, 303);
  EXPECT_EQ(get(authorize_target(), &cookies).status, 302) << "single sign-on";
  Cookies elsewhere;
  EXPECT_EQ(log_in(elsewhere, {}, "carla", "a fine long password").status, 303);
}

TEST_F(RegistrationTest, ends_the_session_of_whoever_was_here_before) {
  Cookies cookies;
  static_cast<void>(log_in(cookies));
  Cookies old{{std::string(kSession), cookies[std::string(kSession)]}};
  EXPECT_EQ(get(authorize_target({{"prompt", "create"}}), &cookies).status, 200) << "the page, no code";
  ASSERT_EQ(sign_up(cookies).status, 303);
  EXPECT_EQ(get(authorize_target(), &old).status, 200);
}

TEST_F(RegistrationTest, is_offered_only_where_the_realm_allows_it) {
  Cookies cookies;
  const std::string action = action_of(get(registrations_target(), &cookies));
  put_realm([](Realm& realm) { realm.registration_allowed = false; });

  for (const TestReply& reply : {get(registrations_target()), get(authorize_target({{"prompt", "create"}})),
                                 post(action, carla(), &cookies)}) {
    EXPECT_EQ(reply.status, 400);
    EXPECT_TRUE(has(reply, "Registration not allowed"));
    EXPECT_EQ(reply.headers.get("Location"), "");
  }
  EXPECT_EQ(link_of(get(authorize_target()), "Create an account"), "");
  const TestReply discovery = get("/realms/test/.well-known/openid-configuration");
  EXPECT_EQ(discovery.json().at("prompt_values_supported"), (json::array{"none", "login"}));
  EXPECT_EQ(people.created, 0);
}

TEST_F(RegistrationTest, is_announced_in_the_metadata) {
  const TestReply discovery = get("/realms/test/.well-known/openid-configuration");
  EXPECT_EQ(discovery.json().at("prompt_values_supported"), (json::array{"none", "login", "create"}));
}

TEST_F(RegistrationTest, is_linked_with_the_login_page_both_ways_with_the_same_request) {
  const TestReply login = get(authorize_target({{"state", "a&b\"c"}}));
  const TestReply page = get(link_of(login, "Create an account"));
  ASSERT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "<h1>Create an account</h1>"));
  Cookies cookies;
  const TestReply again = get(link_of(page, "Sign in"), &cookies);
  ASSERT_EQ(again.status, 200);
  const TestReply back =
      post(action_of(again), {{"username", "alice"}, {"password", "alice-password"}}, &cookies);
  EXPECT_EQ(answer_of(back)["state"], "a&b\"c");

  const TestReply created = get(authorize_target({{"prompt", "create"}}));
  EXPECT_TRUE(has(get(link_of(created, "Sign in")), "<h1>Sign in</h1>")) << "not the same page again";
}

TEST_F(RegistrationTest, shows_a_page_as_guarded_as_the_login_page) {
  const TestReply page = get(registrations_target());
  const std::string policy(page.headers.get("Content-Security-Policy"));
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("form-action 'self' https://app.example.com"), std::string::npos);
  EXPECT_EQ(page.headers.get("Cache-Control"), "no-store");
  EXPECT_FALSE(has(page, "<script"));
  for (const char* name : {"username", "email", "firstName", "lastName", "password", "password-confirm"}) {
    EXPECT_TRUE(has(page, fmt::format("<label for=\"{}\">", name))) << name;
    EXPECT_TRUE(has(page, fmt::format("name=\"{}\"", name))) << name;
  }
}

TEST_F(RegistrationTest, fills_in_the_hint_as_what_it_is) {
  EXPECT_TRUE(
      has(get(registrations_target({{"login_hint", "dora@example.com"}})),
          R"(name="email" type="email" autocomplete="email" maxlength="254" value="dora@example.com")"));
  EXPECT_TRUE(
      has(get(registrations_target({{"login_hint", "<dora>"}})), R"(maxlength="128" value="&lt;dora&gt;")"));
}

TEST_F(RegistrationTest, says_what_is_wrong_and_keeps_what_was_typed_but_no_password) {
  struct Case {
    FormPairs change;
    std::string_view field;
    std::string_view told;
    bool is_asked;  // the auth service
  };
  const Case cases[] = {
      {{{"username", ""}}, "username", "Please enter your username.", false},
      {{{"username", "  "}}, "username", "Please enter your username.", false},
      {{{"email", ""}}, "email", "Please enter your e-mail address.", false},
      {{{"firstName", ""}}, "firstName", "Please enter your first name.", false},
      {{{"lastName", ""}}, "lastName", "Please enter your last name.", false},
      {{{"password", ""}, {"password-confirm", ""}}, "password", "Please enter a password.", false},
      {{{"password-confirm", "a fine long passwort"}},
       "password-confirm",
       "The two passwords differ.",
       false},
      {{{"firstName", std::string(255, 'x')}}, "firstName", "This is too long.", false},
      {{{"username", "car la"}}, "username", "A username has letters or digits.", true},
      {{{"email", "carla"}}, "email", "Please enter an e-mail address such as name@example.com.", true},
      {{{"lastName", std::string(201, 'x')}}, "lastName", "A name has at most 200 bytes.", true},
      {{{"password", "short"}, {"password-confirm", "short"}},
       "password",
       "A password has at least 12 characters.",
       true},
      {{{"username", "alice"}}, "username", "This username is already taken.", true},
      {{{"email", "alice@example.com"}},
       "email",
       "There is an account with this e-mail address already.",
       true},
  };
  int asked = 0;
  for (const Case& c : cases) {
    clock.advance(std::chrono::minutes(1));
    Cookies cookies;
    const TestReply reply = sign_up(cookies, c.change);
    asked += c.is_asked ? 1 : 0;
    EXPECT_EQ(reply.status, 200) << c.told;
    EXPECT_TRUE(has(reply, fmt::format("id=\"{}-error\">{}</p>", c.field, c.told)))
        << c.told << reply.content;
    EXPECT_TRUE(
        has(reply, fmt::format("autofocus aria-invalid=\"true\" aria-describedby=\"{}-error\"", c.field)));
    EXPECT_TRUE(has(reply, "role=\"alert\""));
    EXPECT_TRUE(has(reply, c.field == "lastName" ? "value=\"Carla\"" : "value=\"Cole\"")) << c.told;
    EXPECT_FALSE(has(reply, "value=\"a fine")) << c.told;
    EXPECT_FALSE(has(reply, "value=\"short")) << c.told;
    EXPECT_FALSE(cookies.contains(std::string(kSession)));
    EXPECT_EQ(people.created, asked) << c.told;
    EXPECT_EQ(post(action_of(reply), carla({{"username", "x"}, {"password-confirm", "y"}}), &cookies).status,
              200)
        << "the form can be sent again";
  }
  EXPECT_EQ(counted("created"), 0);
  EXPECT_EQ(counted("refused"), 2 * static_cast<double>(std::size(cases)));
}

TEST_F(RegistrationTest, lets_in_on_the_form_that_was_corrected) {
  Cookies cookies;
  const TestReply taken = sign_up(cookies, {{"username", "alice"}});
  EXPECT_EQ(post(action_of(taken), carla(), &cookies).status, 303);
}

TEST_F(RegistrationTest, escapes_what_was_typed) {
  Cookies cookies;
  const TestReply reply = sign_up(cookies, {{"firstName", "\"><script>x"}, {"password-confirm", "other"}});
  EXPECT_TRUE(has(reply, "value=\"&quot;&gt;&lt;script&gt;x\""));
  EXPECT_FALSE(has(reply, "<script"));
}

TEST_F(RegistrationTest, takes_any_character_in_a_password_and_trims_nothing_of_it) {
  const std::string odd = " \x01 pass\nword \xc3\xa4 ";
  Cookies cookies;
  EXPECT_EQ(sign_up(cookies, {{"username", " carla "}, {"password", odd}, {"password-confirm", odd}}).status,
            303);
  Cookies elsewhere;
  EXPECT_EQ(log_in(elsewhere, {}, "carla", odd).status, 303);
}

TEST_F(RegistrationTest, asks_nobody_when_the_form_is_not_this_browsers) {
  Cookies cookies;
  const std::string action = action_of(get(registrations_target(), &cookies));
  Cookies none;
  Cookies foreign;
  static_cast<void>(get(registrations_target(), &foreign));
  std::string other_request = action;
  other_request.replace(other_request.find("state-1"), 7, "state-2");
  std::string of_login = action_of(get(authorize_target(), &cookies));
  of_login.replace(of_login.find("authenticate"), 12, "registration");
  std::string other_realm = action;
  other_realm.replace(other_realm.find("/realms/test/"), 13, "/realms/second/");

  EXPECT_EQ(post(action, carla(), &none).status, 400) << "no cookie";
  EXPECT_EQ(post(action, carla(), &foreign).status, 400) << "another browser's cookie";
  EXPECT_EQ(post(action.substr(0, action.find("&flow=")), carla(), &cookies).status, 400) << "no token";
  EXPECT_EQ(post(other_request, carla(), &cookies).status, 400) << "another request";
  EXPECT_EQ(post(of_login, carla(), &cookies).status, 400) << "another form";
  EXPECT_EQ(post(other_realm, carla(), &cookies).status, 400) << "another realm";
  EXPECT_FALSE(has(post(action, carla(), &none), "Cole")) << "a stranger fills in nothing";
  EXPECT_EQ(people.created, 0);
}

TEST_F(RegistrationTest, starts_over_when_the_person_took_too_long) {
  Cookies cookies;
  const std::string action = action_of(get(registrations_target(), &cookies));
  clock.advance(std::chrono::minutes(30));
  const TestReply late = post(action, carla(), &cookies);
  EXPECT_EQ(late.status, 200);
  EXPECT_TRUE(has(late, "too long"));
  EXPECT_EQ(people.created, 0);
  EXPECT_EQ(post(action_of(late), carla(), &cookies).status, 303);
}

TEST_F(RegistrationTest, is_no_way_to_ask_for_many_names) {
  Cookies cookies;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(sign_up(cookies, {{"username", "alice"}}, "192.0.2.7").status, 200);
  const TestReply limited = sign_up(cookies, {{"username", "bob"}}, "192.0.2.7");
  EXPECT_EQ(limited.status, 429);
  EXPECT_TRUE(has(limited, "Please wait a minute"));
  EXPECT_TRUE(has(limited, "value=\"bob\"")) << "what was typed is kept";
  EXPECT_FALSE(has(limited, "already taken"));
  EXPECT_EQ(people.created, 10);
  EXPECT_EQ(sign_up(cookies, {{"lastName", ""}}, "192.0.2.7").status, 200) << "nobody has to be asked";
  EXPECT_EQ(sign_up(cookies, {{"username", "bob"}}, "192.0.2.8").status, 200) << "from elsewhere";
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(post(action_of(limited), carla(), &cookies, {{"X-Real-IP", "192.0.2.7"}}).status, 303);
}

TEST_F(RegistrationTest, says_so_while_the_auth_service_is_away) {
  people.break_down();
  Cookies cookies;
  const TestReply reply = sign_up(cookies);
  EXPECT_EQ(reply.status, 503);
  EXPECT_FALSE(has(reply, "no_instance")) << "the reason is for the log";
  EXPECT_EQ(counted("refused"), 0);
  people.come_back();
  EXPECT_EQ(sign_up(cookies).status, 303);
}

TEST_F(RegistrationTest, refuses_requests_that_no_new_person_can_answer) {
  EXPECT_EQ(answer_of(get(registrations_target({{"prompt", "none"}})))["error"], "interaction_required");
  EXPECT_EQ(answer_of(get(authorize_target({{"prompt", "create none"}})))["error"], "invalid_request");
  EXPECT_EQ(answer_of(get(registrations_target({{"id_token_hint", "x"}})))["error"], "invalid_request");
  EXPECT_EQ(answer_of(get(registrations_target({{"code_challenge", ""}})))["error"], "invalid_request");
  for (const FormPairs& changes :
       {FormPairs{{"redirect_uri", "https://evil.test/"}}, FormPairs{{"client_id", ""}}}) {
    const TestReply reply = get(registrations_target(changes));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.headers.get("Location"), "");
  }
}

TEST_F(RegistrationTest, reads_the_request_from_a_form_too) {
  const std::string target = registrations_target();
  const FormPairs pairs = core::parse_form(target.substr(target.find('?') + 1)).value();
  Cookies cookies;
  const TestReply page = post(target.substr(0, target.find('?')), pairs, &cookies);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(post(action_of(page), carla(), &cookies).status, 303);
}

TEST_F(RegistrationTest, is_for_the_gateway_alone) {
  for (const char* role : {"", "orders", "payments", "auth", "demo"}) {
    EXPECT_EQ(send({.target = registrations_target(), .caller = role}).status, 403) << role;
  }
}

}  // namespace
}  // namespace gatehouse::auth_server::testing
