#include "core/secret.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace gatehouse::core {

void wipe(std::string& text) noexcept {
  // explicit_bzero is not optimised away, unlike memset on memory that dies.
  if (!text.empty()) explicit_bzero(text.data(), text.capacity());
  text.clear();
}

bool constant_time_equal(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < a.size(); i += sizeof difference) {
    std::uint64_t of_a = 0;
    std::uint64_t of_b = 0;
    const std::size_t size = std::min(sizeof difference, a.size() - i);
    std::memcpy(&of_a, a.data() + i, size);
    std::memcpy(&of_b, b.data() + i, size);
    difference |= of_a ^ of_b;
    asm volatile("" : "+r"(difference));  // for all the compiler knows: it cannot stop early
  }
  return difference == 0;
}

}  // namespace gatehouse::core
