#include "supervisor/platform.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/yaml.hpp"
#include "service/trace_settings.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/open_secrets.hpp"

namespace gatehouse::supervisor {

namespace {

constexpr std::uint16_t kInstanceStep = 100;
constexpr std::size_t kLogFileBytesMin = 64U << 10U;
constexpr std::size_t kLogFileBytesMax = 1U << 30U;

// Start order: what others find through, then what others ask, then who asks.
std::vector<RolePlan> default_roles() {
  return {{"registry", 8500, 1, {}}, {"provider-sim", 5900, 1, {}}, {"auth", 5001, 1, {}},
          {"payments", 5002, 1, {}}, {"orders", 5003, 1, {}},       {"auth-server", 8180, 1, {}},
          {"gateway", 8444, 1, {}}};
}

// Only with somewhere to send the logs to. Before all others, so that it is stopped after them and their last
// lines are sent, too.
void add_log_shipper(std::vector<RolePlan>& roles) {
  roles.insert(roles.begin(), {"log-shipper", 8600, 1, {}});
}

std::uint16_t port_field(Fields& fields, std::string_view name, std::uint16_t fallback) {
  return static_cast<std::uint16_t>(fields.optional_int(name, fallback, {1, 65535}));
}

Result<void> read_role(RolePlan& plan, const json::object& object) {
  Fields fields{object, "roles." + plan.role};
  plan.port = port_field(fields, "port", plan.port);
  plan.instances = static_cast<std::size_t>(fields.optional_int("instances", 1, {0, 16}));
  const bool runs_once = plan.role == "registry" || plan.role == "provider-sim" || plan.role == "log-shipper";
  if (runs_once && plan.instances > 1) fields.reject("instances", "this role runs once per machine");
  if (const auto* settings = fields.maybe_object("settings")) plan.settings = *settings;
  if (auto complete = fields.finish(); !complete) return complete;
  return refuse_open_secrets(plan.settings, fields.path_of("settings"));
}

Result<void> read_gateway(Platform& platform, Fields& fields) {
  const auto* gateway = fields.maybe_object("gateway");
  if (gateway == nullptr) return {};
  Fields ports{*gateway, "gateway"};
  platform.gateway_http = port_field(ports, "http_port", platform.gateway_http);
  platform.gateway_https = port_field(ports, "https_port", platform.gateway_https);
  platform.gateway_admin = port_field(ports, "admin_port", platform.gateway_admin);
  return ports.finish();
}

Result<void> read_logs(telemetry::LogFileLimits& logs, Fields& fields) {
  const auto* object = fields.maybe_object("logs");
  if (object == nullptr) return {};
  Fields limits{*object, "logs"};
  logs.file_bytes_max = limits.optional_size("file_size", logs.file_bytes_max);
  logs.files_max = static_cast<std::size_t>(
      limits.optional_int("files", static_cast<std::int64_t>(logs.files_max), {2, 1000}));
  if (logs.file_bytes_max < kLogFileBytesMin || logs.file_bytes_max > kLogFileBytesMax)
    limits.reject("file_size", "must be from 64KiB to 1GiB");
  return limits.finish();
}

// What stands there is read again by each role, with its own secrets.
Result<void> read_tracing(Platform& platform, Fields& fields) {
  const auto* object = fields.maybe_object("tracing");
  if (object == nullptr) return {};
  if (auto settings = service::TraceSettings::from_json(*object, {}); !settings) return fail(settings);
  platform.tracing = *object;
  return {};
}

Result<void> read_restart(BackOff& restart, Fields& fields) {
  const auto* object = fields.maybe_object("restart");
  if (object == nullptr) return {};
  Fields times{*object, "restart"};
  restart.first = times.optional_duration("first", restart.first);
  restart.last = times.optional_duration("last", std::max(restart.first, restart.last));
  restart.good_after = times.optional_duration("good_after", restart.good_after);
  if (restart.first.count() < 1) times.reject("first", "must be at least 1ms");
  if (restart.last < restart.first) times.reject("last", "must not be less than first");
  return times.finish();
}

Result<void> read_discovery(Platform& platform, Fields& fields) {
  const auto* object = fields.maybe_object("discovery");
  if (object == nullptr) return {};
  if (!object->contains("consul")) {
    fields.reject("discovery", "names a Consul, or is left out: the registry's port is roles.registry.port");
    return fields.finish();
  }
  auto settings = discovery::Settings::from_json(*object);
  if (!settings) return fail(settings);
  platform.registry = std::move(*settings);
  platform.discovery = *object;
  return {};
}

Result<void> read_roles(Platform& platform, Fields& fields) {
  const auto* roles = fields.maybe_object("roles");
  if (roles == nullptr) return {};
  for (const auto& entry : *roles) {
    const std::string path = "roles." + std::string(entry.key());
    if (entry.key() == "log-shipper") add_log_shipper(platform.roles);
    const auto plan = std::ranges::find(platform.roles, std::string_view(entry.key()), &RolePlan::role);
    if (plan == platform.roles.end()) {
      return refuse(ErrorKind::invalid, "invalid_field", path + ": no such role");
    }
    if (entry.value().is_null()) continue;
    if (!entry.value().is_object()) {
      return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
    }
    if (auto read = read_role(*plan, entry.value().as_object()); !read) return read;
  }
  return {};
}

Result<void> read_platform(Platform& platform, const json::object& object) {
  Fields fields{object};
  platform.address = fields.optional_text("address", platform.address, {.bytes_max = 64});
  platform.log_level = fields.optional_text("log_level", platform.log_level, {.bytes_max = 16});
  if (auto read = read_gateway(platform, fields); !read) return read;
  if (auto read = read_logs(platform.logs, fields); !read) return read;
  if (auto read = read_tracing(platform, fields); !read) return read;
  if (auto read = read_restart(platform.restart, fields); !read) return read;
  if (auto read = read_discovery(platform, fields); !read) return read;
  if (auto read = read_roles(platform, fields); !read) return read;
  const bool is_alone = platform.registry.kind == discovery::RegistryKind::built_in;
  if (is_alone && platform.plan_of("registry").instances == 0)
    fields.reject("roles.registry.instances", "without a Consul the registry must run");
  return fields.finish();
}

// "platform.yml:12: roles.orders.port: must be …"
Result<void> read_text(Platform& platform, std::string_view text) {
  const auto bad = [&platform](std::string_view detail) {
    return fail(ErrorKind::invalid, "bad_platform_file",
                fmt::format("{}:{}", platform.file.string(), detail));
  };
  const auto document = core::parse_yaml(text);
  if (!document) return bad(document.error().detail);
  if (document->value.is_null()) return {};
  if (!document->value.is_object()) return bad("1: must be a mapping");
  const auto read = read_platform(platform, document->value.as_object());
  if (!read) return bad(document->located(read.error().detail));
  return {};
}

}  // namespace

Result<Platform> Platform::load_file(const std::filesystem::path& file, const std::filesystem::path& data) {
  Platform platform;
  platform.data = data;
  platform.file = file;
  platform.roles = default_roles();
  const auto text = read_file(file);
  if (!text) return fail(text);
  if (auto read = read_text(platform, *text); !read) return fail(read);
  return platform;
}

Result<Platform> Platform::load(const std::filesystem::path& data) {
  const Layout layout{data};
  for (const auto& file : {layout.platform_file(), layout.old_platform_file()}) {
    auto platform = load_file(file, data);
    if (platform || platform.error().kind != ErrorKind::not_found) return platform;
  }
  Platform platform;
  platform.data = data;
  platform.file = layout.platform_file();
  platform.roles = default_roles();
  return platform;
}

json::object Platform::discovery_of_roles() const {
  if (!discovery.empty()) return discovery;
  return {{"address", address}, {"port", plan_of("registry").port}};
}

std::string Platform::issuer() const {
  return fmt::format("https://localhost:{}/realms/gatehouse", gateway_https);
}

const RolePlan& Platform::plan_of(std::string_view role) const {
  return *std::ranges::find(roles, role, &RolePlan::role);
}

std::vector<std::string> RolePlan::secret_variables() const {
  std::vector<std::string> variables;
  const json::value* keys = settings.if_contains("field_keys");
  if (keys == nullptr || !keys->is_object()) return variables;
  for (const char* name : {"variable", "passphrase_variable"}) {
    const json::value* variable = keys->get_object().if_contains(name);
    if (variable != nullptr && variable->is_string()) variables.emplace_back(variable->get_string());
  }
  return variables;
}

std::vector<Instance> instances_of(const Platform& platform) {
  std::vector<Instance> instances;
  for (const RolePlan& plan : platform.roles) {
    if (plan.role == "registry" && platform.registry.kind == discovery::RegistryKind::consul) continue;
    for (std::size_t i = 0; i < plan.instances; ++i) {
      const auto offset = static_cast<std::uint16_t>(i * kInstanceStep);
      instances.push_back({fmt::format("{}-{}", plan.role, i + 1), plan.role,
                           static_cast<std::uint16_t>(plan.port + offset), offset, plan.secret_variables()});
    }
  }
  return instances;
}

std::uint16_t admin_port_of(const Platform& platform, const Instance& gateway) {
  return static_cast<std::uint16_t>(platform.gateway_admin + gateway.offset);
}

std::vector<UsedPort> ports_of(const Platform& platform) {
  std::vector<UsedPort> ports;
  for (const Instance& instance : instances_of(platform)) {
    ports.push_back({instance.name, instance.port});
    if (instance.role == "gateway")
      ports.push_back({instance.name + " admin", admin_port_of(platform, instance)});
  }
  ports.push_back({"gateway http", platform.gateway_http});
  ports.push_back({"gateway https", platform.gateway_https});
  return ports;
}

}  // namespace gatehouse::supervisor
