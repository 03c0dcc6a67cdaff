// What the registry says of a service: its instances.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace gatehouse::discovery {

struct Instance {
  std::string id;  // "orders-1"
  std::string address;
  std::uint16_t port = 0;
  std::vector<std::string> tags;
  std::map<std::string, std::string> meta;  // "role": the role whose certificate it presents; "version"

  friend bool operator==(const Instance&, const Instance&) = default;
};

using Instances = std::shared_ptr<const std::vector<Instance>>;

// Consul's answer to /v1/health/service/<name>?passing, at most 1,000 instances, in the order of their ids.
// `bad_upstream`/"bad_registry_answer".
[[nodiscard]] Result<std::vector<Instance>> parse_health_answer(std::string_view text);

}  // namespace gatehouse::discovery
