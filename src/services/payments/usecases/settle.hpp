// The way of one attempt through the provider: send it, or look it up, then write down what came of it
// together with the answer of the request that began it. Used by every change and by the recovery worker, so
// that a payment that was interrupted is finished by the same steps that it was begun with.
#pragma once

#include <string>

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

class Settle {
 public:
  explicit Settle(const Surroundings& around) : around_(around) {}

  // The attempt is open and claimed by this process. Answers with the payment as written; an error means that
  // nothing was written and the recovery worker will look after it.
  [[nodiscard]] Awaitable<Result<Payment>> run(Payment payment, std::string provider_key,
                                               CallContext context) const;

 private:
  [[nodiscard]] Awaitable<Outcome> ask(const Payment& payment, const Attempt& attempt,
                                       CallContext context) const;
  [[nodiscard]] Awaitable<Outcome> send(Instruction instruction, CallContext context) const;
  [[nodiscard]] Awaitable<Result<Payment>> write_down(Payment payment, std::string provider_key,
                                                      Outcome outcome) const;

  const Surroundings& around_;
};

}  // namespace gatehouse::payments
