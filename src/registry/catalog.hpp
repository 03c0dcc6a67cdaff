// What the registry knows: service instances and their checks. Pure: time is passed in, nothing waits here.
//
// Semantics are Consul's: an instance is passing while all its checks are; a TTL check turns critical when
// nobody speaks up in time; an instance that stays critical too long is removed; every change raises the
// index. An instance in maintenance has one critical check more, which outlives its registration.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::registry {

enum class Health { passing, warning, critical };
[[nodiscard]] std::string_view name_of(Health);

struct Check {
  std::string id;
  std::string name;
  std::chrono::milliseconds ttl{0};  // a TTL check if not zero
  std::string https_url;             // an HTTPS check if not empty
  std::chrono::milliseconds interval{0};
  std::chrono::milliseconds timeout{1'000};
  std::chrono::milliseconds deregister_after{0};  // zero: never
  Health health = Health::critical;
  std::string output;
  core::SteadyTime heard_at{};  // of a TTL check: the last word
  core::SteadyTime critical_since{};
};

struct Service {
  std::string id;
  std::string name;
  std::string address;
  std::uint16_t port = 0;
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;
  std::vector<Check> checks;
  std::uint64_t modify_index = 0;

  [[nodiscard]] Health health() const;
};

struct CatalogLimits {
  std::size_t services_max = 1'000;
  std::size_t checks_per_service = 8;
};

class Catalog {
 public:
  explicit Catalog(CatalogLimits limits = {}) : limits_(limits) {}

  // Reads Consul's body of PUT /v1/agent/service/register. Unknown members are let pass, as Consul's clients
  // differ.
  [[nodiscard]] static Result<Service> parse_registration(const json::object& body);

  Result<void> add(Service service, core::SteadyTime now);
  Result<void> remove(std::string_view id);
  // PUT /v1/agent/check/{pass,warn,fail}. `not_found`/"unknown_check".
  Result<void> report(std::string_view check_id, Health health, std::string output, core::SteadyTime now);

  // PUT /v1/agent/service/maintenance. `not_found`/"unknown_service".
  Result<void> set_maintenance(std::string_view id, std::string reason, core::SteadyTime now);
  Result<void> end_maintenance(std::string_view id);
  // By instance, with the reason: what must survive a restart of the registry.
  using Maintenance = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] const Maintenance& maintenance() const { return maintenance_; }
  void restore_maintenance(Maintenance maintenance) { maintenance_ = std::move(maintenance); }

  // Lets TTLs run out and removes what was critical too long. True if anything changed.
  bool expire(core::SteadyTime now);

  [[nodiscard]] std::vector<const Service*> instances(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, Service, std::less<>>& services() const { return services_; }
  [[nodiscard]] const Service* find(std::string_view id) const;
  // Rises with every change; of one name: the index of its last change (Consul's blocking queries wait on
  // it).
  [[nodiscard]] std::uint64_t index() const { return index_; }
  [[nodiscard]] std::uint64_t index_of(std::string_view name) const;

 private:
  void touch(Service& service);
  void put_in_maintenance(Service& service, const std::string& reason, core::SteadyTime now);
  void set_health(Service& service, Check& check, Health health, core::SteadyTime now);

  CatalogLimits limits_;
  std::map<std::string, Service, std::less<>> services_;  // by id
  Maintenance maintenance_;
  std::map<std::string, std::uint64_t, std::less<>> index_by_name_;
  std::uint64_t index_ = 1;
};

// "10s", "1m", "500ms", "1m30s": Go's durations, as Consul's API writes them.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_go_duration(std::string_view text);

}  // namespace gatehouse::registry
