// A path of any bytes is refused or becomes one that is its own fixed point, without dot segments.
#include <cstdlib>

#include "gateway/uri.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gatehouse::gateway;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const auto split = split_target(target);
  std::string storage;
  const auto path = normalise_path(split.path, storage);
  if (!path) return 0;
  const std::string once(*path);
  std::string again_storage;
  const auto again = normalise_path(once, again_storage);
  const std::string closed = once + "/";
  const bool is_sound = once.starts_with('/') && again && *again == once &&
                        once.find("//") == std::string::npos && closed.find("/../") == std::string::npos &&
                        closed.find("/./") == std::string::npos;
  if (!is_sound) std::abort();
  const auto matched = size == 0 ? 0 : data[0] % (once.size() + 1);
  if (!upstream_path("/service", once, matched, Strip::yes).starts_with("/service")) std::abort();
  return 0;
}
