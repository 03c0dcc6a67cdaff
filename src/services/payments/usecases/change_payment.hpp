// The common way of capture, cancellation and refund: find the payment in the caller's reach, begin one step
// on it under its version, settle it. The verbs themselves say only which step.
#pragma once

#include <functional>

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

class ChangePayment {
 public:
  explicit ChangePayment(const Surroundings& around) : around_(around) {}

  // Begins the step; answers with its provider key. Runs on any thread, perhaps more than once.
  using Begin = std::function<Result<std::string>(Payment&, RequestMark, Claim, core::SystemTime)>;
  [[nodiscard]] Awaitable<Result<Reply>> run(const Access& access, std::string id, RequestMark request,
                                             CallContext context, Begin begin) const;

 private:
  const Surroundings& around_;
};

}  // namespace gatehouse::payments
