// Who moves the money. Every call carries the attempt's provider key, under which the provider executes it
// once.
#pragma once

#include <string_view>
#include <variant>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "services/payments/domain/attempt.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::payments {

// By when, and in whose trace.
struct CallContext {
  Deadline deadline;
  TraceContext trace;
};

// The provider knows no effect of this key.
struct Absent {};
using Finding = std::variant<Done, Declined, Absent, Lost>;

class PaymentProvider {
 public:
  virtual ~PaymentProvider() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;  // a metric label
  // Whether it makes sense to begin something new: unavailable/`provider_unavailable` while it is known to be
  // down.
  [[nodiscard]] virtual Result<void> accepts_new() const = 0;

  // Reserves the money, or takes it at once, as the instruction's capture mode says.
  [[nodiscard]] virtual Awaitable<Outcome> authorize(Instruction instruction, CallContext context) = 0;
  [[nodiscard]] virtual Awaitable<Outcome> capture(Instruction instruction, CallContext context) = 0;
  [[nodiscard]] virtual Awaitable<Outcome> cancel(Instruction instruction, CallContext context) = 0;
  [[nodiscard]] virtual Awaitable<Outcome> refund(Instruction instruction, CallContext context) = 0;

  // Asks what became of an instruction, without any effect.
  [[nodiscard]] virtual Awaitable<Finding> look_up(Instruction instruction, CallContext context) = 0;
};

}  // namespace gatehouse::payments
