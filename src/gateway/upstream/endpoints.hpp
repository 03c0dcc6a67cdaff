// The addresses behind one service host and how they fare: whom to ask next. Pure; time is passed in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "http/client.hpp"

namespace gatehouse::gateway {

struct EndpointLimits {
  std::chrono::milliseconds first_pause{1'000};  // after a failed connect; doubled by each further one
  std::chrono::milliseconds longest_pause{30'000};
};

// One address, and whether connecting to it has worked lately.
struct Endpoint {
  explicit Endpoint(http::Target target_, unsigned weight_ = 1);

  http::Target target;
  unsigned weight;
  std::string label;                // "127.0.0.1:5002", for the log
  int failures = 0;                 // in a row
  core::SteadyTime paused_until{};  // asked again only if there is nobody else
  std::int64_t turn = 0;            // of the weighted round robin

  void failed(core::SteadyTime now, const EndpointLimits& limits);
  void answered() { failures = 0; }
};

class Endpoints {
 public:
  explicit Endpoints(EndpointLimits limits = {}) : limits_(limits) {}

  // An address that was there before keeps its record.
  void replace(std::vector<Endpoint> endpoints);

  // Smooth weighted round robin over those that are not paused; if all are, the one whose pause ends first.
  // Null only if there is no address at all.
  [[nodiscard]] std::shared_ptr<Endpoint> next(core::SteadyTime now);
  void failed(Endpoint& endpoint, core::SteadyTime now) { endpoint.failed(now, limits_); }
  [[nodiscard]] bool is_empty() const { return endpoints_.empty(); }
  [[nodiscard]] const std::vector<std::shared_ptr<Endpoint>>& all() const { return endpoints_; }

 private:
  EndpointLimits limits_;
  std::vector<std::shared_ptr<Endpoint>> endpoints_;
};

}  // namespace gatehouse::gateway
