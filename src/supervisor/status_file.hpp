// <data>/run/status.json: what the supervisor last said of its roles, for other commands.
//
// {"pid","state","roles":[{"instance","role","url","port","state","pid","start_ms","restarts","last_words"}]}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "supervisor/fleet.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

struct RoleStatus {
  std::string instance;
  std::string role;
  std::string url;
  std::uint16_t port = 0;
  std::string state;
  std::int64_t pid = 0;  // 0: no process
  std::int64_t start_ms = 0;
  std::int64_t restarts = 0;
  std::string last_words;  // why it did not start; empty if it did
};

struct PlatformStatus {
  std::int64_t pid = 0;  // of the supervisor
  std::string state;     // starting, ready, degraded, stopping, stopped
  std::vector<RoleStatus> roles;
};

[[nodiscard]] PlatformStatus status_of(const Platform& platform, const Fleet& fleet, std::string_view state);
[[nodiscard]] json::object as_json(const PlatformStatus&);

[[nodiscard]] Result<void> write_status(const Layout& layout, const PlatformStatus&);
// The errors of core/durable_file, and of core/fields. A platform that was killed leaves the
// file as it was: ask DataLock::is_held().
[[nodiscard]] Result<PlatformStatus> read_status(const Layout& layout);

}  // namespace gatehouse::supervisor
