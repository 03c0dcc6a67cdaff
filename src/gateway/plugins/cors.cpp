// Implements CORS as Kong answers it.
#include "gateway/plugins/cors.hpp"

#include <algorithm>

#include <fmt/ranges.h>

#include "gateway/exchange.hpp"

namespace gatehouse::gateway::plugins {
namespace {

bool is_plain_origin(std::string_view origin) {
  return std::ranges::all_of(origin, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '/' || c == '-';
  });
}

bool matches(const AllowedOrigin& allowed, std::string_view origin) {
  if (allowed.text == "*") return true;
  return allowed.regex ? allowed.regex->match_beginning(origin).has_value() : allowed.text == origin;
}

class Cors final : public Plugin {
 public:
  explicit Cors(std::shared_ptr<const CorsConfig> config) : config_(std::move(config)) {}

  Step on_request(Exchange& exchange) override {
    if (!is_preflight(exchange) || config_->preflight_continue) return go_on();
    http::Response response(200);
    const auto& asked = exchange.http.request.headers;
    auto& headers = response.headers;
    headers.add("Access-Control-Allow-Methods", config_->methods);
    const auto wanted = asked.get("Access-Control-Request-Headers");
    if (!config_->headers.empty()) {
      headers.add("Access-Control-Allow-Headers", fmt::format("{}", fmt::join(config_->headers, ",")));
    } else if (!wanted.empty()) {
      headers.add("Access-Control-Allow-Headers", wanted);
    }
    if (config_->max_age) headers.add("Access-Control-Max-Age", std::to_string(*config_->max_age));
    if (config_->private_network && asked.get("Access-Control-Request-Private-Network") == "true") {
      headers.add("Access-Control-Allow-Private-Network", "true");
    }
    return answer_with(std::move(response));
  }

  void on_response(Exchange& exchange) override {
    auto& headers = exchange.http.response.headers;
    const auto verdict = judge_origin(*config_, exchange.http.request.headers.get("Origin"));
    if (verdict.varies) headers.add("Vary", "Origin");
    if (verdict.allow_origin.empty()) {
      headers.remove("Access-Control-Allow-Origin");
      return;
    }
    headers.set("Access-Control-Allow-Origin", verdict.allow_origin);
    if (verdict.allows_credentials) headers.set("Access-Control-Allow-Credentials", "true");
    if (!is_preflight(exchange) && !config_->exposed_headers.empty()) {
      headers.set("Access-Control-Expose-Headers",
                  fmt::format("{}", fmt::join(config_->exposed_headers, ",")));
    }
  }

 private:
  static bool is_preflight(const Exchange& exchange) {
    const auto& request = exchange.http.request;
    return request.method == "OPTIONS" && request.headers.contains("Origin") &&
           request.headers.contains("Access-Control-Request-Method");
  }

  std::shared_ptr<const CorsConfig> config_;
};

Result<std::vector<AllowedOrigin>> compile_origins(const std::vector<std::string>& texts) {
  std::vector<AllowedOrigin> origins;
  for (const auto& text : texts) {
    AllowedOrigin origin{.text = text, .regex = nullptr};
    if (text != "*" && !is_plain_origin(text)) {
      auto regex = Regex::compile("(?:" + text + ")$", Regex::Case::respected);
      if (!regex)
        return refuse(ErrorKind::invalid, "invalid_field", "origins: '" + text + "' is not a valid regex");
      origin.regex = std::make_shared<const Regex>(std::move(*regex));
    }
    origins.push_back(std::move(origin));
  }
  return origins;
}

}  // namespace

OriginVerdict judge_origin(const CorsConfig& config, std::string_view origin) {
  const auto& allowed = config.origins;
  const bool takes_all =
      allowed.empty() || std::ranges::any_of(allowed, [](const auto& a) { return a.text == "*"; });
  if (takes_all) {
    // A browser refuses "*" together with credentials: then the origin itself is named.
    const bool names_it = config.credentials && !origin.empty();
    return {.allow_origin = names_it ? origin : "*", .allows_credentials = names_it, .varies = names_it};
  }
  if (allowed.size() == 1 && !allowed.front().regex) {
    return {.allow_origin = allowed.front().text, .allows_credentials = config.credentials, .varies = true};
  }
  const bool is_allowed =
      !origin.empty() && std::ranges::any_of(allowed, [&](const auto& a) { return matches(a, origin); });
  return {.allow_origin = is_allowed ? origin : std::string_view{},
          .allows_credentials = is_allowed && config.credentials,
          .varies = true};
}

Result<CorsConfig> CorsConfig::from_json(const json::object& object) {
  CorsConfig config;
  Fields fields{object};
  auto origins = compile_origins(fields.optional_texts("origins", {}));
  if (!origins) return fail(origins);
  config.origins = std::move(*origins);
  config.headers = fields.optional_texts("headers", {});
  config.exposed_headers = fields.optional_texts("exposed_headers", {});
  const auto methods = fields.optional_texts("methods", {});
  if (!methods.empty()) config.methods = fmt::format("{}", fmt::join(methods, ","));
  config.max_age = fields.maybe_int("max_age", {});
  config.credentials = fields.optional_flag("credentials", config.credentials);
  config.private_network = fields.optional_flag("private_network", config.private_network);
  config.preflight_continue = fields.optional_flag("preflight_continue", config.preflight_continue);
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType cors_type() {
  using namespace schema;
  const std::vector<std::string> methods{"GET",    "HEAD",    "PUT",   "PATCH",  "POST",
                                         "DELETE", "OPTIONS", "TRACE", "CONNECT"};
  json::array defaults;
  for (const auto& method : methods) defaults.emplace_back(method);
  return {
      .name = "cors",
      .priority = 2000,
      .config = {.fields = {array("origins", text()), array("headers", text()),
                            array("exposed_headers", text()),
                            array("methods", text("", {.one_of = methods}), {.fallback = defaults}),
                            number("max_age"), boolean("credentials", {.required = true, .fallback = false}),
                            boolean("private_network", {.required = true, .fallback = false}),
                            boolean("preflight_continue", {.required = true, .fallback = false})}},
      .consumer_scope = ConsumerScope::refused};
}

std::unique_ptr<Plugin> make_cors(std::shared_ptr<const CorsConfig> config, const PluginScope&,
                                  const PluginContext&) {
  return std::make_unique<Cors>(std::move(config));
}

}  // namespace gatehouse::gateway::plugins
