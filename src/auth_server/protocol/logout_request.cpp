#include "auth_server/protocol/logout_request.hpp"

namespace gatehouse::auth_server {

std::variant<LogoutRequest, PageError> read_logout_request(const Parameters& parameters,
                                                           std::optional<IdTokenHint> hint,
                                                           const Realm& realm) {
  if (parameters.has_repeated()) return PageError{"Duplicated parameter"};
  LogoutRequest request;
  std::string client_id = parameters.get("client_id");
  if (!client_id.empty() && hint && hint->client_id != client_id)
    return PageError{"Invalid parameter: client_id"};
  if (!client_id.empty() && realm.find_client(client_id) == nullptr) return PageError{"Client not found."};
  if (client_id.empty() && hint) client_id = hint->client_id;
  request.client = realm.find_client(client_id);
  request.hint = std::move(hint);
  request.state = parameters.get("state");
  request.redirect_uri = parameters.get("post_logout_redirect_uri");
  if (request.redirect_uri.empty()) return request;
  if (request.client == nullptr) return PageError{"Missing parameters: id_token_hint"};
  if (!matches_any(request.client->post_logout_redirect_uris, request.redirect_uri)) {
    return PageError{"Invalid redirect uri"};
  }
  return request;
}

LogoutDecision decide_logout(const LogoutRequest& request, const std::optional<Session>& live_session) {
  if (!live_session) return LogoutDecision::nobody;
  const bool is_expected = request.hint && request.hint->person_id == live_session->person_id;
  return is_expected ? LogoutDecision::end : LogoutDecision::ask;
}

std::string logout_location(const LogoutRequest& request) {
  if (request.redirect_uri.empty()) return {};
  core::FormPairs answer;
  if (!request.state.empty()) answer.emplace_back("state", request.state);
  const ReturnAddress back{request.redirect_uri, ResponseMode::query, {}};
  return location_of(back, answer);
}

}  // namespace gatehouse::auth_server
