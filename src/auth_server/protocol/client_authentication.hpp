// Who a client is at the token, introspection and revocation endpoints (RFC 6749 section 2.3). Pure.
//
// A confidential client shows its secret in the Authorization header or in the form; both at once are taken
// only if they say the same (Keycloak's own admin client does that at refresh). A public client names itself;
// one that shows a secret is refused, because somebody believes that it protects something.
#pragma once

#include <string>
#include <string_view>

#include "auth_server/clients/realm.hpp"
#include "auth_server/protocol/parameters.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::auth_server {

struct PresentedClient {
  std::string client_id;
  Secret secret;  // empty: none shown
};

// `invalid`/"invalid_request" for contradictions, `unauthenticated`/"invalid_client" for an unreadable
// header.
[[nodiscard]] Result<PresentedClient> read_client(std::string_view authorization, const Parameters& form);

// `unauthenticated`/"invalid_client" with one text for unknown, disabled and wrong alike. The client belongs
// to `realm`.
[[nodiscard]] Result<const Client*> authenticate_client(const Realm&, const PresentedClient&);

}  // namespace gatehouse::auth_server
