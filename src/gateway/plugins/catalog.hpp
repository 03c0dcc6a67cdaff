// All plugins of the gateway: the one list where a new one is entered. See docs/plugins.md.
#pragma once

#include <span>

#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

[[nodiscard]] std::span<const PluginKind> catalog();

// The half that the Admin API needs.
[[nodiscard]] std::span<const PluginType> plugin_types();

}  // namespace gatehouse::gateway::plugins
