// `gatehouse maintenance <instance> on|off`: takes an instance out of routing, in the built-in registry and
// in Consul alike, while it goes on running.
#pragma once

#include <filesystem>
#include <string>

#include "discovery/client.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

struct MaintenanceRequest {
  std::string instance;  // "orders-1"
  discovery::Maintenance maintenance = discovery::Maintenance::on;
  std::string reason;
};

// The exit code; what went wrong is one line on standard error.
int maintenance(const std::filesystem::path& data, const MaintenanceRequest& request);

// How the supervisor reaches the registry: with its own certificate, and the token of `role`, if there is
// one.
[[nodiscard]] Result<discovery::ClientOptions> registry_of(const Platform& platform, std::string_view role);

}  // namespace gatehouse::supervisor
