// What the supervisor tells: the status file for other commands, and the tables for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "supervisor/fleet.hpp"
#include "supervisor/platform.hpp"
#include "supervisor/prepare.hpp"

namespace gatehouse::supervisor {

// <data>/run/status.json:
// {"pid","state","roles":[{"instance","role","url","state","pid","start_ms","restarts"}]}
Result<void> write_status(const Platform& platform, const Fleet& fleet, std::string_view state);

// Role, URL, state, start time; then the CA certificate and, if they are new, the accounts.
[[nodiscard]] std::string ready_table(const Platform& platform, const Fleet& fleet,
                                      const std::vector<Account>& accounts);

// `gatehouse status`: live on a terminal, plain or JSON otherwise. Exit code 0 ready, 1 not ready, 3 not
// running.
enum class StatusFormat { automatic, plain, json };
int status(const std::filesystem::path& data, StatusFormat format);

// `gatehouse down`: asks the supervisor to stop and waits for it. 0 also if it was not running.
int down(const std::filesystem::path& data);

}  // namespace gatehouse::supervisor
