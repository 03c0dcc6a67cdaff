// Finishes what was interrupted: attempts whose owner died, whose answer was lost or which never reached the
// provider. It asks with the same provider key, so whatever happened, happened once.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

class ResolveUnknown {
 public:
  explicit ResolveUnknown(const Surroundings& around) : around_(around) {}

  // All due attempts of one payment. What another instance works on is left alone.
  [[nodiscard]] Awaitable<Result<void>> run(Payment payment) const;

 private:
  [[nodiscard]] Awaitable<Result<void>> resolve(Payment payment, std::string provider_key) const;

  const Surroundings& around_;
};

}  // namespace gatehouse::payments
