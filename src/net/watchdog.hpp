// Ends the operations of streams whose deadline has passed. One per worker, one timer for all its streams:
// setting a deadline is a store, not a timer operation.
#pragma once

#include <chrono>

#include <boost/asio/execution_context.hpp>

#include "core/clock.hpp"
#include "runtime/timer.hpp"

namespace gatehouse::net {

class Watchdog final : public boost::asio::execution_context::service {
 public:
  // What is watched; a member of its owner, which leaves the list when it dies.
  class Entry {
   public:
    virtual ~Entry();
    virtual void expire() = 0;
    core::SteadyTime expires_at = core::SteadyTime::max();

   private:
    friend class Watchdog;
    Watchdog* watchdog_ = nullptr;
    Entry* previous_ = nullptr;
    Entry* next_ = nullptr;
  };

  static boost::asio::execution_context::id id;
  explicit Watchdog(boost::asio::execution_context& context);

  // The watchdog of a worker's loop; made at the first call.
  static Watchdog& of(runtime::Executor executor);

  void watch(Entry& entry);
  void forget(Entry& entry);

 private:
  void shutdown() override;
  void sweep_later();
  void sweep();

  runtime::SteadyTimer timer_;
  Entry* first_ = nullptr;
  bool is_armed_ = false;
  bool is_shut_down_ = false;
};

}  // namespace gatehouse::net
