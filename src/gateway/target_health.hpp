// What operators have said about single targets of an upstream: PUT /upstreams/…/targets/…/unhealthy takes
// one out of the turn, …/healthy puts it back. Any thread.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace gatehouse::gateway {

class TargetHealth {
 public:
  [[nodiscard]] bool is_unhealthy(std::string_view target_id) const {
    const std::scoped_lock lock(mutex_);
    return unhealthy_.contains(target_id);
  }
  void set_unhealthy(std::string_view target_id) {
    const std::scoped_lock lock(mutex_);
    unhealthy_.emplace(target_id);
  }
  void set_healthy(std::string_view target_id) {
    const std::scoped_lock lock(mutex_);
    if (const auto found = unhealthy_.find(target_id); found != unhealthy_.end()) unhealthy_.erase(found);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> unhealthy_;  // ids
};

}  // namespace gatehouse::gateway
