// Whether an access token that comes back here still holds: signature and times, then what was revoked since,
// the session, the client, the person. The userinfo and introspection endpoints ask the same question.
#pragma once

#include <optional>
#include <string>

#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

struct CheckedToken {
  json::object claims;
  const Client* client = nullptr;  // `azp`, of the realm
  std::optional<Person> person;    // nothing for a client's own token
};

// `unauthenticated`/"invalid_token" if it does not hold; other kinds if that cannot be told.
[[nodiscard]] Awaitable<Result<CheckedToken>> check_access_token(const RealmCall&, std::string token);

}  // namespace gatehouse::auth_server
