// One step at the provider: what was asked for, under which key, and what is known of it. It is written down,
// as dispatched, before the provider hears of it; so after a crash the key is known under which to ask again.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.hpp"
#include "core/money.hpp"
#include "core/secret.hpp"

namespace gatehouse::payments {

enum class CaptureMode : std::uint8_t { automatic, manual };

enum class Operation : std::uint8_t { charge, capture, cancel, refund };

enum class AttemptState : std::uint8_t {
  dispatched,  // written down; the provider may or may not have heard of it
  unknown,     // the provider was asked and the answer was lost
  succeeded,
  declined,
};

// Who works on an attempt, and until when the others leave it alone. An owner is "<instance>#<life>": an
// instance that was killed and started again has another life, and need not wait for its own former claims to
// end.
struct Claim {
  std::string owner;
  core::SystemTime until;
};

[[nodiscard]] bool is_former_life(std::string_view owner, std::string_view of);

struct Attempt {
  std::string provider_key;  // names the attempt, for us and as the provider's idempotency key
  Operation operation;
  Money amount;
  AttemptState state = AttemptState::dispatched;
  Claim claim;
  core::SystemTime dispatched_at;
  core::SystemTime check_at;  // while it is open: when the recovery worker looks after it
  std::int64_t tries = 0;     // whose answer was lost
  std::string refund_id;      // of a refund
  std::string provider_id;    // what the provider calls the result
  std::string decline_code;
  std::string traceparent;  // of the request that began it: the recovery worker goes on in its trace

  [[nodiscard]] bool is_open() const {
    return state == AttemptState::dispatched || state == AttemptState::unknown;
  }
  // From the point of view of `asker`, who may want to work on it.
  [[nodiscard]] bool is_claimed(std::string_view asker, core::SystemTime now) const {
    return is_open() && claim.until > now && !is_former_life(claim.owner, asker);
  }
  [[nodiscard]] bool is_due(std::string_view asker, core::SystemTime now) const {
    return is_open() && (check_at <= now || (claim.until > now && is_former_life(claim.owner, asker)));
  }
};

// What is to be done at the provider, by value: it outlives any change of the payment.
struct Instruction {
  Operation operation;
  std::string provider_key;
  Money amount;
  CaptureMode capture_mode;
  std::string charge_id;  // of the charge that is captured, cancelled or refunded
  std::string payment_id;
  std::string reference;
  Secret payment_method;
  Pii description;
};

// What is known after asking the provider.
struct Done {
  std::string provider_id;
  Money amount;  // as the provider confirms it
};
struct Declined {
  std::string code;
};
// It may have happened.
struct Lost {
  std::string_view reason;
  // The provider answers this key with the same failure for ever: asking again is pointless, only looking it
  // up helps.
  bool is_final = false;
};
// The provider surely did not hear of it this time.
struct NotSent {
  std::string_view reason;
};
using Outcome = std::variant<Done, Declined, Lost, NotSent>;

// Within this time the provider honours an idempotency key (it promises 24 hours): the same request may be
// sent again. After it, only a look-up is safe.
inline constexpr std::chrono::hours kResendWindow{23};

// How long until an attempt whose answer was lost is looked after again: often in the first two minutes,
// while a customer waits for the order; a day in the end, and never given up.
[[nodiscard]] std::chrono::seconds recheck_delay(std::int64_t tries);
// The same for one that did not get to the provider: it costs the provider nothing, and the breaker keeps it
// cheap.
inline constexpr std::chrono::seconds kUnsentWait{5};

[[nodiscard]] std::string_view name_of(CaptureMode);
[[nodiscard]] std::string_view name_of(Operation);
[[nodiscard]] std::string_view name_of(AttemptState);
[[nodiscard]] std::string_view verdict_of(
    const Outcome&);  // "done", "declined", "lost", "not_sent": a metric label

}  // namespace gatehouse::payments
