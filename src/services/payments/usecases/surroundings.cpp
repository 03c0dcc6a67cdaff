#include "services/payments/usecases/surroundings.hpp"

#include <algorithm>

namespace gatehouse::payments {

Claim Surroundings::claim(Deadline deadline) const {
  const auto work = std::min(deadline.remaining(), times.provider + times.look_up);
  return {.owner = instance, .until = clock.now() + work + times.margin};
}

}  // namespace gatehouse::payments
