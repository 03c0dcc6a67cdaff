// Keeps a ring in force up to date: looks at its provider every second, as certificates are looked at, and
// loads it when it has changed or its validity nears its end.
//
//   key_ring_current_version{ring}, key_ring_newest_version{ring}     what this instance has loaded
#pragma once

#include <memory>
#include <string>

#include "core/clock.hpp"
#include "crypto/key_ring.hpp"
#include "service/keys/key_provider.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

class RingWatch {
 public:
  // `clock` and `metrics` must outlive it.
  RingWatch(std::string ring, std::unique_ptr<KeyProvider> provider, const core::Clock& clock,
            telemetry::Metrics& metrics);

  // Before anything else. A provider that is `unavailable` now gives a locked ring, which opens when it
  // answers. Errors: the provider's.
  [[nodiscard]] Awaitable<Result<std::shared_ptr<const crypto::LiveKeyRing>>> start();
  // Until its task group stops it.
  [[nodiscard]] Awaitable<> run();
  // One look. A ring that cannot be loaded leaves the old one in force until its validity ends; then it is
  // locked, until the provider answers again. `cancelled` alone is an error.
  [[nodiscard]] Awaitable<Result<void>> look();

 private:
  [[nodiscard]] core::SteadyTime::duration age() const { return clock_.steady_now() - loaded_at_; }
  void show(const crypto::KeyRing& ring);

  std::string ring_;
  std::unique_ptr<KeyProvider> provider_;
  const core::Clock& clock_;
  telemetry::Gauge& current_;
  telemetry::Gauge& newest_;
  std::shared_ptr<crypto::LiveKeyRing> live_;
  std::string stamp_;
  core::SteadyTime loaded_at_{};
};

}  // namespace gatehouse::service
