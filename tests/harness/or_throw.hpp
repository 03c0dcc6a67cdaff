// For steps that a test or a benchmark cannot go on without.
#pragma once

#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "core/result.hpp"

namespace gatehouse::tests {

// The value; or throws std::runtime_error with the error, and `what` failed if that is not plain from it.
template <class T>
T or_throw(Result<T> result, std::string_view what = {}) {
  if (!result)
    throw std::runtime_error(fmt::format("{}{}{}: {}", what, what.empty() ? "" : ": ", result.error().reason,
                                         result.error().detail));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace gatehouse::tests
