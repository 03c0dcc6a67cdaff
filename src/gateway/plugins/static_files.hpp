// Answers with the files of a built web site, which the gateway has in memory.
//
//   {"name": "static-files", "config": {"site": "storefront", "fallback": "index.html"}}
//
// `site` is the name of a directory below the gateway's `web_dir`, never a path. What is asked for is the
// part of the path behind the route's own; a path without an extension is one of the application's own and is
// answered with the fallback.
#pragma once

#include <memory>
#include <string>

#include "gateway/plugin.hpp"

namespace gatehouse::gateway::plugins {

struct StaticFilesConfig {
  std::string site;
  std::string fallback = "index.html";

  static Result<StaticFilesConfig> from_json(const json::object& config);
};

[[nodiscard]] PluginType static_files_type();
[[nodiscard]] std::unique_ptr<Plugin> make_static_files(std::shared_ptr<const StaticFilesConfig> config,
                                                        const PluginScope& scope,
                                                        const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
