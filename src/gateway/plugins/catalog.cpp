// The catalogue. Order does not matter here: a plugin's type carries its priority.
#include "gateway/plugins/catalog.hpp"

#include "gateway/plugins/correlation_id.hpp"
#include "gateway/plugins/cors.hpp"
#include "gateway/plugins/ip_restriction.hpp"
#include "gateway/plugins/jwt.hpp"
#include "gateway/plugins/maintenance.hpp"
#include "gateway/plugins/mtls_auth.hpp"
#include "gateway/plugins/prometheus.hpp"
#include "gateway/plugins/rate_limiting.hpp"
#include "gateway/plugins/request_size_limiting.hpp"
#include "gateway/plugins/static_files.hpp"

namespace gatehouse::gateway::plugins {
namespace {

template <class Config>
using Make = std::unique_ptr<Plugin> (*)(std::shared_ptr<const Config>, const PluginScope&,
                                         const PluginContext&);

// The configuration is parsed once and shared read-only; each worker makes its own instance.
template <class Config>
PluginKind entry(PluginType type, Make<Config> make) {
  return {.type = std::move(type), .compile = [make](const json::object& object) -> Result<PluginMaker> {
            auto parsed = Config::from_json(object);
            if (!parsed) return fail(parsed);
            auto config = std::make_shared<const Config>(std::move(*parsed));
            return [make, config](const PluginScope& scope, const PluginContext& context) {
              return make(config, scope, context);
            };
          }};
}

}  // namespace

std::span<const PluginKind> catalog() {
  static const std::vector<PluginKind> kinds{
      entry(correlation_id_type(), make_correlation_id),
      entry(maintenance_type(), make_maintenance),
      entry(cors_type(), make_cors),
      entry(mtls_auth_type(), make_mtls_auth),
      entry(jwt_type(), make_jwt),
      entry(ip_restriction_type(), make_ip_restriction),
      entry(request_size_limiting_type(), make_request_size_limiting),
      entry(rate_limiting_type(), make_rate_limiting),
      entry(static_files_type(), make_static_files),
      entry(prometheus_type(), make_prometheus),
  };
  return kinds;
}

std::span<const PluginType> plugin_types() {
  static const std::vector<PluginType> types = [] {
    std::vector<PluginType> all;
    for (const auto& kind : catalog()) all.push_back(kind.type);
    return all;
  }();
  return types;
}

}  // namespace gatehouse::gateway::plugins
