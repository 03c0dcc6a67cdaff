// JSON bodies from hostile bytes, read the way request bodies and configuration are read.
#include <cstdlib>

#include "core/fields.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto object = core::parse_json_object(text);
  if (!object) return 0;
  Fields fields{*object};
  const auto name = fields.required_text("name", {.bytes_max = 16});
  if (name.size() > 16) std::abort();
  const auto amount = fields.required_int("amount", {1, 1'000});
  if (amount < 1 || amount > 1'000) std::abort();
  (void)fields.optional_duration("timeout", std::chrono::seconds{1});
  (void)fields.optional_size("size", 1);
  (void)fields.optional_texts("list", {});
  (void)fields.maybe_object("object");
  (void)fields.finish();
  return 0;
}
