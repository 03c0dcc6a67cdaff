// Reads and judges an authorization request (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1, RFC
// 7636, RFC 9700). Pure.
//
// Three outcomes, and the difference is what keeps the server from being an open redirector: until client and
// redirect_uri are known to belong together nothing is ever sent to that URI, the person sees a page instead.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "auth_server/clients/realm.hpp"
#include "auth_server/protocol/parameters.hpp"
#include "auth_server/sessions/session.hpp"

namespace gatehouse::auth_server {

enum class ResponseMode { query, fragment };
// create: the page to sign up comes first (OpenID Connect Prompt Create 1.0); it wins over login.
enum class Prompt { any, none, login, create };

// Where an answer goes. Only made of a URI that the client registered.
struct ReturnAddress {
  std::string redirect_uri;
  ResponseMode mode = ResponseMode::query;
  std::string state;
};

struct AuthorizeRequest {
  const Client* client = nullptr;  // of the realm that was given
  ReturnAddress back;
  Names scopes;  // granted
  std::string nonce;
  std::string code_challenge;
  std::string login_hint;
  std::string id_token_hint;
  Prompt prompt = Prompt::any;
  std::optional<std::chrono::seconds> max_age;
};

// Tells the person, sends nobody anywhere.
struct PageError {
  std::string message;
};

// Goes back to the client.
struct RedirectError {
  ReturnAddress back;
  std::string error;
  std::string description;
};

using AuthorizeOutcome = std::variant<AuthorizeRequest, RedirectError, PageError>;

[[nodiscard]] AuthorizeOutcome read_authorize_request(const Parameters&, const Realm&);

// Whether the session that the browser has answers the request.
enum class LoginDecision { answer, login, refuse };
[[nodiscard]] LoginDecision decide_login(const AuthorizeRequest&, const std::optional<Session>& live_session,
                                         core::SystemTime now);

// The Location of an answer. `answer` is in the order in which Keycloak's clients expect it: the code last.
[[nodiscard]] std::string location_of(const ReturnAddress&, const core::FormPairs& answer);
[[nodiscard]] core::FormPairs success_answer(const ReturnAddress&, std::string_view issuer,
                                             std::string_view session_id, std::string_view code);
[[nodiscard]] core::FormPairs error_answer(const RedirectError&, std::string_view issuer);

}  // namespace gatehouse::auth_server
