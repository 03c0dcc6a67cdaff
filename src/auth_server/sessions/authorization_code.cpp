#include "auth_server/sessions/authorization_code.hpp"

#include "auth_server/sessions/pkce.hpp"

namespace gatehouse::auth_server {

CodeVerdict decide_redemption(const AuthorizationCode& code, const Redemption& redemption,
                              core::SystemTime now) {
  if (code.client_id != redemption.client_id) return CodeVerdict::another_client;
  if (code.spent_at) return CodeVerdict::reused;
  if (now >= code.expires_at) return CodeVerdict::expired;
  if (code.redirect_uri != redemption.redirect_uri) return CodeVerdict::redirect_mismatch;
  if (!proves(redemption.code_verifier, code.code_challenge)) return CodeVerdict::wrong_verifier;
  return CodeVerdict::redeem;
}

bool spends(CodeVerdict verdict) {
  return verdict == CodeVerdict::redeem || verdict == CodeVerdict::redirect_mismatch ||
         verdict == CodeVerdict::wrong_verifier || verdict == CodeVerdict::session_over;
}

}  // namespace gatehouse::auth_server
