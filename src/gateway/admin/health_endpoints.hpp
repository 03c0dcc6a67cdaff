// The health of an upstream's targets: read, and set by an operator.
//   GET /upstreams/{u}/health  ·  PUT or POST /upstreams/{u}/targets/{t}[/{address}]/healthy|unhealthy
#pragma once

#include <vector>

#include "gateway/admin/call.hpp"
#include "gateway/admin/proxy_view.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::admin {

[[nodiscard]] std::vector<Endpoint> health_endpoints(const store::Store& store, ProxyView& proxy,
                                                     std::string node_id);

}  // namespace gatehouse::gateway::admin
