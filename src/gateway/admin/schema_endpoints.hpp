// GET /schemas/…: what entities and plugin configurations look like; POST /schemas/…/validate: would this be
// one?
#pragma once

#include <vector>

#include "core/clock.hpp"
#include "gateway/admin/call.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::admin {

[[nodiscard]] std::vector<Endpoint> schema_endpoints(const store::Store& store, const core::Clock& clock);

}  // namespace gatehouse::gateway::admin
