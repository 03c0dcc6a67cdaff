#include "supervisor/platform_text.hpp"

#include <fmt/format.h>

namespace gatehouse::supervisor {
namespace {

constexpr std::string_view kHead =
    R"(# The platform on this machine. `gatehouse check` reads it strictly and tries every engine that it names.
# Secrets never stand here: they lie in roles/<role>/secrets, and are named by password_file and token_file.

address: {address}          # where the roles listen
log_level: {log_level}              # debug, info, warn, error

gateway:
  http_port: {http}
  https_port: {https}
  admin_port: {admin}           # always on the loopback address; a second gateway's is 100 above

logs: {{file_size: {log_file_kib}KiB, files: {log_files}}}  # of each instance, in logs/; the oldest file goes

restart:                     # of a role that dies: the pause doubles from first to last
  first: {first}ms
  last: {last}ms
  good_after: {good_after}ms      # a role that lived so long begins anew

# Instead of the built-in registry. A token_file without a slash lies in each role's secrets directory.
# discovery:
#   consul: {{address: 127.0.0.1, port: 8501, token_file: consul_token, tls: {{ca: /etc/consul/ca.pem}}}}

# Logs to Elasticsearch, as one more role; its CA, user and password_file, or api_key_file.
#   log-shipper: {{settings: {{elasticsearch: {{url: "https://localhost:9200", api_key_file: elasticsearch_api_key}}}}}}

# Traces to any receiver of OTLP over HTTP: Jaeger, Tempo, the OpenTelemetry collector. One trace in ten, and all that
# failed or was slow.
# tracing: {{endpoint: "http://127.0.0.1:4318", sample_ratio: 0.1, slow: 1s}}

# Each role: port of the first instance (the next ones follow in steps of 100), instances, settings.
# `store` in the settings names the engine; without it the role keeps an SQLite file in roles/<role>.
roles:
)";

}  // namespace

std::string platform_text(const Platform& platform) {
  std::string text = fmt::format(
      kHead, fmt::arg("address", platform.address), fmt::arg("log_level", platform.log_level),
      fmt::arg("http", platform.gateway_http), fmt::arg("https", platform.gateway_https),
      fmt::arg("admin", platform.gateway_admin), fmt::arg("first", platform.restart.first.count()),
      fmt::arg("last", platform.restart.last.count()),
      fmt::arg("good_after", platform.restart.good_after.count()),
      fmt::arg("log_file_kib", platform.logs.file_bytes_max / 1024),
      fmt::arg("log_files", platform.logs.files_max));
  for (const RolePlan& plan : platform.roles) {
    // JSON is YAML: settings keep their form on one line.
    text += fmt::format("  {}: {{port: {}, instances: {}, settings: {}}}\n", plan.role, plan.port,
                        plan.instances, json::serialize(plan.settings));
  }
  return text;
}

}  // namespace gatehouse::supervisor
