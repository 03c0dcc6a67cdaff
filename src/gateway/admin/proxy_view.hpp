// What the Admin API asks the running proxy for: facts that are not configuration. Called on threads of the
// blocking pool, so an implementation must be safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::gateway::admin {

struct ConnectionCounts {
  std::uint64_t accepted = 0;
  std::uint64_t active = 0;
  std::uint64_t requests = 0;
};

enum class TargetHealth : std::uint8_t { healthy, unhealthy, unresolved };

class ProxyView {
 public:
  virtual ~ProxyView() = default;
  [[nodiscard]] virtual ConnectionCounts connections() const = 0;
  // The exposition text of GET /metrics.
  [[nodiscard]] virtual std::string metrics() const = 0;
  [[nodiscard]] virtual TargetHealth health_of(std::string_view target_id) const = 0;
  // An operator's word counts until the next probe or response says otherwise.
  virtual void set_health(std::string_view target_id, TargetHealth health) = 0;
};

}  // namespace gatehouse::gateway::admin
