// Fuzzes what clients send to the orders service: the body of an order, a cursor, If-Match.
#include <cstdint>

#include "core/fields.hpp"
#include "service/page_cursor.hpp"
#include "services/orders/http/order_forms.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace orders = gatehouse::orders;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto body = gatehouse::core::parse_json_object(text)) {
    if (const auto form = orders::order_form(*body)) {
      (void)orders::checked_wishes(form->wishes, {});
    }
  }
  const gatehouse::service::PageCursor cursor(gatehouse::Secret("a key"));
  (void)cursor.position(text, "alice");
  (void)orders::version_in(text);
  return 0;
}
