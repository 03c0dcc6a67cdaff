#include "provider_sim/charge.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::provider_sim {
namespace {

using Trouble = TokenBehaviour::Trouble;

constexpr auto kTokens = std::to_array<TokenBehaviour>({
    {"pm_card_visa", "", Trouble::none},
    {"pm_card_mastercard", "", Trouble::none},
    {"pm_card_declined", "generic_decline", Trouble::none},
    {"pm_card_insufficient_funds", "insufficient_funds", Trouble::none},
    {"pm_card_expired", "expired_card", Trouble::none},
    {"pm_card_slow", "", Trouble::slow},
    {"pm_card_fails_before", "", Trouble::fails_before},
    {"pm_card_fails_after", "", Trouble::fails_after},
    {"pm_card_unknown", "", Trouble::drops_answer},
    {"pm_card_refund_fails", "", Trouble::refund_fails},
});

std::unexpected<Error> not_reserved(const Charge& charge) {
  if (charge.status == "captured") return refuse(ErrorKind::invalid, "charge_already_captured");
  if (charge.status == "canceled") return refuse(ErrorKind::invalid, "charge_already_canceled");
  return refuse(ErrorKind::invalid, "charge_declined");
}

}  // namespace

const TokenBehaviour* find_token(std::string_view token) {
  const auto found = std::ranges::find(kTokens, token, &TokenBehaviour::token);
  return found == kTokens.end() ? nullptr : &*found;
}

Result<void> capture(Charge& charge, std::int64_t minor) {
  if (charge.status != "authorized") return not_reserved(charge);
  if (minor > charge.amount.minor) return refuse(ErrorKind::invalid, "amount_too_large");
  charge.status = "captured";
  charge.captured = minor;
  return {};
}

Result<void> cancel(Charge& charge) {
  if (charge.status != "authorized") return not_reserved(charge);
  charge.status = "canceled";
  return {};
}

Result<void> refund(Charge& charge, std::int64_t minor) {
  if (charge.status != "captured") return refuse(ErrorKind::invalid, "charge_not_captured");
  if (minor > charge.captured - charge.refunded) return refuse(ErrorKind::invalid, "amount_too_large");
  charge.refunded += minor;
  return {};
}

}  // namespace gatehouse::provider_sim
