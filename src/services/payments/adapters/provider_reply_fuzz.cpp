// What a provider can answer, in any bytes and with any status. Success is believed only with an amount and
// an id.
#include <cstdlib>

#include "services/payments/adapters/provider_reply.hpp"

using namespace gatehouse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2) return 0;
  http::Reply reply;
  reply.status = 100U + (bytes[0] * 2U) % 500U;
  reply.content.assign(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  const payments::Instruction instruction{.operation = static_cast<payments::Operation>(bytes[1] % 4),
                                          .provider_key = "pay_1-charge-1",
                                          .amount = {1999, Currency::from_code("EUR").value()},
                                          .capture_mode = payments::CaptureMode::automatic,
                                          .charge_id = "ch_1",
                                          .payment_id = "pay_1",
                                          .reference = {},
                                          .payment_method = {},
                                          .description = {}};
  const payments::Outcome outcome = payments::outcome_of(reply, instruction);
  const auto* done = std::get_if<payments::Done>(&outcome);
  if (done != nullptr && (reply.status >= 300 || done->provider_id.empty() || done->amount.minor < 0))
    std::abort();
  (void)payments::finding_of(reply, instruction);
  return 0;
}
