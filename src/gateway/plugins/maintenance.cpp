// Implements the closed door.
#include "gateway/plugins/maintenance.hpp"

#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::plugins {
namespace {

class Maintenance final : public Plugin {
 public:
  Maintenance(std::shared_ptr<const MaintenanceConfig> config, const PluginContext& context)
      : config_(std::move(config)),
        turned_away_(context.metrics.counter("gateway_maintenance_refused_total",
                                             "Requests refused by maintenance")) {}

  Step on_request(Exchange& exchange) override {
    if (config_->allow.contains(exchange.client_address())) return go_on();
    turned_away_.add();
    auto response = error_response(exchange, 503, config_->message);
    response.headers.add("Retry-After", std::to_string(config_->retry_after));
    return answer_with(std::move(response));
  }

 private:
  std::shared_ptr<const MaintenanceConfig> config_;
  telemetry::Counter& turned_away_;
};

}  // namespace

Result<MaintenanceConfig> MaintenanceConfig::from_json(const json::object& object) {
  MaintenanceConfig config;
  Fields fields{object};
  config.retry_after = fields.optional_int("retry_after", config.retry_after, {1, 86'400});
  config.message = fields.optional_text("message", config.message);
  auto allow = IpRanges::parse(fields.optional_texts("allow", {}));
  if (!allow) return refuse(ErrorKind::invalid, "invalid_field", "allow: " + allow.error().detail);
  config.allow = std::move(*allow);
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType maintenance_type() {
  using namespace schema;
  return {.name = "maintenance",
          .priority = 2600,  // before everything that asks who the client is
          .config = {.fields = {integer("retry_after", {.fallback = 120, .between = Range{1, 86'400}}),
                                text("message", {.fallback = "Closed for maintenance"}),
                                array("allow", text("", {.check = formats::address_or_network}))}}};
}

std::unique_ptr<Plugin> make_maintenance(std::shared_ptr<const MaintenanceConfig> config, const PluginScope&,
                                         const PluginContext& context) {
  return std::make_unique<Maintenance>(std::move(config), context);
}

}  // namespace gatehouse::gateway::plugins
