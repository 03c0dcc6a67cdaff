// Look-ups in a snapshot.
#include "gateway/snapshot.hpp"

#include "gateway/snapshot_builder.hpp"

namespace gatehouse::gateway {

Result<std::shared_ptr<const Snapshot>> Snapshot::build(const store::Entities& entities,
                                                        std::span<const PluginKind> kinds) {
  return SnapshotBuilder(entities, kinds).build();
}

Snapshot::Snapshot() = default;
Snapshot::~Snapshot() = default;

std::uint32_t Snapshot::choose(const ChainLink& link, const Route* route, const Consumer* consumer) const {
  if (consumer == nullptr || link.overrides == ChainLink::kNone) return link.slot;
  const auto& table = overrides_[link.overrides];
  const auto found = table.find(consumer->id);
  if (found == table.end()) return link.slot;
  std::uint32_t chosen = link.slot;
  int best = link.slot == ChainLink::kNone ? -1 : link.specificity;
  for (const auto& candidate : found->second) {
    if (candidate.route != nullptr && candidate.route != route) continue;
    if (candidate.service != nullptr && (route == nullptr || candidate.service != route->service)) continue;
    if (candidate.specificity <= best) continue;
    best = candidate.specificity;
    chosen = candidate.slot;
  }
  return chosen;
}

const Consumer* Snapshot::consumer(std::string_view id) const {
  const auto found = consumers_.find(id);
  return found == consumers_.end() ? nullptr : &found->second;
}

const Consumer* Snapshot::consumer_named(std::string_view name, ConsumerName kind) const {
  const auto& table = kind == ConsumerName::username ? consumers_by_username_ : consumers_by_custom_id_;
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

const JwtCredential* Snapshot::jwt_credential(std::string_view key) const {
  const auto found = jwt_credentials_.find(key);
  return found == jwt_credentials_.end() ? nullptr : &found->second;
}

const crypto::Certificate* Snapshot::ca_certificate(std::string_view id) const {
  const auto found = ca_certificates_.find(id);
  return found == ca_certificates_.end() ? nullptr : &found->second;
}

const std::vector<WeightedTarget>* Snapshot::upstream(std::string_view name) const {
  const auto found = upstreams_.find(name);
  return found == upstreams_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse::gateway
