// Fuzzes what a registry may answer: any bytes in place of the list of instances.
#include <cstdint>
#include <cstdlib>

#include "discovery/blocking_index.hpp"
#include "discovery/instance.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto instances = gatehouse::discovery::parse_health_answer(text);
  if (instances && instances->size() > 1'000) std::abort();
  gatehouse::discovery::BlockingIndex index;
  (void)index.take(text);
  return 0;
}
