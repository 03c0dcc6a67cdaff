// Implements the publication of a configuration.
#include "gateway/configuration.hpp"

namespace gatehouse::gateway {

Result<store::PutIntoForce> Configuration::prepare(std::shared_ptr<const store::Entities> entities) {
  auto snapshot = Snapshot::build(*entities, kinds_);
  if (!snapshot) return fail(snapshot);
  return [this, built = std::move(*snapshot)] { put_into_force(built); };
}

void Configuration::put_into_force(std::shared_ptr<const Snapshot> snapshot) {
  {
    const std::scoped_lock lock(mutex_);
    snapshot_ = snapshot;
    is_known_.store(true, std::memory_order_release);
    version_.fetch_add(1, std::memory_order_release);
  }
  if (changed_) changed_(*snapshot);
}

Configuration::Published Configuration::current() const {
  const std::scoped_lock lock(mutex_);
  return {.version = version_.load(std::memory_order_relaxed), .snapshot = snapshot_};
}

}  // namespace gatehouse::gateway
