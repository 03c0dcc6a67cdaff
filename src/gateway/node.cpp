// Implements the view on the running gateway.
#include "gateway/node.hpp"

namespace gatehouse::gateway {

admin::ConnectionCounts Node::connections() const {
  admin::ConnectionCounts counts;
  for (const auto* worker : workers_) {
    counts.accepted += worker->accepted();
    counts.active += worker->active();
    counts.requests += worker->requests();
  }
  return counts;
}

std::string Node::metrics() const {
  std::vector<const telemetry::Metrics*> shards = shards_;
  for (auto* worker : workers_) shards.push_back(&worker->metrics());
  telemetry::Metrics process;
  telemetry::measure_process(process);
  shards.push_back(&process);
  return telemetry::render(shards);
}

admin::TargetHealth Node::health_of(std::string_view target_id) const {
  return targets_.is_unhealthy(target_id) ? admin::TargetHealth::unhealthy : admin::TargetHealth::healthy;
}

void Node::set_health(std::string_view target_id, admin::TargetHealth health) {
  if (health == admin::TargetHealth::unhealthy) {
    targets_.set_unhealthy(target_id);
  } else {
    targets_.set_healthy(target_id);
  }
  configuration_.touch();  // the workers choose their addresses anew
}

}  // namespace gatehouse::gateway
