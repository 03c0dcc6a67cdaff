// Fuzzes the reader of configuration files: any text is read or refused, within its limits.
#include <cstdint>
#include <cstdlib>

#include "core/yaml.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = gatehouse::core::parse_yaml(text);
  if (!document && document.error().detail.empty()) std::abort();
  if (document && boost::json::serialize(document->value).size() > (8U << 20U)) std::abort();
  return 0;
}
