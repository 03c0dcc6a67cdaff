// Use case: tells whoever watches an order that it may have changed, whichever process changed it. It hears
// the feed of events as every listener does; what it says is a hint, and the order is read anew for the
// watcher that may see it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "runtime/alarm.hpp"
#include "services/orders/ports/subscriber.hpp"
#include "services/orders/usecases/measures.hpp"

namespace gatehouse::orders {

struct WatchLimits {
  std::size_t watchers_max = 1'000;
  std::size_t watchers_of_one_max = 10;  // per person: a few pages on a few devices
};

class WatchOrders final : public Listener {
 public:
  WatchOrders(runtime::Executor executor, Measures& measures, WatchLimits limits = {});
  ~WatchOrders() override;

  // Until it is destroyed, which may be after WatchOrders.
  class Watch {
   public:
    ~Watch();
    Watch(const Watch&) = delete;
    // Until the order may have changed, or that long. `cancelled`: nobody waits any more.
    [[nodiscard]] Awaitable<Result<void>> wait(std::chrono::milliseconds at_most) {
      return alarm_.wait(at_most);
    }
    // The process is about to stop.
    [[nodiscard]] bool is_over() const;

   private:
    friend class WatchOrders;
    struct Shared;
    Watch(std::shared_ptr<Shared> shared, std::string order_id, std::string subject);

    std::shared_ptr<Shared> shared_;
    std::string order_id_;
    std::string subject_;
    runtime::Alarm alarm_;
  };

  // `rate_limited`/"too_many_streams" if this person has enough, `unavailable`/"too_many_streams" if all
  // have.
  [[nodiscard]] Result<std::unique_ptr<Watch>> watch(std::string order_id, std::string subject);
  // Lets all go, and takes nobody any more.
  void close();

  [[nodiscard]] Awaitable<> hear(OrderEvent event, std::int64_t position) override;

 private:
  std::shared_ptr<Watch::Shared> shared_;
  WatchLimits limits_;
};

}  // namespace gatehouse::orders
