// A payment provider in memory, for tests of what stands above the provider: it executes each key once, keeps
// a statement, and can be told to decline, to be down, or to lose its answer before or after the effect.
#pragma once

#include <map>
#include <vector>

#include "services/payments/ports/payment_provider.hpp"

namespace gatehouse::payments {

class MemoryProvider final : public PaymentProvider {
 public:
  enum class Mood { works, declines, is_down, loses_before_effect, loses_after_effect, fails_for_good };

  struct Effect {
    Operation operation;
    std::string provider_key;
    std::string payment_id;
    Money amount;
  };

  void behave(Mood mood) { mood_ = mood; }
  // Also look-ups get no answer while the mood is one that loses.
  void lose_look_ups() { loses_look_ups_ = true; }
  void recover() {
    mood_ = Mood::works;
    loses_look_ups_ = false;
  }
  [[nodiscard]] const std::vector<Effect>& statement() const { return statement_; }
  // What was taken, less what was given back.
  [[nodiscard]] std::int64_t net(std::string_view payment_id) const;
  // How often money was taken from the customer.
  [[nodiscard]] std::size_t captures(std::string_view payment_id) const;

  [[nodiscard]] std::string_view name() const override { return "memory"; }
  [[nodiscard]] Result<void> accepts_new() const override;
  [[nodiscard]] Awaitable<Outcome> authorize(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> capture(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> cancel(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Outcome> refund(Instruction instruction, CallContext context) override;
  [[nodiscard]] Awaitable<Finding> look_up(Instruction instruction, CallContext context) override;

 private:
  Outcome execute(const Instruction& instruction);

  Mood mood_ = Mood::works;
  bool loses_look_ups_ = false;
  std::map<std::string, Outcome, std::less<>> executed_;  // by key
  std::vector<Effect> statement_;
  std::map<std::string, CaptureMode, std::less<>> modes_;  // by payment
};

}  // namespace gatehouse::payments
