// What the provider keeps: charges, refunds and the lines of its statement; and its rules about them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/money.hpp"

namespace gatehouse::provider_sim {

struct Charge {
  std::string id;
  std::string status;  // authorized, captured, canceled, declined
  Money amount;
  std::int64_t captured = 0;
  std::int64_t refunded = 0;
  std::string payment_method;
  std::string reference;
  std::string payment_id;  // the client's
  std::string decline_code;
  core::SystemTime created_at;
};

struct Refund {
  std::string id;
  std::string charge;
  Money amount;
  std::string status;  // succeeded, failed
  core::SystemTime created_at;
};

// One movement of money, for ever.
struct StatementLine {
  std::int64_t sequence = 0;
  core::SystemTime at;
  std::string type;  // authorization, capture, void, refund
  std::string charge;
  std::string refund;
  Money amount;
  std::int64_t net = 0;  // what moved to the merchant: positive for a capture, negative for a refund
  std::string reference;
  std::string payment_id;
};

// What a test token does. Unknown tokens are refused as a bad request.
struct TokenBehaviour {
  std::string_view token;
  std::string_view decline_code;  // empty: accepted
  enum class Trouble : std::uint8_t {
    none,
    slow,
    fails_before,
    fails_after,
    drops_answer,
    refund_fails
  } trouble;
};
[[nodiscard]] const TokenBehaviour* find_token(std::string_view token);

// Refusals in Stripe's words: the reason is the error's code. `charge_already_captured`,
// `charge_already_canceled`, `amount_too_large`, `charge_not_captured`.
[[nodiscard]] Result<void> capture(Charge& charge, std::int64_t minor);
[[nodiscard]] Result<void> cancel(Charge& charge);
[[nodiscard]] Result<void> refund(Charge& charge, std::int64_t minor);

}  // namespace gatehouse::provider_sim
