// The header fields that change hands between client and upstream: what is dropped, what is added, both ways.
#pragma once

#include "core/clock.hpp"
#include "gateway/exchange.hpp"

namespace gatehouse::gateway {

// Whose X-Forwarded-* fields are believed.
enum class PeerTrust : std::uint8_t { untrusted, trusted };

// Turns the client's request into the upstream's, in place: hop-by-hop fields go (RFC 9110 section 7.6.1; a
// WebSocket upgrade stays), X-Forwarded-*, X-Real-IP, Via, Host, X-Kong-Request-Id and traceparent are set.
void make_upstream_request(Exchange& exchange, PeerTrust trust);

// Turns the upstream's answer into ours, in place: hop-by-hop fields go, Via and the latencies are set.
void make_client_response(const Exchange& exchange, http::Response& response);

// The same for an answer that the gateway made itself.
void mark_own_response(const Exchange& exchange, http::Response& response, core::SteadyTime now);

}  // namespace gatehouse::gateway
