// What probes have in common: is anybody there, over which TLS, for how long is the certificate good, how far
// off is the clock; and the secrets of the role that asks.
#pragma once

#include <functional>

#include "check/probe.hpp"
#include "core/secret.hpp"

namespace gatehouse::check {

// Null `tls`: clear text. Fills endpoint, is_reachable, tls_version and certificate_expires, or says why not.
[[nodiscard]] Awaitable<> look_at(http::Target target, Deadline deadline, Findings& findings);

// Reads the secrets of the role that names the engine: for the options of its client.
[[nodiscard]] std::function<Result<Secret>(std::string_view name)> secrets_of(const Mention& mention,
                                                                              const Surroundings& around);

// `Date: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7); nothing for anything else.
[[nodiscard]] std::optional<core::SystemTime> parse_http_date(std::string_view text);
// The server's time against the middle of the exchange that told it.
[[nodiscard]] std::chrono::milliseconds skew_of(core::SystemTime server, core::SystemTime asked,
                                                core::SystemTime answered);
// Of an answer whose clock shows seconds only: the middle of its second against the middle of the exchange.
[[nodiscard]] std::optional<std::chrono::milliseconds> skew_of_date(std::string_view date,
                                                                    core::SystemTime asked,
                                                                    core::SystemTime answered);

// "connection refused (connect_failed)"
[[nodiscard]] std::string words_of(const Error& error);

}  // namespace gatehouse::check
