// The running gateway as the Admin API sees it: facts that are not configuration, summed over the workers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "gateway/admin/proxy_view.hpp"
#include "gateway/configuration.hpp"
#include "gateway/gateway_worker.hpp"
#include "gateway/target_health.hpp"

namespace gatehouse::gateway {

class Node final : public admin::ProxyView {
 public:
  Node(Configuration& configuration, TargetHealth& targets)
      : configuration_(configuration), targets_(targets) {}

  // Before the Admin API listens.
  void add(GatewayWorker& worker) { workers_.push_back(&worker); }
  void add(const telemetry::Metrics& shard) { shards_.push_back(&shard); }

  [[nodiscard]] admin::ConnectionCounts connections() const override;
  [[nodiscard]] std::string metrics() const override;
  [[nodiscard]] admin::TargetHealth health_of(std::string_view target_id) const override;
  void set_health(std::string_view target_id, admin::TargetHealth health) override;

 private:
  Configuration& configuration_;
  TargetHealth& targets_;
  std::vector<GatewayWorker*> workers_;
  std::vector<const telemetry::Metrics*> shards_;
};

}  // namespace gatehouse::gateway
