#include "services/payments/adapters/memory_provider.hpp"

#include <algorithm>

namespace gatehouse::payments {

std::int64_t MemoryProvider::net(std::string_view payment_id) const {
  std::int64_t net = 0;
  for (const Effect& effect : statement_) {
    if (effect.payment_id != payment_id) continue;
    const bool takes =
        effect.operation == Operation::capture ||
        (effect.operation == Operation::charge && modes_.find(payment_id)->second == CaptureMode::automatic);
    if (takes) net += effect.amount.minor;
    if (effect.operation == Operation::refund) net -= effect.amount.minor;
  }
  return net;
}

std::size_t MemoryProvider::captures(std::string_view payment_id) const {
  const auto mode = modes_.find(payment_id);
  if (mode == modes_.end()) return 0;
  const Operation taking = mode->second == CaptureMode::automatic ? Operation::charge : Operation::capture;
  return static_cast<std::size_t>(std::ranges::count_if(statement_, [&](const Effect& effect) {
    return effect.payment_id == payment_id && effect.operation == taking;
  }));
}

Result<void> MemoryProvider::accepts_new() const {
  if (mood_ == Mood::is_down)
    return fail(ErrorKind::unavailable, "provider_unavailable", {}, Origin::upstream);
  return {};
}

Outcome MemoryProvider::execute(const Instruction& instruction) {
  if (mood_ == Mood::is_down) return NotSent{"is_down"};
  if (mood_ == Mood::loses_before_effect) return Lost{"timeout"};
  if (mood_ == Mood::fails_for_good) return Lost{.reason = "replayed_failure", .is_final = true};
  auto known = executed_.find(instruction.provider_key);
  if (known == executed_.end()) {
    Outcome outcome = Done{.provider_id = "ch_" + instruction.payment_id, .amount = instruction.amount};
    if (mood_ == Mood::declines) {
      outcome = Declined{"card_declined"};
    } else {
      statement_.push_back(
          {instruction.operation, instruction.provider_key, instruction.payment_id, instruction.amount});
    }
    if (instruction.operation == Operation::charge) modes_[instruction.payment_id] = instruction.capture_mode;
    known = executed_.emplace(instruction.provider_key, std::move(outcome)).first;
  }
  if (mood_ == Mood::loses_after_effect) return Lost{"connection_reset"};
  return known->second;
}

Awaitable<Outcome> MemoryProvider::authorize(Instruction instruction, CallContext /*context*/) {
  co_return execute(instruction);
}

Awaitable<Outcome> MemoryProvider::capture(Instruction instruction, CallContext /*context*/) {
  co_return execute(instruction);
}

Awaitable<Outcome> MemoryProvider::cancel(Instruction instruction, CallContext /*context*/) {
  co_return execute(instruction);
}

Awaitable<Outcome> MemoryProvider::refund(Instruction instruction, CallContext /*context*/) {
  co_return execute(instruction);
}

Awaitable<Finding> MemoryProvider::look_up(Instruction instruction, CallContext /*context*/) {
  if (loses_look_ups_) co_return Lost{"timeout"};
  const auto known = executed_.find(instruction.provider_key);
  if (known == executed_.end()) co_return Absent{};
  if (const auto* done = std::get_if<Done>(&known->second)) co_return *done;
  co_return std::get<Declined>(known->second);
}

}  // namespace gatehouse::payments
