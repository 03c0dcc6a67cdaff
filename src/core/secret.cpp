#include "core/secret.hpp"

#include <cstring>

namespace gatehouse::core {

void wipe(std::string& text) noexcept {
  // explicit_bzero is not optimised away, unlike memset on memory that dies.
  if (!text.empty()) explicit_bzero(text.data(), text.capacity());
  text.clear();
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i])));
  }
  return difference == 0;
}

}  // namespace gatehouse::core
