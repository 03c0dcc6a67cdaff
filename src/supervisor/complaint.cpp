#include "supervisor/complaint.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace gatehouse::supervisor {

int complain(std::string_view command, const Error& error) {
  const std::string words =
      error.detail.empty() ? std::string(error.reason) : fmt::format("{} ({})", error.detail, error.reason);
  fmt::print(stderr, "gatehouse {}: {}\n", command, words);
  return 1;
}

}  // namespace gatehouse::supervisor
