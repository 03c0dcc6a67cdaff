// Lets requests pass by the client's address: a list of who may, a list of who may not.
//
//   {"name": "ip-restriction", "config": {"allow": ["10.0.0.0/8", "2001:db8::/32"], "deny": ["10.1.2.3"]}}
//
// A denied address stays denied if it is also allowed; with an allow list, all others are denied.
#pragma once

#include <memory>
#include <string>

#include "gateway/ip_ranges.hpp"
#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

struct IpRestrictionConfig {
  IpRanges allow;
  IpRanges deny;
  unsigned status = 403;
  std::string message;  // empty: "IP address not allowed: <address>"

  static Result<IpRestrictionConfig> from_json(const json::object& config);
  [[nodiscard]] bool permits(std::string_view address) const;
};

[[nodiscard]] PluginType ip_restriction_type();
[[nodiscard]] std::unique_ptr<Plugin> make_ip_restriction(std::shared_ptr<const IpRestrictionConfig> config,
                                                          const PluginScope& scope,
                                                          const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
