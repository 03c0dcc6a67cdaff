// Memory for what comes and goes with every request, coroutine frames first of all: kept per thread and size,
// so that taking and giving it back is a few instructions.
#pragma once

#include <cstddef>

namespace gatehouse::runtime {

// Base of a class whose objects live in it. Those over 2 KiB go to the heap as usual. An object may be given
// back on another thread than it was taken on.
struct Pooled {
  static void* operator new(std::size_t bytes);
  static void operator delete(void* memory, std::size_t bytes) noexcept;
};

}  // namespace gatehouse::runtime
