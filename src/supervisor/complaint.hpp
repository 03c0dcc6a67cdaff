// How a command ends that cannot do what it should.
#pragma once

#include <string_view>

#include "core/result.hpp"

namespace gatehouse::supervisor {

// "gatehouse pki: … (reason)" on standard error; answers with the exit code, 1.
[[nodiscard]] int complain(std::string_view command, const Error& error);

}  // namespace gatehouse::supervisor
