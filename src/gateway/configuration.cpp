// Implements the publication of a configuration.
#include "gateway/configuration.hpp"

namespace gatehouse::gateway {

Result<void> Configuration::publish(std::shared_ptr<const store::Entities> entities) {
  auto snapshot = Snapshot::build(*entities, kinds_);
  if (!snapshot) return fail(snapshot);
  {
    const std::scoped_lock lock(mutex_);
    snapshot_ = *snapshot;
    version_.fetch_add(1, std::memory_order_release);
  }
  if (changed_) changed_(**snapshot);
  return {};
}

Configuration::Published Configuration::current() const {
  const std::scoped_lock lock(mutex_);
  return {.version = version_.load(std::memory_order_relaxed), .snapshot = snapshot_};
}

}  // namespace gatehouse::gateway
