#include "demo/sign_in.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "crypto/digest.hpp"
#include "crypto/jwt.hpp"

namespace gatehouse::demo {

namespace {

std::string s256(std::string_view verifier) {
  return core::to_base64url(crypto::sha256(verifier));
}

// The parameters behind '?' of a redirect.
std::string parameter_of(std::string_view location, std::string_view name) {
  const auto parts = core::cut(location, '?');
  const auto pairs = parts ? core::parse_form(parts->second) : std::nullopt;
  if (!pairs) return {};
  const auto found = std::ranges::find(*pairs, name, [](const auto& pair) { return pair.first; });
  return found == pairs->end() ? std::string() : found->second;
}

}  // namespace

Result<Endpoints> Endpoints::from_document(const http::Reply& reply) {
  Endpoints endpoints;
  endpoints.issuer = text_at(reply, "/issuer").value_or("");
  const auto scheme = endpoints.issuer.find("://");
  if (scheme == std::string::npos) return unexpected("the discovery document names no issuer");
  const std::string origin = endpoints.issuer.substr(0, endpoints.issuer.find('/', scheme + 3));
  for (const auto& [pointer, path] : {std::pair{"/authorization_endpoint", &endpoints.authorization},
                                      {"/token_endpoint", &endpoints.token},
                                      {"/userinfo_endpoint", &endpoints.userinfo},
                                      {"/jwks_uri", &endpoints.keys},
                                      {"/end_session_endpoint", &endpoints.end_session}}) {
    const std::string url = text_at(reply, pointer).value_or("");
    if (!url.starts_with(origin + "/"))
      return unexpected(fmt::format("the discovery document's {} is \"{}\"", pointer + 1, url));
    *path = url.substr(origin.size());
  }
  return endpoints;
}

SignIn::SignIn(UserAgent& agent, Endpoints endpoints)
    : agent_(agent),
      endpoints_(std::move(endpoints)),
      state_(core::random_token(16)),
      nonce_(core::random_token(16)),
      verifier_(core::random_token()) {}

Result<HtmlForm> SignIn::open_page() {
  const core::FormPairs query{{"response_type", "code"},
                              {"client_id", std::string(kClient)},
                              {"redirect_uri", std::string(kRedirectUri)},
                              {"scope", "openid profile email"},
                              {"state", state_},
                              {"nonce", nonce_},
                              {"code_challenge", s256(verifier_.reveal())},
                              {"code_challenge_method", "S256"},
                              {"prompt", "login"}};
  const auto page = agent_.ask(get(endpoints_.authorization + "?" + core::encode_form(query)), 200);
  if (!page) return fail(page);
  auto form = first_form(page->content);
  if (!form) return unexpected("the login page has no form");
  for (const auto* field : {"username", "password"}) {
    if (std::ranges::find(form->inputs, field) == form->inputs.end())
      return unexpected(fmt::format("the login form does not ask for the {}", field));
  }
  return std::move(*form);
}

Result<Secret> SignIn::submit(const HtmlForm& form, std::string_view username, const Secret& password) {
  core::FormPairs fields = form.hidden;
  fields.emplace_back("username", username);
  fields.emplace_back("password", password.reveal());
  const auto answer = agent_.send(post_form(form.action, fields));
  if (!answer) return fail(answer);
  if (answer->status != 303 && answer->status != 302)
    return unexpected(fmt::format("the login was answered with {}", answer->status));
  const std::string_view location = answer->headers.get("Location");
  if (!location.starts_with(kRedirectUri)) return unexpected("the login leads elsewhere than to the client");
  if (parameter_of(location, "state") != state_) return unexpected("the login came back with another state");
  if (parameter_of(location, "iss") != endpoints_.issuer)
    return unexpected("the login came back from another issuer");
  Secret code(parameter_of(location, "code"));
  if (code.empty()) return unexpected("the login brought no code: " + parameter_of(location, "error"));
  return code;
}

Result<void> SignIn::check_id_token(const Tokens& tokens) {
  const auto jwks = agent_.ask(get(endpoints_.keys), 200);
  if (!jwks) return fail(jwks);
  const auto keys = crypto::KeySet::from_jwks(jwks->content);
  if (!keys) return fail(keys);
  const auto claims = crypto::verify_jwt(tokens.id.reveal(), *keys,
                                         {.issuer = endpoints_.issuer,
                                          .audience = std::string(kClient),
                                          .typ = std::nullopt,
                                          .now = core::SystemClock().now()});
  if (!claims) return unexpected(fmt::format("the ID token is not good: {}", claims.error().reason));
  const auto* nonce = claims->if_contains("nonce");
  if (nonce == nullptr || *nonce != json::string(nonce_)) return unexpected("the ID token has another nonce");
  return {};
}

Result<Tokens> SignIn::redeem(const Secret& code) {
  const auto reply =
      agent_.ask(post_form(endpoints_.token, {{"grant_type", "authorization_code"},
                                              {"client_id", std::string(kClient)},
                                              {"redirect_uri", std::string(kRedirectUri)},
                                              {"code", std::string(code.reveal())},
                                              {"code_verifier", std::string(verifier_.reveal())}}),
                 200);
  if (!reply) return fail(reply);
  auto tokens = tokens_in(*reply);
  if (!tokens) return tokens;
  if (auto good = check_id_token(*tokens); !good) return fail(good);
  return tokens;
}

Result<Tokens> tokens_in(const http::Reply& reply) {
  Tokens tokens{.access = Secret(text_at(reply, "/access_token").value_or("")),
                .refresh = Secret(text_at(reply, "/refresh_token").value_or("")),
                .id = Secret(text_at(reply, "/id_token").value_or(""))};
  if (tokens.access.empty() || tokens.refresh.empty() || tokens.id.empty())
    return unexpected("the token endpoint did not answer with three tokens");
  return tokens;
}

Result<Tokens> sign_in(UserAgent& agent, const Endpoints& endpoints, std::string_view username,
                       const Secret& password) {
  SignIn login(agent, endpoints);
  const auto form = login.open_page();
  if (!form) return fail(form);
  const auto code = login.submit(*form, username, password);
  if (!code) return fail(code);
  return login.redeem(*code);
}

Result<Tokens> refresh(UserAgent& agent, const Endpoints& endpoints, const Secret& refresh_token) {
  const auto reply =
      agent.ask(post_form(endpoints.token, {{"grant_type", "refresh_token"},
                                            {"client_id", std::string(kClient)},
                                            {"refresh_token", std::string(refresh_token.reveal())}}),
                200);
  if (!reply) return fail(reply);
  return tokens_in(*reply);
}

Result<Secret> password_of(std::string_view username, const std::filesystem::path& credentials) {
  std::ifstream file(credentials);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    std::string password;
    if (words >> name >> password && name == username) return Secret(std::move(password));
  }
  return fail(ErrorKind::invalid, "no_such_account",
              fmt::format("{} names no account {}", credentials.string(), username));
}

}  // namespace gatehouse::demo
