// Keeps secrets out of the platform file, which is read by all, printed, copied and put under version
// control.
#pragma once

#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::supervisor {

// Refuses a text under a key such as "password" or "api_key" ("password_file" is fine: it names a file), and
// a URL that carries one ("mongodb://user:word@host"). `invalid`/"open_secret" with the path; never the
// secret.
[[nodiscard]] Result<void> refuse_open_secrets(const json::value& settings, std::string_view path);

}  // namespace gatehouse::supervisor
