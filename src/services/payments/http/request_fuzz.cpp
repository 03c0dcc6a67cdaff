// What a client can send: the key, the bodies and the query, in any bytes. Nothing may crash, and what is
// accepted must keep its promises.
#include <cstdlib>

#include "core/fields.hpp"
#include "http/idempotency_key.hpp"
#include "services/payments/http/request_forms.hpp"

using namespace gatehouse;

namespace {

void fuzz_body(std::string_view text) {
  const auto body = core::parse_json_object(text);
  if (!body) return;
  if (const auto command = payments::refund_command("pay_1", *body);
      command && command->minor.value_or(1) <= 0) {
    std::abort();
  }
  (void)payments::capture_command("pay_1", *body);
  (void)payments::cancel_command("pay_1", *body);
  const std::string once = http::canonical_json(*body);
  const auto command = payments::create_command(*body);
  if (!command) return;
  if (command->amount.minor <= 0) std::abort();
  // The canonical form of the canonical form is itself: one content, one fingerprint.
  const auto again = core::parse_json_object(once);
  if (!again || http::canonical_json(*again) != once) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  fuzz_body(text);
  http::Headers headers;
  if (http::is_field_value(text)) headers.add("Idempotency-Key", text);
  if (const auto key = http::idempotency_key_of(headers); key && (key->size() < 16 || key->size() > 255)) {
    std::abort();
  }
  const payments::ListParameters parameters{
      .reference = {}, .limit = std::string(text), .cursor = std::string(text)};
  static const service::PageCursor kCursors{Secret("a key of the fuzzer")};
  if (const auto query = payments::list_query(parameters, kCursors, "list"); query && query->after)
    std::abort();
  return 0;
}
