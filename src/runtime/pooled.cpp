#include "runtime/pooled.hpp"

#include <array>
#include <cstdint>

namespace gatehouse::runtime {
namespace {

#if defined(__SANITIZE_ADDRESS__) || (defined(__has_feature) && __has_feature(address_sanitizer))
constexpr bool kIsPooled = false;  // what is used after its end must be noticed
#else
constexpr bool kIsPooled = true;
#endif

constexpr std::size_t kStep = 64;
constexpr std::size_t kPooledMax = 2'048;
constexpr std::uint32_t kKeptMax = 128;  // of one size

struct Spare {
  Spare* next;
};
struct Shelf {
  Spare* first = nullptr;
  std::uint32_t count = 0;
};
// Trivial, so that what ends late, among the static objects, still finds it.
struct Shelves {
  std::array<Shelf, kPooledMax / kStep> by_size{};
  bool is_closed = false;
};
constinit thread_local Shelves shelves;

// Gives everything back when the thread ends.
struct Closing {
  ~Closing() {
    shelves.is_closed = true;
    for (Shelf& shelf : shelves.by_size) {
      while (shelf.first != nullptr) {
        Spare* const spare = shelf.first;
        shelf.first = spare->next;
        ::operator delete(spare);
      }
    }
  }
  bool is_armed = false;
};
thread_local Closing closing;

std::size_t shelf_of(std::size_t bytes) {
  return (bytes - 1) / kStep;
}

}  // namespace

void* Pooled::operator new(std::size_t bytes) {
  if (!kIsPooled || bytes > kPooledMax) return ::operator new(bytes);
  const std::size_t index = shelf_of(bytes);
  Shelf& shelf = shelves.by_size[index];
  if (shelf.first == nullptr) return ::operator new((index + 1) * kStep);
  Spare* const spare = shelf.first;
  shelf.first = spare->next;
  --shelf.count;
  return spare;
}

void Pooled::operator delete(void* memory, std::size_t bytes) noexcept {
  if (!kIsPooled || bytes > kPooledMax || shelves.is_closed) return ::operator delete(memory);
  Shelf& shelf = shelves.by_size[shelf_of(bytes)];
  if (shelf.count >= kKeptMax) return ::operator delete(memory);
  if (shelf.first == nullptr) closing.is_armed = true;  // makes sure that it is there to run
  shelf.first = ::new (memory) Spare{shelf.first};
  ++shelf.count;
}

}  // namespace gatehouse::runtime
