// Answers that the gateway makes itself, in Kong's words and shapes.
#pragma once

#include <string_view>

#include "core/result.hpp"
#include "http/message.hpp"

namespace gatehouse::gateway {

struct Exchange;

// What `Server` and `Via` call us: the Kong release whose behaviour we offer.
inline constexpr std::string_view kServerName = "kong/3.9.1";

// Kong's error answer: JSON, HTML, XML or text as `Accept` prefers, with the request's id.
[[nodiscard]] http::Response error_response(const Exchange& exchange, unsigned status,
                                            std::string_view message);

// {"message":"…"} and nothing else: what some plugins (jwt, request-termination) answer.
[[nodiscard]] http::Response message_response(unsigned status, std::string_view message);

// The answer to an error that a stage returned. Its detail is never shown.
[[nodiscard]] http::Response error_page(const Exchange& exchange, const Error& error);

}  // namespace gatehouse::gateway
