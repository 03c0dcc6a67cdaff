// Refuses requests whose body is larger than a service should take.
//
//   {"name": "request-size-limiting", "config": {"allowed_payload_size": 8, "size_unit": "megabytes"}}
//
// A body without Content-Length is counted while it streams: the upstream never sees more than the limit.
#pragma once

#include <memory>

#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

struct RequestSizeLimitingConfig {
  std::uint64_t bytes_max = 128 * 1'048'576;
  bool require_content_length = false;

  static Result<RequestSizeLimitingConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType request_size_limiting_type();
[[nodiscard]] std::unique_ptr<Plugin> make_request_size_limiting(
    std::shared_ptr<const RequestSizeLimitingConfig> config, const PluginScope& scope,
    const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
