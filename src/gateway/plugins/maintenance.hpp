// Tells clients that a service is closed for a while, except those who work on it.
//
//   {"name": "maintenance", "config": {"retry_after": 600, "message": "Back at noon", "allow":
//   ["10.0.0.0/8"]}}
#pragma once

#include <memory>
#include <string>

#include "gateway/ip_ranges.hpp"
#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

struct MaintenanceConfig {
  std::int64_t retry_after = 120;  // seconds, for the Retry-After header
  std::string message = "Closed for maintenance";
  IpRanges allow;  // who passes all the same

  static Result<MaintenanceConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType maintenance_type();
[[nodiscard]] std::unique_ptr<Plugin> make_maintenance(std::shared_ptr<const MaintenanceConfig> config,
                                                       const PluginScope& scope,
                                                       const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
