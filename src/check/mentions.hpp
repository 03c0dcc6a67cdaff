// Finds the engines that a platform file names.
#pragma once

#include <vector>

#include "check/probe.hpp"

namespace gatehouse::check {

// The Consul of `discovery`; every object "store" with its "engine" and every object "redis" or
// "elasticsearch" in the settings of a role, however deep; and SQLite for each role with a store that names
// none.
[[nodiscard]] std::vector<Mention> mentions_in(const supervisor::Platform& platform);

}  // namespace gatehouse::check
