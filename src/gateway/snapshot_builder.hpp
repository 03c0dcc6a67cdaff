// Compiles entities (JSON, as the Admin API stores them) into a Snapshot. Only snapshot.cpp's build() uses
// it.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/snapshot.hpp"

namespace gatehouse::gateway {

class SnapshotBuilder {
 public:
  SnapshotBuilder(const store::Entities& entities, std::span<const PluginKind> kinds)
      : entities_(entities), kinds_(kinds) {}

  Result<std::shared_ptr<const Snapshot>> build();

 private:
  // The plugins of one name that are not bound to a consumer, by route id and service id.
  using Bound = std::map<std::pair<std::string, std::string>, std::uint32_t>;

  Result<std::vector<RouteRule>> read_routes();
  void read_services();
  void read_consumers();
  void read_jwt_credentials();
  void read_upstreams();
  Result<void> read_ca_certificates();
  Result<void> read_plugins();
  Result<void> read_plugin(const json::object& entity);
  void order_chains();
  [[nodiscard]] std::vector<ChainLink> chain_for(const Route* route) const;
  [[nodiscard]] ChainLink link_for(const std::string& name, const Route* route) const;
  void add_override(std::uint32_t slot);

  const store::Entities& entities_;
  std::span<const PluginKind> kinds_;
  std::shared_ptr<Snapshot> made_;
  std::map<std::string, std::size_t, std::less<>> service_index_;
  std::map<std::string, std::size_t, std::less<>> route_index_;
  std::vector<std::string> names_by_priority_;  // strongest first
  std::map<std::string, Bound, std::less<>> for_any_consumer_;
  std::map<std::string, std::uint32_t, std::less<>> overrides_of_;  // plugin name → index of its table
};

// route+service+consumer 7 … global 0: the higher wins.
[[nodiscard]] int specificity_of(const PluginScope& scope);

}  // namespace gatehouse::gateway
