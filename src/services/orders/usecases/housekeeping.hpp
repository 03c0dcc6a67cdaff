// The loop beside the requests: relays events when the alarm rings, and now and then counts what is
// unfinished and forgets what is too old.
#pragma once

#include <chrono>

#include "core/clock.hpp"
#include "runtime/alarm.hpp"
#include "services/orders/ports/saga_store.hpp"
#include "services/orders/usecases/measures.hpp"
#include "services/orders/usecases/relay_outbox.hpp"

namespace gatehouse::orders {

struct HousekeepingLimits {
  std::chrono::milliseconds poll{500};
  // What happens close together is told together: a pass costs about as much for one event as for many.
  std::chrono::milliseconds gather{50};
  std::chrono::milliseconds count_every{5'000};
  std::chrono::milliseconds purge_every{60'000};
  std::chrono::milliseconds stuck_after{60'000};
  std::chrono::hours kept{72};  // delivered events and idempotency keys
  std::size_t purge_max = 1'000;
};

class Housekeeping {
 public:
  Housekeeping(Outbox& outbox, SagaStore& sagas, RelayOutbox& relay, Alarm& alarm, const core::Clock& clock,
               Measures& measures, HousekeepingLimits limits = {});

  [[nodiscard]] Awaitable<> run();
  [[nodiscard]] Awaitable<Result<void>> count();
  [[nodiscard]] Awaitable<Result<void>> purge();

 private:
  [[nodiscard]] Awaitable<Result<void>> tell_everything();

  Outbox& outbox_;
  SagaStore& sagas_;
  RelayOutbox& relay_;
  Alarm& alarm_;
  const core::Clock& clock_;
  Measures& measures_;
  HousekeepingLimits limits_;
};

}  // namespace gatehouse::orders
