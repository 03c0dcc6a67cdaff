// What every role is told at start: one JSON file, unknown keys refused. Role-specific settings are an object
// that the role reads itself into its own struct.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/fields.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "discovery/settings.hpp"
#include "net/tls.hpp"
#include "service/trace_settings.hpp"
#include "telemetry/log_files.hpp"

namespace gatehouse::service {

struct Config {
  std::string role;      // "payments"
  std::string instance;  // "payments-1"
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::filesystem::path data_dir;  // store, secrets: shared by the instances of a role
  net::TlsFiles tls;
  discovery::Settings discovery;
  std::string issuer;  // "https://localhost:8443/realms/gatehouse"
  std::string log_level = "info";
  std::filesystem::path log_dir;  // empty: the log goes to stdout
  telemetry::LogFileLimits log_files;
  std::optional<TraceSettings> tracing;  // nothing: no span is kept
  json::object settings;

  // `invalid` with the path of the offending key.
  static Result<Config> load(const std::filesystem::path& file);
  static Result<Config> from_json(const json::object& object);

  // The content of data_dir/secrets/<name>, without a final newline. `invalid`/"secret_missing".
  [[nodiscard]] Result<Secret> secret(std::string_view name) const;
  [[nodiscard]] std::filesystem::path secrets_dir() const { return data_dir / "secrets"; }
};

}  // namespace gatehouse::service
