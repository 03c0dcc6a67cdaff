#include "auth_server/protocol/access_check.hpp"

#include <algorithm>

#include "auth_server/tokens/claims.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {
namespace {

std::unexpected<Error> not_good() {
  return refuse(ErrorKind::unauthenticated, "invalid_token", "Token verification failed");
}

Result<void> check_issue_time(const RealmCall& at, const Client& client, const json::object& claims) {
  const std::int64_t not_before = std::max(at.realm->not_before, client.not_before);
  if (number_claim(claims, "iat") < not_before) return not_good();
  return {};
}

Awaitable<Result<Person>> check_person(const RealmCall& at, const Client& client, const json::object& claims,
                                       const std::optional<Session>& session) {
  if (!session || !is_live(*session, at.realm->lifetimes, at.now)) co_return not_good();
  Question question = at.question();
  auto person =
      co_await at.provider.people.find(at.realm->name, text_claim(claims, "sub"), std::move(question));
  if (!person && person.error().kind == ErrorKind::not_found) co_return not_good();
  if (!person) co_return person;
  const core::SystemTime authenticated_at = core::from_unix_seconds(number_claim(claims, "auth_time"));
  if (!check_standing(*at.realm, client, *person, authenticated_at)) co_return not_good();
  co_return person;
}

}  // namespace

Awaitable<Result<CheckedToken>> check_access_token(const RealmCall& at, std::string token) {
  auto claims = read_access_token(token, *at.keys, *at.realm, at.now);
  if (!claims) co_return not_good();
  CheckedToken checked{*std::move(claims), nullptr, std::nullopt};
  checked.client = at.realm->find_client(text_claim(checked.claims, "azp"));
  if (checked.client == nullptr) co_return not_good();
  if (!check_issue_time(at, *checked.client, checked.claims)) co_return not_good();

  const std::string jti = text_claim(checked.claims, "jti");
  const std::string session_id = text_claim(checked.claims, "sid");
  auto standing = co_await at.provider.grants.standing(at.realm->name, jti, family_of_jti(jti), session_id,
                                                       at.deadline());
  if (!standing) co_return fail(standing);
  if (standing->is_revoked) co_return not_good();
  if (session_id.empty()) co_return checked;  // a client's own

  auto person = co_await check_person(at, *checked.client, checked.claims, standing->session);
  if (!person) co_return fail(person);
  checked.person = *std::move(person);
  co_return checked;
}

}  // namespace gatehouse::auth_server
