// The endpoints about this node rather than its configuration: what it is, how it does, which plugins it has.
#pragma once

#include <string>
#include <vector>

#include "gateway/admin/call.hpp"
#include "gateway/admin/proxy_view.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::admin {

// The version of Kong whose Admin API this is: clients such as decK choose their behaviour by it.
inline constexpr std::string_view kKongVersion = "3.9.1";

struct NodeFacts {
  std::string node_id;  // a UUID that stays the same over restarts
  std::string hostname;
  json::object configuration;  // what to show of it; secrets already hidden
};

// GET /, /status, /plugins/enabled, /metrics
[[nodiscard]] std::vector<Endpoint> node_endpoints(store::Store& store, ProxyView& proxy, NodeFacts facts);

}  // namespace gatehouse::gateway::admin
