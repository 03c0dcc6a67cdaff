// Login with OpenID Connect as an application of a person does it: authorization code with PKCE, through the
// real login page. The person's browser and the application are one program here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/secret.hpp"
#include "demo/html_form.hpp"
#include "demo/user_agent.hpp"

namespace gatehouse::demo {

// Where things are, as the discovery document says it (paths: all lie behind the gateway).
struct Endpoints {
  std::string issuer;
  std::string authorization;
  std::string token;
  std::string userinfo;
  std::string keys;
  std::string end_session;

  // `bad_upstream`/"unexpected_answer" if one is missing or lies elsewhere than the issuer.
  static Result<Endpoints> from_document(const http::Reply& reply);
};

struct Tokens {
  Secret access;
  Secret refresh;
  Secret id;
};

class SignIn {
 public:
  // Nobody listens on the redirect URI: the answer is read from the redirect itself.
  SignIn(UserAgent& agent, Endpoints endpoints);

  [[nodiscard]] Result<HtmlForm> open_page();
  // The authorization code.
  [[nodiscard]] Result<Secret> submit(const HtmlForm& form, std::string_view username,
                                      const Secret& password);
  // Verifies the ID token against the published keys, with issuer, audience and nonce.
  [[nodiscard]] Result<Tokens> redeem(const Secret& code);

 private:
  [[nodiscard]] Result<void> check_id_token(const Tokens& tokens);

  UserAgent& agent_;
  Endpoints endpoints_;
  std::string state_;
  std::string nonce_;
  Secret verifier_;
};

inline constexpr std::string_view kClient = "storefront";
inline constexpr std::string_view kRedirectUri = "http://127.0.0.1:49152/callback";
inline constexpr std::string_view kDiscoveryPath = "/realms/gatehouse/.well-known/openid-configuration";

// All of it at once.
[[nodiscard]] Result<Tokens> sign_in(UserAgent& agent, const Endpoints& endpoints, std::string_view username,
                                     const Secret& password);
[[nodiscard]] Result<Tokens> refresh(UserAgent& agent, const Endpoints& endpoints,
                                     const Secret& refresh_token);
[[nodiscard]] Result<Tokens> tokens_in(const http::Reply& reply);

// A password of data/credentials.txt: `invalid`/"no_such_account".
[[nodiscard]] Result<Secret> password_of(std::string_view username, const std::filesystem::path& credentials);

}  // namespace gatehouse::demo
