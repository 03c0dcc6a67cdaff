// The auth service: the people of the platform, their passwords and roles. `gatehouse auth`.
//
// From here: http/auth_api (routes) → usecases (one verb per file) → ports → adapters (SQLite, argon2id).
#pragma once

#include "service/config.hpp"

namespace gatehouse::auth {

// Runs until SIGTERM; answers with the exit code. Throws service::StartError with one clear line.
int run(const service::Config& config);

}  // namespace gatehouse::auth
