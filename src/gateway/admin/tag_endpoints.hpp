// GET /tags, /tags/{tag}: which entities carry which tags.
#pragma once

#include <vector>

#include "gateway/admin/call.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::admin {

[[nodiscard]] std::vector<Endpoint> tag_endpoints(const store::Store& store);

}  // namespace gatehouse::gateway::admin
