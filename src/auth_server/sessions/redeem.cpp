#include "auth_server/sessions/redeem.hpp"

#include "core/ids.hpp"

namespace gatehouse::auth_server {
namespace {

RefreshFamily family_from(const AuthorizationCode& code, core::SystemTime now) {
  RefreshFamily family;
  family.id = core::uuid_v7(now);
  family.realm = code.realm;
  family.client_id = code.client_id;
  family.session_id = code.session_id;
  family.person_id = code.person_id;
  family.scope = code.scope;
  family.nonce = code.nonce;
  family.authenticated_at = code.authenticated_at;
  family.created_at = now;
  family.rotated_at = now;
  return family;
}

}  // namespace

RedeemOutcome redeem(const AuthorizationCode& code, const std::optional<Session>& session,
                     const Redemption& redemption, const Lifetimes& lifetimes, core::SystemTime now) {
  RedeemOutcome outcome;
  outcome.verdict = decide_redemption(code, redemption, now);
  if (outcome.verdict != CodeVerdict::redeem) return outcome;
  if (!session || !is_live(*session, lifetimes, now)) {
    outcome.verdict = CodeVerdict::session_over;
    return outcome;
  }
  outcome.family = family_from(code, now);
  outcome.session = seen(*session, now);
  return outcome;
}

}  // namespace gatehouse::auth_server
