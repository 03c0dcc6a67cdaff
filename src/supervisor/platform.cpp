#include "supervisor/platform.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "supervisor/durable_file.hpp"

namespace gatehouse::supervisor {

namespace {

constexpr std::uint16_t kInstanceStep = 100;

// Start order: what others find through, then what others ask, then who asks.
std::vector<RolePlan> default_roles() {
  return {{"registry", 8500, 1, {}}, {"provider-sim", 5900, 1, {}}, {"auth", 5001, 1, {}},
          {"payments", 5002, 1, {}}, {"orders", 5003, 1, {}},       {"auth-server", 8180, 1, {}},
          {"gateway", 8444, 1, {}}};
}

std::uint16_t port_field(Fields& fields, std::string_view name, std::uint16_t fallback) {
  return static_cast<std::uint16_t>(fields.optional_int(name, fallback, {1, 65535}));
}

Result<void> read_role(RolePlan& plan, const json::object& object) {
  Fields fields{object, "roles." + plan.role};
  plan.port = port_field(fields, "port", plan.port);
  plan.instances = static_cast<std::size_t>(fields.optional_int("instances", 1, {1, 16}));
  const bool is_single = plan.role == "registry" || plan.role == "gateway" || plan.role == "provider-sim";
  if (is_single && plan.instances > 1) fields.reject("instances", "this role runs once per machine");
  if (const auto* settings = fields.maybe_object("settings")) plan.settings = *settings;
  return fields.finish();
}

Result<void> read_platform(Platform& platform, const json::object& object) {
  Fields fields{object};
  platform.address = fields.optional_text("address", platform.address, {.bytes_max = 64});
  platform.log_level = fields.optional_text("log_level", platform.log_level, {.bytes_max = 16});
  if (const auto* gateway = fields.maybe_object("gateway")) {
    Fields ports{*gateway, "gateway"};
    platform.gateway_http = port_field(ports, "http_port", platform.gateway_http);
    platform.gateway_https = port_field(ports, "https_port", platform.gateway_https);
    platform.gateway_admin = port_field(ports, "admin_port", platform.gateway_admin);
    if (auto complete = ports.finish(); !complete) return complete;
  }
  if (const auto* roles = fields.maybe_object("roles")) {
    for (const auto& entry : *roles) {
      const auto plan = std::ranges::find(platform.roles, std::string_view(entry.key()), &RolePlan::role);
      if (plan == platform.roles.end() || !entry.value().is_object()) {
        return refuse(ErrorKind::invalid, "invalid_field",
                      fmt::format("roles.{}: no such role", std::string_view(entry.key())));
      }
      if (auto read = read_role(*plan, entry.value().as_object()); !read) return read;
    }
  }
  return fields.finish();
}

}  // namespace

Result<Platform> Platform::load(const std::filesystem::path& data) {
  Platform platform;
  platform.data = data;
  platform.roles = default_roles();
  const auto file = Layout{data}.platform_file();
  const auto text = read_file(file);
  if (!text && text.error().kind == ErrorKind::not_found) return platform;
  if (!text) return fail(text);
  const auto object = core::parse_json_object(*text);
  const auto read = object ? read_platform(platform, *object) : Result<void>(fail(object));
  if (!read)
    return fail(ErrorKind::invalid, "bad_platform_file",
                fmt::format("{}: {}", file.string(), read.error().detail));
  return platform;
}

json::object Platform::to_json() const {
  json::object by_role;
  for (const RolePlan& plan : roles) {
    by_role[plan.role] = {{"port", plan.port}, {"instances", plan.instances}, {"settings", plan.settings}};
  }
  return {{"address", address},
          {"log_level", log_level},
          {"gateway",
           {{"http_port", gateway_http}, {"https_port", gateway_https}, {"admin_port", gateway_admin}}},
          {"roles", std::move(by_role)}};
}

std::string Platform::issuer() const {
  return fmt::format("https://localhost:{}/realms/gatehouse", gateway_https);
}

const RolePlan& Platform::plan_of(std::string_view role) const {
  return *std::ranges::find(roles, role, &RolePlan::role);
}

std::vector<Instance> instances_of(const Platform& platform) {
  std::vector<Instance> instances;
  for (const RolePlan& plan : platform.roles) {
    for (std::size_t i = 0; i < plan.instances; ++i) {
      instances.push_back({fmt::format("{}-{}", plan.role, i + 1), plan.role,
                           static_cast<std::uint16_t>(plan.port + i * kInstanceStep)});
    }
  }
  return instances;
}

}  // namespace gatehouse::supervisor
