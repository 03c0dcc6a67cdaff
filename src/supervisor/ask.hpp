// One question to a running instance, over mutual TLS as the supervisor.
#pragma once

#include <string>

#include "core/result.hpp"
#include "http/client.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

// GET; waits three seconds at most. The errors of http::Client ("connect_failed": it does not listen) and of
// net::ClientTls.
[[nodiscard]] Result<http::Reply> ask(const Platform& platform, const Instance& instance, std::string path);

}  // namespace gatehouse::supervisor
