// Reads and judges a logout request (OpenID Connect RP-Initiated Logout 1.0 section 2). Pure.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "auth_server/clients/realm.hpp"
#include "auth_server/protocol/authorize_request.hpp"
#include "auth_server/tokens/read.hpp"

namespace gatehouse::auth_server {

struct LogoutRequest {
  const Client* client = nullptr;  // null: nobody said who sends the person
  std::optional<IdTokenHint> hint;
  std::string redirect_uri;  // registered by the client; empty: a page of ours
  std::string state;
};

// `hint`: what the id_token_hint says, if there is one and it is ours.
[[nodiscard]] std::variant<LogoutRequest, PageError> read_logout_request(const Parameters&,
                                                                         std::optional<IdTokenHint> hint,
                                                                         const Realm&);

// The session of the browser's cookie decides who is logged out. A hint that names the same person makes it
// happen without asking; any page on the web could send a person here without one, so then the person is
// asked.
enum class LogoutDecision { end, ask, nobody };
[[nodiscard]] LogoutDecision decide_logout(const LogoutRequest&, const std::optional<Session>& live_session);

// Where the person goes afterwards; empty: a page of ours.
[[nodiscard]] std::string logout_location(const LogoutRequest&);

}  // namespace gatehouse::auth_server
