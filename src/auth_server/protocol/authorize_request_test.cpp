// Authorization requests, good and bad: who is told, and what.
#include "auth_server/protocol/authorize_request.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

using std::chrono::seconds;
const core::SystemTime kNow{seconds{1'800'000'000}};
constexpr std::string_view kUri = "https://app.example.com/callback";

Realm test_realm() {
  Realm realm;
  realm.name = "test";
  realm.issuer = "https://id.example.com/realms/test";
  Client shop;
  shop.client_id = "shop";
  shop.kind = ClientKind::open;
  shop.grants.authorization_code = true;
  shop.redirect_uris.push_back(*RedirectPattern::parse(kUri, PathTail::refused));
  shop.default_scopes = {"profile", "roles"};
  shop.optional_scopes = {"email"};
  realm.clients.emplace("shop", shop);
  Client closed = shop;
  closed.client_id = "closed";
  closed.enabled = false;
  realm.clients.emplace("closed", closed);
  Client machine = shop;
  machine.client_id = "machine";
  machine.grants.authorization_code = false;
  realm.clients.emplace("machine", machine);
  return realm;
}

core::FormPairs good_pairs() {
  return {{"client_id", "shop"},
          {"redirect_uri", std::string(kUri)},
          {"response_type", "code"},
          {"scope", "openid email"},
          {"state", "s 1"},
          {"nonce", "n1"},
          {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
          {"code_challenge_method", "S256"}};
}

core::FormPairs with(std::string name, std::string value) {
  core::FormPairs pairs = good_pairs();
  std::erase_if(pairs, [&](const auto& pair) { return pair.first == name; });
  pairs.emplace_back(std::move(name), std::move(value));
  return pairs;
}

AuthorizeOutcome read(const core::FormPairs& pairs, const Realm& realm) {
  const auto parameters = Parameters::parse(core::encode_form(pairs));
  return parameters ? read_authorize_request(*parameters, realm) : AuthorizeOutcome(PageError{"unreadable"});
}

TEST(AuthorizeRequest, is_read_when_all_is_well) {
  const Realm realm = test_realm();
  const AuthorizeOutcome outcome = read(good_pairs(), realm);
  const auto* request = std::get_if<AuthorizeRequest>(&outcome);
  ASSERT_NE(request, nullptr);
  EXPECT_EQ(request->client->client_id, "shop");
  EXPECT_EQ(request->back.state, "s 1");
  EXPECT_EQ(request->scopes, (Names{"email", "openid", "profile", "roles"}));
  EXPECT_EQ(request->back.mode, ResponseMode::query);
}

TEST(AuthorizeRequest, ignores_parameters_that_it_does_not_know) {
  const Realm realm = test_realm();
  EXPECT_TRUE(std::holds_alternative<AuthorizeRequest>(read(with("claims", std::string(4000, '[')), realm)));
  EXPECT_TRUE(std::holds_alternative<AuthorizeRequest>(read(with("ui_locales", "tlh"), realm)));
}

struct Told {
  std::string_view why;
  std::string name;
  std::string value;
};

TEST(AuthorizeRequest, tells_only_the_person_while_client_and_redirect_uri_are_not_sure) {
  const Realm realm = test_realm();
  for (const Told& c :
       std::vector<Told>{{"no client", "client_id", ""},
                         {"an unknown client", "client_id", "nobody"},
                         {"a disabled client", "client_id", "closed"},
                         {"no redirect_uri", "redirect_uri", ""},
                         {"an unregistered redirect_uri", "redirect_uri", "https://evil.test/"},
                         {"a query added to it", "redirect_uri", std::string(kUri) + "?a=b"},
                         {"a script as redirect_uri", "redirect_uri", "javascript:alert(1)"},
                         {"a line end in it", "redirect_uri", std::string(kUri) + "\r\n"}}) {
    EXPECT_TRUE(std::holds_alternative<PageError>(read(with(c.name, c.value), realm))) << c.why;
  }
  for (const char* name : {"client_id", "redirect_uri"}) {
    core::FormPairs twice = good_pairs();
    twice.emplace_back(name, "https://evil.test/");
    EXPECT_TRUE(std::holds_alternative<PageError>(read(twice, realm))) << "repeated " << name;
  }
}

struct Refused {
  std::string_view why;
  std::string name;
  std::string value;
  std::string_view error;
};

TEST(AuthorizeRequest, tells_the_client_what_else_is_wrong) {
  const Realm realm = test_realm();
  const std::vector<Refused> cases = {
      {"response_type missing", "response_type", "", "invalid_request"},
      {"response_type token", "response_type", "token", "unauthorized_client"},
      {"response_type code id_token", "response_type", "code id_token", "unauthorized_client"},
      {"response_type id_token token", "response_type", "id_token token", "unauthorized_client"},
      {"response_type none", "response_type", "none", "unsupported_response_type"},
      {"response_type unheard of", "response_type", "magic", "unsupported_response_type"},
      {"response_mode form_post", "response_mode", "form_post", "invalid_request"},
      {"response_mode web_message", "response_mode", "web_message", "invalid_request"},
      {"code_challenge missing", "code_challenge", "", "invalid_request"},
      {"code_challenge too short", "code_challenge", "abc", "invalid_request"},
      {"code_challenge_method missing", "code_challenge_method", "", "invalid_request"},
      {"code_challenge_method plain", "code_challenge_method", "plain", "invalid_request"},
      {"prompt none and login", "prompt", "none login", "invalid_request"},
      {"prompt none and create", "prompt", "none create", "invalid_request"},
      {"max_age below zero", "max_age", "-1", "invalid_request"},
      {"max_age no number", "max_age", "1x", "invalid_request"},
      {"a request object", "request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"},
      {"a request_uri", "request_uri", "https://internal.test/", "request_uri_not_supported"},
      {"a scope it may not have", "scope", "openid admin", "invalid_scope"},
      {"a scope with a quote", "scope", "openid \"", "invalid_scope"},
      {"the standard flow is off", "client_id", "machine", "unauthorized_client"},
  };
  for (const Refused& c : cases) {
    const AuthorizeOutcome outcome = read(with(c.name, c.value), realm);
    const auto* error = std::get_if<RedirectError>(&outcome);
    ASSERT_NE(error, nullptr) << c.why;
    EXPECT_EQ(error->error, c.error) << c.why;
    EXPECT_EQ(error->back.state, "s 1") << c.why;
  }
}

TEST(AuthorizeRequest, refuses_a_flood_of_scopes_and_giant_parameters) {
  const Realm realm = test_realm();
  std::string flood = "openid";
  for (int i = 0; i < 500; ++i) flood += fmt::format(" s{}", i);
  EXPECT_TRUE(std::holds_alternative<RedirectError>(read(with("scope", flood), realm)));
  EXPECT_TRUE(std::holds_alternative<PageError>(read(with("state", std::string(5000, 'x')), realm)));
}

TEST(AuthorizeRequest, refuses_query_mode_for_the_implicit_and_hybrid_flow) {
  const Realm realm = test_realm();
  core::FormPairs pairs = with("response_type", "code id_token");
  pairs.emplace_back("response_mode", "query");
  const AuthorizeOutcome outcome = read(pairs, realm);
  const auto* error = std::get_if<RedirectError>(&outcome);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->description, "Response_mode 'query' not allowed for implicit or hybrid flow");
}

TEST(AuthorizeRequest, keeps_a_repeated_state_out_of_the_answer) {
  const Realm realm = test_realm();
  core::FormPairs pairs = good_pairs();
  pairs.emplace_back("state", "s2");
  const AuthorizeOutcome outcome = read(pairs, realm);
  const auto* error = std::get_if<RedirectError>(&outcome);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(error->error, "invalid_request");
  EXPECT_TRUE(error->back.state.empty());
}

TEST(LoginRule, follows_its_table) {
  struct Case {
    std::string_view why;
    std::optional<seconds> login_age;
    Prompt prompt;
    std::optional<seconds> max_age;
    LoginDecision expected;
  };
  const Case cases[] = {
      {"nobody is logged in", {}, Prompt::any, {}, LoginDecision::login},
      {"somebody is", seconds{100}, Prompt::any, {}, LoginDecision::answer},
      {"nobody, and no page may be shown", {}, Prompt::none, {}, LoginDecision::refuse},
      {"somebody, and no page may be shown", seconds{100}, Prompt::none, {}, LoginDecision::answer},
      {"a new login is asked for", seconds{1}, Prompt::login, {}, LoginDecision::login},
      {"the login is too old", seconds{2}, Prompt::any, seconds{1}, LoginDecision::login},
      {"the login is just young enough", seconds{1}, Prompt::any, seconds{1}, LoginDecision::answer},
      {"too old, and no page may be shown", seconds{2}, Prompt::none, seconds{1}, LoginDecision::refuse},
      {"max_age 0 asks for a new login", seconds{1}, Prompt::any, seconds{0}, LoginDecision::login},
  };
  for (const Case& c : cases) {
    AuthorizeRequest request;
    request.prompt = c.prompt;
    request.max_age = c.max_age;
    std::optional<Session> session;
    if (c.login_age) session.emplace().authenticated_at = kNow - *c.login_age;
    EXPECT_EQ(decide_login(request, session, kNow), c.expected) << c.why;
  }
}

TEST(AuthorizeAnswer, has_the_code_last_and_names_the_issuer) {
  const ReturnAddress back{"https://app.example.com/cb", ResponseMode::query, "a b&c"};
  EXPECT_EQ(location_of(back, success_answer(back, "https://id/realms/t", "sid", "C")),
            "https://app.example.com/"
            "cb?state=a%20b%26c&session_state=sid&iss=https%3A%2F%2Fid%2Frealms%2Ft&code=C");
  const ReturnAddress fragment{"https://app.example.com/cb?x=1", ResponseMode::fragment, ""};
  EXPECT_EQ(location_of(fragment, success_answer(fragment, "i", "sid", "C")),
            "https://app.example.com/cb?x=1#session_state=sid&iss=i&code=C");
  const ReturnAddress query{"https://app.example.com/cb?x=1", ResponseMode::query, "s"};
  EXPECT_EQ(location_of(query, error_answer({query, "login_required", ""}, "i")),
            "https://app.example.com/cb?x=1&error=login_required&state=s&iss=i");
}

}  // namespace
}  // namespace gatehouse::auth_server
