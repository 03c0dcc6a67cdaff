// Fills the store of a role with any number of records, without the role: straight through the adapters.
#pragma once

#include <filesystem>
#include <string>

#include "supervisor/platform.hpp"

namespace gatehouse::tests {

// `platform`'s data directory must be prepared, and nothing may run in it. "orders": so many orders, each
// with its saga, idempotency key and event; "payments": so many payments, captured and answered; "auth": so
// many people, each with a trail of two events. Throws std::runtime_error.
void fill_store(const supervisor::Platform& platform, const std::string& role, std::size_t records);

}  // namespace gatehouse::tests
