// A role's configuration from hostile bytes: refused or read, never half.
#include <cstdlib>

#include "service/config.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto object = core::parse_json_object({reinterpret_cast<const char*>(data), size});
  if (!object) return 0;
  const auto config = service::Config::from_json(*object);
  if (config && (config->role.empty() || config->tls.key.empty() || config->data_dir.empty())) std::abort();
  return 0;
}
