// A limit on how many calls to one upstream run at a time, so that a slow one cannot take all of a worker.
// Nobody waits: what does not fit is refused at once. One per upstream and worker; not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "core/result.hpp"

namespace gatehouse::resilience {

struct BulkheadLimits {
  std::size_t calls_max = 1024;  // our own services; 25 for a third party
};

class Bulkhead {
 public:
  // A place inside, free again when it goes. May outlive the bulkhead.
  class Place {
   public:
    explicit Place(std::shared_ptr<std::size_t> in_use) : in_use_(std::move(in_use)) { ++*in_use_; }
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) noexcept = delete;
    ~Place() {
      if (in_use_) --*in_use_;
    }

   private:
    std::shared_ptr<std::size_t> in_use_;
  };

  explicit Bulkhead(BulkheadLimits limits = {}) : limits_(limits) {}

  // `unavailable`/"bulkhead_full", safe to retry.
  [[nodiscard]] Result<Place> enter() {
    if (*in_use_ < limits_.calls_max) return Place(in_use_);
    auto full = fail(ErrorKind::unavailable, "bulkhead_full");
    full.error().safe_to_retry = true;
    return full;
  }
  [[nodiscard]] std::size_t in_use() const { return *in_use_; }

 private:
  BulkheadLimits limits_;
  std::shared_ptr<std::size_t> in_use_ = std::make_shared<std::size_t>(0);
};

}  // namespace gatehouse::resilience
