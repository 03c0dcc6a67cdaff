#include "auth_server/protocol/introspection.hpp"

#include "auth_server/protocol/access_check.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

// Section 2.2: whatever the reason, the answer is the same, so that nothing can be learned from it.
json::object inactive() {
  return {{"active", false}};
}

bool names(const json::value& audience, std::string_view client_id) {
  if (const json::string* one = audience.if_string()) return std::string_view(*one) == client_id;
  const json::array* list = audience.if_array();
  return list != nullptr && std::ranges::any_of(*list, [&](const json::value& each) {
           return each.is_string() && std::string_view(each.get_string()) == client_id;
         });
}

// Section 4: a client learns only of tokens that were made for it or given to it.
bool concerns(const json::object& claims, const Client& client) {
  const json::value* audience = claims.if_contains("aud");
  return text_claim(claims, "azp") == client.client_id ||
         (audience != nullptr && names(*audience, client.client_id));
}

Awaitable<Result<json::object>> introspect_refresh_token(const FormCall& form, RefreshToken token) {
  if (token.client_id != form.client->client_id) co_return inactive();
  const RealmCall& at = form.at;
  auto family = co_await at.provider.grants.find_family(at.realm->name, token.family_id, at.deadline());
  if (!family) co_return fail(family);
  auto session = co_await at.provider.sessions.find(at.realm->name, token.session_id, at.deadline());
  if (!session) co_return fail(session);
  const bool is_current = *family && !(*family)->revoked_at && (*family)->generation == token.generation;
  if (!is_current || !*session || !is_live(**session, at.realm->lifetimes, at.now)) co_return inactive();
  Question question = at.question();
  auto person = co_await at.provider.people.find(at.realm->name, token.person_id, std::move(question));
  if (!person && person.error().kind != ErrorKind::not_found) co_return fail(person);
  if (!person || !check_standing(*at.realm, *form.client, *person, (*family)->authenticated_at))
    co_return inactive();
  co_return json::object{{"active", true},          {"exp", token.expires_at}, {"iat", token.issued_at},
                         {"sub", token.person_id},  {"azp", token.client_id},  {"client_id", token.client_id},
                         {"iss", at.realm->issuer}, {"typ", "Refresh"},        {"sid", token.session_id},
                         {"scope", token.scope}};
}

Awaitable<Result<json::object>> introspect(FormCall form) {
  if (form.client->kind != ClientKind::confidential) {
    co_return refuse(ErrorKind::forbidden, "invalid_request", "Client not allowed.");
  }
  const std::string token = form.form.get("token");
  if (token.empty()) co_return refuse(ErrorKind::invalid, "invalid_request", "Token not provided.");
  if (auto refresh = read_refresh_token(token, *form.at.keys, *form.at.realm, form.at.now)) {
    co_return co_await introspect_refresh_token(form, *std::move(refresh));
  }
  auto checked = co_await check_access_token(form.at, token);
  if (!checked && checked.error().kind == ErrorKind::unauthenticated) co_return inactive();
  if (!checked) co_return fail(checked);
  if (!concerns(checked->claims, *form.client)) co_return inactive();
  json::object answer = std::move(checked->claims);
  answer["client_id"] = text_claim(answer, "azp");
  answer["username"] = text_claim(answer, "preferred_username");
  answer["token_type"] = "Bearer";
  answer["active"] = true;
  co_return answer;
}

}  // namespace

Awaitable<Result<http::Response>> serve_introspection(OpenIdProvider& provider, service::Call& call) {
  co_return co_await answer_form(provider, call, introspect);
}

}  // namespace gatehouse::auth_server
