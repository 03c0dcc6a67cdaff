// Implements the address check.
#include "gateway/plugins/ip_restriction.hpp"

#include "gateway/error_page.hpp"
#include "gateway/exchange.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::plugins {
namespace {

class IpRestriction final : public Plugin {
 public:
  explicit IpRestriction(std::shared_ptr<const IpRestrictionConfig> config) : config_(std::move(config)) {}

  Step on_request(Exchange& exchange) override {
    const auto address = exchange.client_address();
    if (config_->permits(address)) return go_on();
    const std::string message =
        config_->message.empty() ? "IP address not allowed: " + std::string(address) : config_->message;
    return answer_with(error_response(exchange, config_->status, message));
  }

 private:
  std::shared_ptr<const IpRestrictionConfig> config_;
};

}  // namespace

bool IpRestrictionConfig::permits(std::string_view address) const {
  return !deny.contains(address) && (allow.is_empty() || allow.contains(address));
}

Result<IpRestrictionConfig> IpRestrictionConfig::from_json(const json::object& object) {
  IpRestrictionConfig config;
  Fields fields{object};
  auto allow = IpRanges::parse(fields.optional_texts("allow", {}));
  if (!allow) return refuse(ErrorKind::invalid, "invalid_field", "allow: " + allow.error().detail);
  auto deny = IpRanges::parse(fields.optional_texts("deny", {}));
  if (!deny) return refuse(ErrorKind::invalid, "invalid_field", "deny: " + deny.error().detail);
  config.allow = std::move(*allow);
  config.deny = std::move(*deny);
  config.status = static_cast<unsigned>(fields.optional_int("status", config.status, {100, 599}));
  config.message = fields.optional_text("message", "");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType ip_restriction_type() {
  using namespace schema;
  return {.name = "ip-restriction",
          .priority = 990,
          .config = {.fields = {array("allow", text("", {.check = formats::address_or_network})),
                                array("deny", text("", {.check = formats::address_or_network})),
                                integer("status"), text("message")},
                     .checks = {at_least_one_of({"config.allow", "config.deny"})}},
          .protocols = {"grpc", "grpcs", "http", "https", "tcp", "tls"}};
}

std::unique_ptr<Plugin> make_ip_restriction(std::shared_ptr<const IpRestrictionConfig> config,
                                            const PluginScope&, const PluginContext&) {
  return std::make_unique<IpRestriction>(std::move(config));
}

}  // namespace gatehouse::gateway::plugins
