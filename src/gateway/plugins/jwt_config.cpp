// The configuration of jwt: its schema as Kong states it, and its reading.
#include "gateway/plugins/jwt.hpp"
#include "gateway/schema/formats.hpp"

namespace gatehouse::gateway::plugins {
namespace {

bool holds(const std::vector<std::string>& texts, std::string_view wanted) {
  return std::ranges::find(texts, wanted) != texts.end();
}

// A limit on the expiration is of no use if the expiration is not looked at.
schema::Complaint maximum_needs_exp(const json::object& plugin) {
  const auto* maximum = schema::at_path(plugin, "config.maximum_expiration");
  if (maximum == nullptr || !maximum->is_number() || maximum->to_number<double>() <= 0) return std::nullopt;
  const auto* claims = schema::at_path(plugin, "config.claims_to_verify");
  if (claims != nullptr && claims->is_array()) {
    for (const auto& claim : claims->get_array()) {
      if (claim == json::value("exp")) return std::nullopt;
    }
  }
  return "expected to contain: exp";
}

}  // namespace

Result<JwtConfig> JwtConfig::from_json(const json::object& object) {
  JwtConfig config;
  Fields fields{object};
  config.uri_param_names = fields.optional_texts("uri_param_names", config.uri_param_names);
  config.cookie_names = fields.optional_texts("cookie_names", config.cookie_names);
  config.header_names = fields.optional_texts("header_names", config.header_names);
  config.key_claim_name = fields.optional_text("key_claim_name", config.key_claim_name);
  config.secret_is_base64 = fields.optional_flag("secret_is_base64", config.secret_is_base64);
  const auto claims = fields.optional_texts("claims_to_verify", {});
  config.verifies_exp = holds(claims, "exp");
  config.verifies_nbf = holds(claims, "nbf");
  if (const auto* value = fields.maybe_value("maximum_expiration"); value != nullptr && value->is_number()) {
    config.maximum_expiration = value->to_number<std::int64_t>();
  }
  config.anonymous = fields.optional_text("anonymous", "");
  config.run_on_preflight = fields.optional_flag("run_on_preflight", config.run_on_preflight);
  config.realm = fields.optional_text("realm", "");
  if (auto complete = fields.finish_lenient(); !complete) return fail(complete);
  return config;
}

PluginType jwt_type() {
  using namespace schema;
  return {
      .name = "jwt",
      .priority = 1450,
      .config = {.fields = {set("uri_param_names", text(), {.fallback = json::array{"jwt"}}),
                            set("cookie_names", text(), {.fallback = json::array{}}),
                            text("key_claim_name", {.fallback = "iss"}),
                            boolean("secret_is_base64", {.required = true, .fallback = false}),
                            set("claims_to_verify", text("", {.one_of = {"exp", "nbf"}})), text("anonymous"),
                            boolean("run_on_preflight", {.required = true, .fallback = true}),
                            number("maximum_expiration", {.fallback = 0, .between = Range{0, 31'536'000}}),
                            set("header_names", text(), {.fallback = json::array{"authorization"}}),
                            text("realm")},
                 .checks = {field_check("config.claims_to_verify", maximum_needs_exp)}},
      .consumer_scope = ConsumerScope::refused};
}

}  // namespace gatehouse::gateway::plugins
