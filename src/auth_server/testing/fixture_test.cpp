// See fixture.hpp.
#include "auth_server/testing/fixture.hpp"

#include <unistd.h>

#include "auth_server/adapters/sqlite_device_store.hpp"
#include "auth_server/adapters/sqlite_grant_store.hpp"
#include "auth_server/adapters/sqlite_key_store.hpp"
#include "auth_server/adapters/sqlite_schema.hpp"
#include "auth_server/adapters/sqlite_session_store.hpp"
#include "auth_server/clients/realm_import.hpp"
#include "auth_server/protocol/routes.hpp"
#include "crypto/jwt.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::auth_server::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRealmFile = R"json({
  "realm": "test", "displayName": "Test",
  "clients": [
    {"clientId": "shop", "name": "The <Shop>", "publicClient": true,
     "redirectUris": ["https://app.example.com/callback", "http://127.0.0.1/callback"],
     "webOrigins": ["+"], "defaultClientScopes": ["profile", "roles"], "optionalClientScopes": ["email"],
     "attributes": {"post.logout.redirect.uris": "https://app.example.com/bye"}},
    {"clientId": "other", "publicClient": true, "redirectUris": ["https://other.example.com/callback"],
     "webOrigins": ["https://other.example.com"]},
    {"clientId": "console", "secret": "${file:console}", "serviceAccountsEnabled": true,
     "redirectUris": ["https://app.example.com/callback"],
     "attributes": {"id.token.signed.response.alg": "ES256", "access.token.signed.response.alg": "RS256"}},
    {"clientId": "tv", "name": "Living room", "publicClient": true, "standardFlowEnabled": false,
     "attributes": {"oauth2.device.authorization.grant.enabled": "true"}},
    {"clientId": "robot", "secret": "${file:robot}", "standardFlowEnabled": false, "serviceAccountsEnabled": true},
    {"clientId": "api", "secret": "${file:console}", "standardFlowEnabled": false},
    {"clientId": "closed", "enabled": false, "publicClient": true, "redirectUris": ["https://app.example.com/callback"]}
  ],
  "users": [{"username": "service-account-robot", "serviceAccountClientId": "robot", "realmRoles": ["payment"],
             "clientRoles": {"api": ["reader"]}}]
})json";

Person person(std::string_view id, std::string username, Names roles) {
  Person person;
  person.id = id;
  person.email = Pii(username + "@example.com");
  person.username = std::move(username);
  person.first_name = Pii("First");
  person.last_name = Pii("Last");
  person.realm_roles = std::move(roles);
  return person;
}

std::unique_ptr<Realms> import_test_realms() {
  const auto secret = [](std::string_view name) -> Result<Secret> {
    return Secret(std::string(name == "robot" ? kRobotSecret : kConsoleSecret));
  };
  const ImportContext context{"https://id.example.com", "api", {}, secret};
  auto realms = std::make_unique<Realms>();
  auto imported = import_realms(kRealmFile, context).value();
  Realm second = imported.front();
  second.name = "second";
  second.issuer = "https://id.example.com/realms/second";
  realms->put(std::move(imported.front()));
  realms->put(std::move(second));
  return realms;
}

}  // namespace

FormPairs changed(FormPairs pairs, const FormPairs& changes) {
  for (const auto& change : changes) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == change.first; });
    if (!change.second.empty()) pairs.push_back(change);
  }
  return pairs;
}

struct AuthServerTest::Running {
  Running(const fs::path& directory, Realms& realms, People& people, const core::Clock& clock,
          std::shared_ptr<const crypto::KeyRing> ring)
      : pool("test"),
        database(storage::sqlite::Database::open((directory / "store.db").string()).value(), pool),
        keys(key_store, pool, crypto::Envelope(std::move(ring)), KeyPolicy{}),
        provider_metrics(metrics),
        provider{realms, keys, sessions, grants, devices, people, pool, clock, provider_metrics},
        router(route_policy(), leave_to_endpoint(), metrics) {
    add_routes(router, provider);
    router.seal();
  }

  Metrics metrics;
  BlockingPool pool;
  storage::sqlite::AsyncDatabase database;
  SqliteKeyStore key_store{database};
  SqliteSessionStore sessions{database};
  SqliteGrantStore grants{database};
  SqliteDeviceStore devices{database};
  Keys keys;
  ProviderMetrics provider_metrics;
  OpenIdProvider provider;
  service::Router router;
};

namespace {

// Making RSA keys is slow, so all tests begin with copies of one store that has them.
struct Template {
  Template(fs::path store_, std::shared_ptr<const crypto::KeyRing> ring_)
      : store(std::move(store_)), ring(std::move(ring_)) {}
  Template(const Template&) = delete;
  ~Template() { fs::remove(store); }

  fs::path store;
  std::shared_ptr<const crypto::KeyRing> ring;
};

const Template& store_template() {
  static const Template made(
      fs::temp_directory_path() / fmt::format("gatehouse-auth-server-{}.db", ::getpid()),
      std::make_shared<const crypto::KeyRing>(
          crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value()));
  static const bool is_filled = [] {
    fs::remove(made.store);
    BlockingPool pool("template");
    storage::sqlite::AsyncDatabase database(open_auth_server_database(made.store).value(), pool);
    SqliteKeyStore store(database);
    Keys keys(store, pool, crypto::Envelope(made.ring), KeyPolicy{});
    boost::asio::io_context io;
    const core::ManualClock clock;
    runtime::run_to_end(io, keys.refresh("test", clock.now())).value();
    runtime::run_to_end(io, keys.refresh("second", clock.now())).value();
    return true;
  }();
  static_cast<void>(is_filled);
  return made;
}

}  // namespace

AuthServerTest::AuthServerTest() {
  static int count = 0;
  const Template& from = store_template();
  directory_ = fs::temp_directory_path() / fmt::format("gatehouse-auth-server-{}-{}", ::getpid(), ++count);
  fs::create_directories(directory_);
  fs::copy_file(from.store, directory_ / "store.db", fs::copy_options::overwrite_existing);
  realms_ = import_test_realms();
  people.add("test", person(kAlice, "alice", {"customer"}), "alice-password");
  people.add("test", person(kBob, "bob", {"customer", "payment"}), "bob-password");
  restart();
}

AuthServerTest::~AuthServerTest() {
  running_.reset();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void AuthServerTest::restart() {
  running_.reset();
  running_ = std::make_unique<Running>(directory_, *realms_, people, clock, store_template().ring);
  refresh_keys();
}

OpenIdProvider& AuthServerTest::provider() {
  return running_->provider;
}

void AuthServerTest::refresh_keys() {
  for (const char* name : {"test", "second"}) {
    runtime::run_to_end(io, running_->keys.refresh(name, clock.now())).value();
  }
}

void AuthServerTest::put_realm(const std::function<void(Realm&)>& change) {
  Realm copy = realm();
  change(copy);
  realms_->put(std::move(copy));
}

Realm AuthServerTest::realm(std::string_view name) const {
  return *realms_->find(name);
}

TestReply AuthServerTest::send(TestRequest request) {
  return service::testing::send(io, running_->router, std::move(request));
}

namespace {

std::string cookie_header(const Cookies& cookies) {
  std::string header;
  for (const auto& [name, value] : cookies) header += (header.empty() ? "" : "; ") + name + "=" + value;
  return header;
}

void take_cookies(Cookies& cookies, const TestReply& reply) {
  for (const http::HeaderField field : reply.headers) {
    if (!core::iequals(field.name, "Set-Cookie")) continue;
    const auto pair = core::cut(field.value.substr(0, field.value.find(';')), '=').value();
    if (field.value.find("Max-Age=0") != std::string_view::npos) {
      cookies.erase(std::string(pair.first));
    } else {
      cookies[std::string(pair.first)] = std::string(pair.second);
    }
  }
}

}  // namespace

TestReply AuthServerTest::get(const std::string& target, Cookies* cookies) {
  TestRequest request{.target = target};
  if (cookies != nullptr && !cookies->empty())
    request.headers.emplace_back("Cookie", cookie_header(*cookies));
  TestReply reply = send(std::move(request));
  if (cookies != nullptr) take_cookies(*cookies, reply);
  return reply;
}

TestReply AuthServerTest::post(const std::string& target, const FormPairs& form, Cookies* cookies,
                               std::vector<std::pair<std::string, std::string>> headers) {
  TestRequest request{.method = "POST",
                      .target = target,
                      .content = core::encode_form(form),
                      .content_type = "application/x-www-form-urlencoded",
                      .headers = std::move(headers)};
  if (cookies != nullptr && !cookies->empty())
    request.headers.emplace_back("Cookie", cookie_header(*cookies));
  TestReply reply = send(std::move(request));
  if (cookies != nullptr) take_cookies(*cookies, reply);
  return reply;
}

std::string AuthServerTest::authorize_target(const FormPairs& changes) {
  const FormPairs pairs{{"client_id", "shop"},
                        {"redirect_uri", std::string(kCallback)},
                        {"response_type", "code"},
                        {"scope", "openid"},
                        {"state", "state-1"},
                        {"nonce", "nonce-1"},
                        {"code_challenge", std::string(kChallenge)},
                        {"code_challenge_method", "S256"}};
  return fmt::format("{}/auth?{}", kBase, core::encode_form(changed(pairs, changes)));
}

std::string AuthServerTest::action_of(const TestReply& page) {
  const std::size_t begin = page.content.find("action=\"");
  if (begin == std::string::npos) return {};
  const std::size_t end = page.content.find('"', begin + 8);
  std::string action = page.content.substr(begin + 8, end - begin - 8);
  for (std::size_t at = action.find("&amp;"); at != std::string::npos; at = action.find("&amp;", at + 1)) {
    action.replace(at, 5, "&");
  }
  return action;
}

std::map<std::string, std::string> AuthServerTest::answer_of(const TestReply& reply) {
  const std::string location(reply.headers.get("Location"));
  EXPECT_TRUE(reply.status == 302 || reply.status == 303) << reply.status << " " << reply.content;
  const std::size_t at = location.find_first_of("?#");
  std::map<std::string, std::string> answer;
  if (at == std::string::npos) return answer;
  const FormPairs pairs = core::parse_form(location.substr(at + 1)).value();
  for (const auto& [name, value] : pairs) answer[name] = value;
  return answer;
}

TestReply AuthServerTest::log_in(Cookies& cookies, const FormPairs& changes, std::string_view username,
                                 std::string_view password) {
  const TestReply page = get(authorize_target(changes), &cookies);
  EXPECT_EQ(page.status, 200) << page.content << page.headers.get("Location");
  const FormPairs form{
      {"username", std::string(username)}, {"password", std::string(password)}, {"login", "Sign In"}};
  return post(action_of(page), form, &cookies);
}

std::string AuthServerTest::fresh_code(const FormPairs& changes) {
  Cookies cookies;
  return answer_of(log_in(cookies, changes))["code"];
}

TestReply AuthServerTest::redeem(const std::string& code, const FormPairs& changes) {
  const FormPairs form{{"grant_type", "authorization_code"},
                       {"client_id", "shop"},
                       {"code", code},
                       {"redirect_uri", std::string(kCallback)},
                       {"code_verifier", std::string(kVerifier)}};
  return post(fmt::format("{}/token", kBase), changed(form, changes));
}

json::object AuthServerTest::fresh_tokens(const FormPairs& changes) {
  const TestReply reply = redeem(fresh_code(changes));
  EXPECT_EQ(reply.status, 200) << reply.content;
  return reply.json().as_object();
}

TestReply AuthServerTest::refresh(const std::string& refresh_token, const FormPairs& changes) {
  const FormPairs form{
      {"grant_type", "refresh_token"}, {"client_id", "shop"}, {"refresh_token", refresh_token}};
  return post(fmt::format("{}/token", kBase), changed(form, changes));
}

TestReply AuthServerTest::userinfo(const std::string& access_token) {
  return send({.target = fmt::format("{}/userinfo", kBase), .bearer = access_token});
}

TestReply AuthServerTest::introspect(const std::string& token, std::string_view client) {
  const std::string secret(client == "robot" ? kRobotSecret : kConsoleSecret);
  return post(fmt::format("{}/token/introspect", kBase),
              {{"token", token}, {"client_id", std::string(client)}, {"client_secret", secret}});
}

std::string AuthServerTest::text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(std::string_view(value->get_string()))
                                                : std::string();
}

std::string AuthServerTest::error_of(const TestReply& reply) {
  const auto object = core::parse_json_object(reply.content);
  return object ? text(*object, "error") : "no JSON: " + reply.content;
}

json::object AuthServerTest::claims_of(std::string_view token) {
  return crypto::parse_jwt(token).value().payload;
}
json::object AuthServerTest::header_of(std::string_view token) {
  return crypto::parse_jwt(token).value().header;
}

}  // namespace gatehouse::auth_server::testing
