#include "auth_server/protocol/authorize_request.hpp"

#include <algorithm>

#include "auth_server/clients/scopes.hpp"
#include "auth_server/sessions/pkce.hpp"

namespace gatehouse::auth_server {
namespace {

// The texts are Keycloak's where it has one: clients and their tests compare them.
constexpr std::string_view kImplicitDisabled =
    "Client is not allowed to initiate browser login with given response_type. Implicit flow is disabled for "
    "the "
    "client.";
constexpr std::string_view kStandardDisabled =
    "Client is not allowed to initiate browser login with given response_type. Standard flow is disabled for "
    "the "
    "client.";

struct Complaint {
  std::string error;
  std::string description;
};
using Judgement = std::optional<Complaint>;  // nothing: fine

Complaint invalid(std::string description) {
  return {"invalid_request", std::move(description)};
}

// An answer that carries a token belongs into the fragment, where no server sees it (RFC 6749 section 4.2).
bool asks_for_token(std::string_view response_type) {
  return std::ranges::any_of(core::split(response_type, ' '),
                             [](std::string_view part) { return part == "token" || part == "id_token"; });
}

bool is_known_response_type(std::string_view response_type) {
  return std::ranges::all_of(core::split(response_type, ' '), [](std::string_view part) {
    return part == "code" || part == "token" || part == "id_token" || part == "none";
  });
}

std::variant<const Client*, PageError> find_client(const Parameters& parameters, const Realm& realm) {
  if (parameters.is_repeated("client_id")) return PageError{"Invalid parameter: client_id"};
  if (!parameters.has("client_id")) return PageError{"Missing parameter: client_id"};
  const Client* client = realm.find_client(parameters.get("client_id"));
  if (client == nullptr) return PageError{"Client not found."};
  if (client->kind == ClientKind::bearer_only)
    return PageError{"Bearer-only applications are not allowed to log in."};
  return client;
}

std::optional<PageError> check_redirect_uri(const Parameters& parameters, const Client& client) {
  if (parameters.is_repeated("redirect_uri")) return PageError{"Invalid parameter: redirect_uri"};
  if (!parameters.has("redirect_uri")) return PageError{"Missing parameter: redirect_uri"};
  if (!matches_any(client.redirect_uris, parameters.get("redirect_uri"))) {
    return PageError{"Invalid parameter: redirect_uri"};
  }
  return std::nullopt;
}

ReturnAddress return_address(const Parameters& parameters) {
  ReturnAddress back;
  back.redirect_uri = parameters.get("redirect_uri");
  const std::string mode = parameters.get("response_mode");
  const bool is_fragment =
      mode == "fragment" || (mode.empty() && asks_for_token(parameters.get("response_type")));
  back.mode = is_fragment ? ResponseMode::fragment : ResponseMode::query;
  if (!parameters.is_repeated("state")) back.state = parameters.get("state");
  return back;
}

Judgement judge_response(const Parameters& parameters, const Client& client) {
  if (!parameters.has("response_type")) return invalid("Missing parameter: response_type");
  const std::string type = parameters.get("response_type");
  if (!is_known_response_type(type)) return Complaint{"unsupported_response_type", "Unknown response_type"};
  const std::string mode = parameters.get("response_mode");
  if (mode == "query" && asks_for_token(type)) {
    return invalid("Response_mode 'query' not allowed for implicit or hybrid flow");
  }
  if (!mode.empty() && mode != "query" && mode != "fragment")
    return invalid("Invalid parameter: response_mode");
  if (asks_for_token(type)) return Complaint{"unauthorized_client", std::string(kImplicitDisabled)};
  if (type != "code")
    return Complaint{"unsupported_response_type", "Only the response_type code is supported"};
  if (!client.grants.authorization_code)
    return Complaint{"unauthorized_client", std::string(kStandardDisabled)};
  return std::nullopt;
}

// Request objects are not taken: an unsigned one changes the request behind its back, and a URI of one would
// make this server fetch what a stranger names.
Judgement judge_request_object(const Parameters& parameters) {
  if (parameters.has("request"))
    return Complaint{"request_not_supported", "Request objects are not supported"};
  if (parameters.has("request_uri")) {
    return Complaint{"request_uri_not_supported", "Request objects are not supported"};
  }
  if (parameters.has("registration")) {
    return Complaint{"registration_not_supported", "Registration by request is not supported"};
  }
  return std::nullopt;
}

Judgement judge_pkce(const Parameters& parameters, AuthorizeRequest& request) {
  if (!parameters.has("code_challenge")) return invalid("Missing parameter: code_challenge");
  if (!parameters.has("code_challenge_method")) return invalid("Missing parameter: code_challenge_method");
  if (parameters.get("code_challenge_method") != "S256") {
    return invalid("Invalid parameter: code_challenge_method must be S256");
  }
  request.code_challenge = parameters.get("code_challenge");
  if (!is_code_challenge(request.code_challenge)) return invalid("Invalid parameter: code_challenge");
  return std::nullopt;
}

Judgement judge_prompt(const Parameters& parameters, AuthorizeRequest& request) {
  const std::string text = parameters.get("prompt");
  const auto prompts = core::split(text, ' ');
  const auto has = [&](std::string_view prompt) {
    return std::ranges::find(prompts, prompt) != prompts.end();
  };
  const bool is_none = has("none");
  if (is_none && prompts.size() > 1) return invalid("Invalid parameter: prompt");
  const bool is_login = has("login") || has("select_account");
  if (is_none) request.prompt = Prompt::none;
  if (is_login) request.prompt = Prompt::login;
  if (has("create")) request.prompt = Prompt::create;
  if (!parameters.has("max_age")) return std::nullopt;
  const auto max_age = core::parse_int<std::int64_t>(parameters.get("max_age"));
  if (!max_age || *max_age < 0 || *max_age > 1'000'000'000) return invalid("Invalid parameter: max_age");
  request.max_age = std::chrono::seconds(*max_age);
  return std::nullopt;
}

Judgement judge_scope(const Parameters& parameters, AuthorizeRequest& request) {
  const auto requested = parse_scope(parameters.get("scope"));
  if (!requested) return Complaint{"invalid_scope", "Invalid scopes"};
  auto granted = grant_scopes(*request.client, *requested);
  if (!granted)
    return Complaint{"invalid_scope", "Invalid scopes: " + parameters.get("scope").substr(0, 200)};
  request.scopes = *std::move(granted);
  return std::nullopt;
}

Judgement judge(const Parameters& parameters, AuthorizeRequest& request) {
  if (parameters.has_repeated()) return invalid("duplicated parameter");
  if (auto complaint = judge_response(parameters, *request.client)) return complaint;
  if (auto complaint = judge_request_object(parameters)) return complaint;
  if (auto complaint = judge_pkce(parameters, request)) return complaint;
  if (auto complaint = judge_prompt(parameters, request)) return complaint;
  return judge_scope(parameters, request);
}

}  // namespace

AuthorizeOutcome read_authorize_request(const Parameters& parameters, const Realm& realm) {
  const auto found = find_client(parameters, realm);
  if (const PageError* error = std::get_if<PageError>(&found)) return *error;
  AuthorizeRequest request;
  request.client = std::get<const Client*>(found);
  if (auto error = check_redirect_uri(parameters, *request.client)) return *std::move(error);
  request.back = return_address(parameters);
  if (auto complaint = judge(parameters, request)) {
    return RedirectError{request.back, std::move(complaint->error), std::move(complaint->description)};
  }
  request.nonce = parameters.get("nonce");
  request.login_hint = parameters.get("login_hint");
  request.id_token_hint = parameters.get("id_token_hint");
  return request;
}

LoginDecision decide_login(const AuthorizeRequest& request, const std::optional<Session>& live_session,
                           core::SystemTime now) {
  const bool is_fresh_enough =
      live_session && (!request.max_age || now - live_session->authenticated_at <= *request.max_age);
  if (is_fresh_enough && request.prompt != Prompt::login) return LoginDecision::answer;
  return request.prompt == Prompt::none ? LoginDecision::refuse : LoginDecision::login;
}

std::string location_of(const ReturnAddress& back, const core::FormPairs& answer) {
  std::string location = back.redirect_uri;
  char separator = '#';
  if (back.mode == ResponseMode::query) separator = location.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : answer) {
    location += separator;
    location += name + "=" + core::percent_encode(value);
    separator = '&';
  }
  return location;
}

core::FormPairs success_answer(const ReturnAddress& back, std::string_view issuer,
                               std::string_view session_id, std::string_view code) {
  core::FormPairs answer;
  if (!back.state.empty()) answer.emplace_back("state", back.state);
  answer.emplace_back("session_state", session_id);
  answer.emplace_back("iss", issuer);
  answer.emplace_back("code", code);
  return answer;
}

core::FormPairs error_answer(const RedirectError& error, std::string_view issuer) {
  core::FormPairs answer{{"error", error.error}};
  if (!error.description.empty()) answer.emplace_back("error_description", error.description);
  if (!error.back.state.empty()) answer.emplace_back("state", error.back.state);
  answer.emplace_back("iss", issuer);
  return answer;
}

}  // namespace gatehouse::auth_server
