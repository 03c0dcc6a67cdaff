// Tells browsers which other origins may use a service (Cross-Origin Resource Sharing), and answers their
// preflights.
//
//   {"name": "cors", "config": {"origins": ["https://shop.example", "https://.*\\.example\\.com"],
//                               "credentials": true, "max_age": 3600}}
//
// No origins: all. An origin with anything but letters, digits and .:/- is a regular expression.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/plugin.hpp"
#include "gateway/regex.hpp"

namespace gatehouse::gateway::plugins {

struct AllowedOrigin {
  std::string text;
  std::shared_ptr<const Regex> regex;  // null: compared as it is
};

struct CorsConfig {
  std::vector<AllowedOrigin> origins;
  std::vector<std::string> headers;  // empty: what the preflight asks for
  std::vector<std::string> exposed_headers;
  std::string methods = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
  std::optional<std::int64_t> max_age;  // seconds
  bool credentials = false;
  bool private_network = false;
  bool preflight_continue = false;  // the service answers preflights itself

  static Result<CorsConfig> from_json(const json::object& config);
};

// What to say about one request's origin.
struct OriginVerdict {
  std::string_view allow_origin;  // empty: the header is not sent
  bool allows_credentials = false;
  bool varies = false;  // the answer depends on the origin
};
[[nodiscard]] OriginVerdict judge_origin(const CorsConfig& config, std::string_view origin);

[[nodiscard]] PluginType cors_type();
[[nodiscard]] std::unique_ptr<Plugin> make_cors(std::shared_ptr<const CorsConfig> config,
                                                const PluginScope& scope, const PluginContext& context);

}  // namespace gatehouse::gateway::plugins
