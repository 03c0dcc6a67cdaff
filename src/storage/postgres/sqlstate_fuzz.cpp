// Fuzz target: what a server says while we connect.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "storage/postgres/sqlstate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace postgres = gatehouse::storage::postgres;
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  const std::string_view code = postgres::sqlstate_in(message);
  if (!code.empty() && code.size() != 5) std::abort();
  const gatehouse::Error error = postgres::error_of_connecting(message);
  if (error.reason.empty() || error.detail.size() > message.size() + 7) std::abort();
  return 0;
}
