// The commented platform.yml that a first start writes.
#pragma once

#include <string>

#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

// Reads back as the same platform.
[[nodiscard]] std::string platform_text(const Platform& platform);

}  // namespace gatehouse::supervisor
