// A web page that the operator visits can send requests to the loopback address too: by a form to another
// origin, or under a name of its own that it lets resolve to 127.0.0.1. Neither may reach the Admin API,
// which has no login. Programs (curl, decK) send no Origin and call it by address or by a name that we know:
// they notice nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/headers.hpp"

namespace gatehouse::gateway::admin {

// True if Host is an address or one of `names`, and so is the host of Origin, where there is one.
[[nodiscard]] bool is_from_trusted_place(const http::Headers& headers, const std::vector<std::string>& names);

}  // namespace gatehouse::gateway::admin
