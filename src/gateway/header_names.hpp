// A fixed set of header names, compared without case. Sizes are compared first, so a miss costs next to
// nothing.
#pragma once

#include <array>
#include <string_view>

#include "core/text.hpp"

namespace gatehouse::gateway {

template <std::size_t Size>
class HeaderNames {
 public:
  template <class... Names>
  explicit constexpr HeaderNames(Names... names) : names_{std::string_view(names)...} {}

  [[nodiscard]] bool contain(std::string_view name) const {
    for (const auto& known : names_) {
      if (known.size() == name.size() && core::iequals(known, name)) return true;
    }
    return false;
  }

 private:
  std::array<std::string_view, Size> names_;
};
template <class... Names>
HeaderNames(Names...) -> HeaderNames<sizeof...(Names)>;

}  // namespace gatehouse::gateway
