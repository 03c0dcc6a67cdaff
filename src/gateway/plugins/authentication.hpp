// What every plugin that finds out who asks does with the answer: remember it for the plugins behind, tell
// the upstream, or let the anonymous consumer in.
#pragma once

#include <string>
#include <string_view>

#include "gateway/exchange.hpp"

namespace gatehouse::gateway::plugins {

// Sets the identity, and X-Consumer-ID, X-Consumer-Custom-ID, X-Consumer-Username, X-Credential-Identifier
// and X-Anonymous-Consumer as it says; what the client sent under these names is removed.
void authenticate(Exchange& exchange, Identity identity);

// With several authentication plugins that name an anonymous consumer, the first that succeeds is enough.
[[nodiscard]] bool is_satisfied_already(const Exchange& exchange, const std::string& anonymous);

// Refuses with `refusal`, or lets the anonymous consumer in if there is to be one. A 500 if that one does not
// exist.
[[nodiscard]] Step refuse_or_anonymous(Exchange& exchange, const std::string& anonymous,
                                       http::Response refusal);

}  // namespace gatehouse::gateway::plugins
