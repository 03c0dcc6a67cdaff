// The platform on this machine: which roles run, how often, on which ports, on which engines. Read from
// <data>/platform.yml, which the first start writes; unknown keys are refused with line and path. A
// platform.json of an earlier start is read where there is no platform.yml.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "discovery/settings.hpp"
#include "telemetry/log_files.hpp"

namespace gatehouse::supervisor {

struct RolePlan {
  std::string role;
  std::uint16_t port = 0;  // of the first instance; the next ones follow in steps of 100
  std::size_t instances = 1;
  json::object settings;  // handed to the role as they are

  // The environment variables in which its settings keep keys or a passphrase: for this role's processes
  // only.
  [[nodiscard]] std::vector<std::string> secret_variables() const;
};

// Between two starts of an instance that dies: doubles from `first` to `last`; an instance that lived for
// `good_after` begins anew.
struct BackOff {
  std::chrono::milliseconds first{50};
  std::chrono::milliseconds last{5'000};
  std::chrono::milliseconds good_after{10'000};
};

struct Platform {
  std::filesystem::path data;
  std::filesystem::path file;  // the one that was read; else the one that the first start writes
  std::string address = "127.0.0.1";
  std::string log_level = "info";
  telemetry::LogFileLimits logs;  // of each instance
  json::object tracing;           // as it was written, for the roles; empty: no traces
  std::uint16_t gateway_http = 8000;
  std::uint16_t gateway_https = 8443;
  std::uint16_t gateway_admin = 8001;
  BackOff restart;
  discovery::Settings registry;  // with a Consul there is no role registry
  json::object discovery;        // the same as it was written, for the roles; empty: the built-in registry
  std::vector<RolePlan> roles;   // in start order; stopped in reverse

  // Defaults, changed by <data>/platform.yml or platform.json if it is there. `invalid`/"bad_platform_file"
  // names file, line and key.
  static Result<Platform> load(const std::filesystem::path& data);
  // The same from any file, which must be there.
  static Result<Platform> load_file(const std::filesystem::path& file, const std::filesystem::path& data);

  // The object "discovery" of a role's configuration.
  [[nodiscard]] json::object discovery_of_roles() const;

  [[nodiscard]] std::string issuer() const;
  [[nodiscard]] const RolePlan& plan_of(std::string_view role) const;
};

// One process to run.
struct Instance {
  std::string name;  // "orders-1"
  std::string role;
  std::uint16_t port = 0;
  std::uint16_t offset = 0;                 // from the ports of the role's first instance
  std::vector<std::string> variables = {};  // RolePlan::secret_variables()
};
[[nodiscard]] std::vector<Instance> instances_of(const Platform& platform);
// Gateways share their public ports, but each has an Admin API of its own.
[[nodiscard]] std::uint16_t admin_port_of(const Platform& platform, const Instance& gateway);

// Everything that the platform listens on.
struct UsedPort {
  std::string who;  // "orders-1", "gateway https"
  std::uint16_t port = 0;
};
[[nodiscard]] std::vector<UsedPort> ports_of(const Platform& platform);

// Where things lie in the data directory.
struct Layout {
  std::filesystem::path data;

  [[nodiscard]] auto platform_file() const { return data / "platform.yml"; }
  [[nodiscard]] auto old_platform_file() const { return data / "platform.json"; }
  [[nodiscard]] auto credentials_file() const { return data / "credentials.txt"; }
  [[nodiscard]] auto ca_file() const { return data / "pki" / "ca.pem"; }
  [[nodiscard]] auto role_dir(std::string_view role) const { return data / "roles" / role; }
  [[nodiscard]] auto secrets_dir(std::string_view role) const { return role_dir(role) / "secrets"; }
  [[nodiscard]] auto instance_dir(std::string_view instance) const { return data / "instances" / instance; }
  // The log files of all instances (see telemetry/log_files.hpp), and what a process writes beside its log:
  // last words of one that could not start or broke down.
  [[nodiscard]] auto logs_dir() const { return data / "logs"; }
  [[nodiscard]] auto output_file(std::string_view instance) const {
    return logs_dir() / (std::string(instance) + ".out");
  }
  [[nodiscard]] auto status_file() const { return data / "run" / "status.json"; }
  [[nodiscard]] auto lock_file() const { return data / "run" / "up.lock"; }
};

}  // namespace gatehouse::supervisor
