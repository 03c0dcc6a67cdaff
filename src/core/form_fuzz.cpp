// Forms and percent escapes from hostile bytes: what is decoded can be encoded and decoded again to the same.
#include <cstdlib>

#include "core/encoding.hpp"
#include "core/text.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = core::parse_form(text);
  if (form && core::parse_form(core::encode_form(*form)) != form) std::abort();
  (void)core::percent_decode(text);
  (void)core::is_valid_utf8(text);
  const auto decoded = core::from_base64url(text);
  if (decoded && core::to_base64url(*decoded) != text) std::abort();
  const auto standard = core::from_base64(text);
  if (standard && core::to_base64(*standard) != text) std::abort();
  return 0;
}
