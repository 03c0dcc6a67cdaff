// JSON as clients of Kong read it: numbers in plain decimal (1732374000.123, never 1.732374000123E9).
#pragma once

#include <string>

#include "core/json.hpp"

namespace gatehouse::gateway::admin {

[[nodiscard]] std::string json_text(const json::value& value);

}  // namespace gatehouse::gateway::admin
