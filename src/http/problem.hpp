// The one place where an Error becomes an answer: RFC 9457 problem documents.
#pragma once

#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"
#include "http/message.hpp"

namespace gatehouse::http {

[[nodiscard]] unsigned status_of(ErrorKind);

// {"type":"about:blank","title":…,"status":…,"code":reason,"detail":…} with `extensions` merged in.
// The detail is shown only for errors of the client's making. `unavailable` and `rate_limited` carry
// Retry-After: 1 unless the caller sets another.
[[nodiscard]] Response problem_response(const Error& error, json::object extensions = {});
[[nodiscard]] Response json_response(unsigned status, const json::value& body);

}  // namespace gatehouse::http
