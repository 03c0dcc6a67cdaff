// Which scopes a request gets: what the client always gets, and what it asked for and may have. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth_server/clients/client.hpp"
#include "core/result.hpp"

namespace gatehouse::auth_server {

// Scopes that this server gives a meaning.
[[nodiscard]] const std::vector<std::string_view>& known_scopes();

// A space-separated scope as a set. `invalid`/"invalid_scope" for a malformed one or for more than 64 names.
[[nodiscard]] Result<Names> parse_scope(std::string_view text);
// The form in which a scope stands in a token: openid first, the others by name; without those that only
// steer what is in a token ("roles").
[[nodiscard]] std::string to_text(const Names& scopes);
[[nodiscard]] std::string stored_text(const Names& scopes);  // all of them

// `invalid`/"invalid_scope" if anything is asked for that the client may not have.
[[nodiscard]] Result<Names> grant_scopes(const Client&, const Names& requested);
// At refresh: never more than was granted, never what the client has lost since; `requested` may narrow it.
[[nodiscard]] Result<Names> narrow_scopes(const Client&, const Names& granted, const Names& requested);

}  // namespace gatehouse::auth_server
