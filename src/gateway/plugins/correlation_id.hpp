// Gives every request an id that client, gateway and services can all log.
//
//   {"name": "correlation-id", "config": {"header_name": "X-Correlation-Id", "generator": "uuid",
//                                         "echo_downstream": true}}
//
// An id that the client sent is kept. Generators: "uuid#counter" (one UUID per worker and a running number),
// "uuid", "tracker" (port, process, number, time).
#pragma once

#include <memory>
#include <string>

#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

enum class IdGenerator : std::uint8_t { uuid_and_counter, uuid, tracker };

struct CorrelationIdConfig {
  std::string header_name = "Kong-Request-ID";
  IdGenerator generator = IdGenerator::uuid_and_counter;
  bool echo_downstream = false;

  static Result<CorrelationIdConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType correlation_id_type();
[[nodiscard]] std::unique_ptr<Plugin> make_correlation_id(std::shared_ptr<const CorrelationIdConfig> config,
                                                          const PluginScope& scope,
                                                          const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
