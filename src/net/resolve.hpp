// Names to addresses, without blocking the worker.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::net {

// The addresses of `host` as text, in the order in which they should be tried; an address stands for itself.
// Errors, both safe to retry: `timeout`/"connect_timeout", `unavailable`/"name_not_found".
[[nodiscard]] Awaitable<Result<std::vector<std::string>>> resolve(std::string host, Deadline deadline);

}  // namespace gatehouse::net
