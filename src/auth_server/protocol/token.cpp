#include "auth_server/protocol/token.hpp"

#include <algorithm>

#include "auth_server/tokens/issue.hpp"

namespace gatehouse::auth_server {
namespace {

Awaitable<Result<json::object>> grant(FormCall form) {
  const std::string type = form.form.get("grant_type");
  if (type == kCodeGrant) co_return co_await grant_code(std::move(form));
  if (type == kRefreshGrant) co_return co_await grant_refresh(std::move(form));
  if (type == kClientGrant) co_return co_await grant_client_credentials(std::move(form));
  if (type == kDeviceGrant) co_return co_await grant_device(std::move(form));
  if (type.empty())
    co_return refuse(ErrorKind::invalid, "invalid_request", "Missing form parameter: grant_type");
  co_return refuse(ErrorKind::invalid, "unsupported_grant_type", "Unsupported grant_type");
}

// The one place where answers are counted. Names of grants come from the table, never from a request.
void count(OpenIdProvider& provider, std::string_view grant_type, const Result<json::object>& answer) {
  const auto& counters = provider.metrics.token_answers;
  const auto found = std::ranges::find(counters, grant_type, &GrantCounters::grant_type);
  const GrantCounters& grant = found != counters.end() ? *found : counters.back();
  (answer ? grant.issued : grant.refused).add();
}

}  // namespace

Awaitable<Result<http::Response>> serve_token(OpenIdProvider& provider, service::Call& call) {
  co_return co_await answer_form(provider, call, grant, count);
}

Awaitable<Result<Person>> find_person(const FormCall& form, std::string person_id) {
  Question question = form.at.question();
  auto person =
      co_await form.at.provider.people.find(form.at.realm->name, std::move(person_id), std::move(question));
  if (!person && person.error().kind == ErrorKind::not_found)
    co_return refuse(ErrorKind::invalid, "invalid_grant", "User not found");
  co_return person;
}

Awaitable<Result<json::object>> sign_login_tokens(const RealmCall& at, const Client& client,
                                                  const Person& person, const RefreshFamily& family,
                                                  const Session& session, Names scopes) {
  const Login login{.session_id = session.id,
                    .family_id = family.id,
                    .generation = family.generation,
                    .nonce = family.nonce,
                    .scopes = std::move(scopes),
                    .authenticated_at = family.authenticated_at,
                    .session_ends_at = session.created_at + at.realm->lifetimes.session_max};
  const core::SystemTime refresh_expires_at = expires_at(session, at.realm->lifetimes);
  auto sign = [&] {
    const TokenContext context{*at.realm, client, at.now};
    return issue_login_tokens(*at.keys, context, person, login, refresh_expires_at);
  };
  co_return co_await at.provider.pool.run(std::move(sign));
}

}  // namespace gatehouse::auth_server
