// The half of a plugin that the Admin API sees: its name, order, version and the shape of its configuration.
// The other half, what it does with a request, is in plugin.hpp; catalog.cpp joins the two.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway {

// Whether a plugin may be bound to one consumer. Those that run before the consumer is known refuse it.
enum class ConsumerScope : std::uint8_t { allowed, refused };

struct PluginType {
  std::string_view name;
  int priority = 0;                    // the bigger one runs first
  std::string_view version = "3.9.1";  // Kong's own plugins carry Kong's version
  schema::Schema config;  // fields of "config"; its checks see the whole plugin ("config.second")
  ConsumerScope consumer_scope = ConsumerScope::allowed;
  std::vector<std::string> protocols = {"grpc", "grpcs", "http", "https"};  // default and allowed
};

}  // namespace gatehouse::gateway
