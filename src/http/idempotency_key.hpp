// The Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header), and the form of a body by
// which two requests are compared.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "core/json.hpp"
#include "core/result.hpp"
#include "http/headers.hpp"

namespace gatehouse::http {

// 16 to 255 visible ASCII characters; the quoted spelling of the draft and the bare one are the same key.
// invalid/`idempotency_key_missing`, `idempotency_key_malformed`.
[[nodiscard]] Result<std::string> idempotency_key_of(const Headers& headers);

// The same for every spelling of a JSON value: keys in order, no spaces.
[[nodiscard]] std::string canonical_json(const json::value& value);

}  // namespace gatehouse::http
