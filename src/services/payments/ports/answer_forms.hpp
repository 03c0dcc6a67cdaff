// What a change of a payment looks like on the wire. A use case stores the answer in the same write as the
// effect, so it needs the bytes before the request is answered, and also when the request itself died long
// ago.
#pragma once

#include "services/payments/domain/payment.hpp"

namespace gatehouse::payments {

class AnswerForms {
 public:
  virtual ~AnswerForms() = default;
  // The final answer to the request that began the attempt. The attempt has its verdict.
  [[nodiscard]] virtual StoredAnswer verdict(const Payment& payment, const Attempt& attempt) const = 0;
  // The answer while there is no verdict yet: accepted, and where to look. Never stored.
  [[nodiscard]] virtual StoredAnswer interim(const Payment& payment, const Attempt& attempt) const = 0;
};

}  // namespace gatehouse::payments
