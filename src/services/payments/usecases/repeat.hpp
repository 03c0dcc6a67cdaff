// Answers for requests that carry a known idempotency key, and the reply to one that was just worked on.
#pragma once

#include "services/payments/usecases/surroundings.hpp"

namespace gatehouse::payments {

// The final answer if the attempt that `scope` began has its verdict, else the interim one.
[[nodiscard]] Reply reply_to(const Surroundings& around, const Payment& payment, std::string_view scope);

// `payment` has a record of request.scope: replays its answer, refuses a mismatch (unprocessable/
// `idempotency_key_reused`) and a request in flight (conflict/`idempotency_key_in_use`), and takes over what
// its owner left behind.
[[nodiscard]] Awaitable<Result<Reply>> answer_repeat(const Surroundings& around, Payment payment,
                                                     RequestMark request, CallContext context);

}  // namespace gatehouse::payments
