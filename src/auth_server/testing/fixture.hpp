// For tests: a whole auth server in process, with a clock that stands still, people that are a list, and a
// browser that keeps cookies as RFC 6265 asks. Only certificates and sockets are left out.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "auth_server/people/fake_people.hpp"
#include "auth_server/protocol/provider.hpp"
#include "core/text.hpp"
#include "service/testing.hpp"

namespace gatehouse::auth_server::testing {

using core::FormPairs;
using service::testing::TestReply;
using service::testing::TestRequest;

inline constexpr std::string_view kIssuer = "https://id.example.com/realms/test";
inline constexpr std::string_view kBase = "/realms/test/protocol/openid-connect";
inline constexpr std::string_view kCallback = "https://app.example.com/callback";
inline constexpr std::string_view kOrigin = "https://app.example.com";
inline constexpr std::string_view kAlice = "11111111-1111-4111-8111-111111111111";
inline constexpr std::string_view kBob = "22222222-2222-4222-8222-222222222222";
// RFC 7636 appendix B.
inline constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr std::string_view kChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
inline constexpr std::string_view kConsoleSecret = "console-secret-0123456789abcdef0123456789abcdef";
inline constexpr std::string_view kRobotSecret = "robot-secret-0123456789abcdef0123456789abcdef";

using Cookies = std::map<std::string, std::string>;

class AuthServerTest : public ::testing::Test {
 protected:
  AuthServerTest();
  ~AuthServerTest() override;

  // Stops the auth server and starts it again on the same store: what memory knew is lost.
  void restart();
  void put_realm(const std::function<void(Realm&)>& change);  // the realm, changed, from the next request on
  Realm realm(std::string_view name = "test") const;

  TestReply send(TestRequest request);
  TestReply get(const std::string& target, Cookies* cookies = nullptr);
  TestReply post(const std::string& target, const FormPairs& form, Cookies* cookies = nullptr,
                 std::vector<std::pair<std::string, std::string>> headers = {});

  // An authorization request of the public client "shop", with changes: an empty value leaves a parameter
  // out.
  static std::string authorize_target(const FormPairs& changes = {});
  // The address of the login form in a page: its first action.
  static std::string action_of(const TestReply& page);
  // What a redirect carries; fails the test if the reply is none.
  static std::map<std::string, std::string> answer_of(const TestReply& reply);

  // Logs in at the login page; the reply is the redirect back to the client.
  TestReply log_in(Cookies& cookies, const FormPairs& changes = {}, std::string_view username = "alice",
                   std::string_view password = "alice-password");
  // As above, from scratch: the code.
  std::string fresh_code(const FormPairs& changes = {});
  TestReply redeem(const std::string& code, const FormPairs& changes = {});
  json::object fresh_tokens(const FormPairs& changes = {});
  TestReply refresh(const std::string& refresh_token, const FormPairs& changes = {});
  TestReply userinfo(const std::string& access_token);
  TestReply introspect(const std::string& token, std::string_view client = "api");

  static std::string text(const json::object& object, std::string_view name);
  static std::string error_of(const TestReply& reply);
  // What a token says, unverified.
  static json::object claims_of(std::string_view token);
  static json::object header_of(std::string_view token);

  boost::asio::io_context io;
  core::ManualClock clock;
  FakePeople people;

  OpenIdProvider& provider();
  void refresh_keys();

 private:
  struct Running;
  std::filesystem::path directory_;
  std::unique_ptr<Realms> realms_;
  std::unique_ptr<Running> running_;
};

// Replaces, adds or (with an empty value) leaves out.
[[nodiscard]] FormPairs changed(FormPairs pairs, const FormPairs& changes);

}  // namespace gatehouse::auth_server::testing
