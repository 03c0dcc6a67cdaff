// `gatehouse up`: starts all roles, restarts what dies, renews certificates, stops in order.
#pragma once

#include <filesystem>

namespace gatehouse::supervisor {

enum class Presence { foreground, detached };

struct UpOptions {
  std::filesystem::path data = "data";
  Presence presence = Presence::foreground;
};

// Returns when the platform has stopped; detached, when it is ready. The exit code; what went wrong is one
// line on standard error.
int up(const UpOptions& options);

}  // namespace gatehouse::supervisor
