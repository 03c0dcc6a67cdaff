// The platform on this machine: which roles run, how often, on which ports, with which settings. Read from
// <data>/platform.json, which the first start writes; unknown keys are refused with their path.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::supervisor {

struct RolePlan {
  std::string role;
  std::uint16_t port = 0;  // of the first instance; the next ones follow in steps of 100
  std::size_t instances = 1;
  json::object settings;  // handed to the role as they are
};

struct Platform {
  std::filesystem::path data;
  std::string address = "127.0.0.1";
  std::string log_level = "info";
  std::uint16_t gateway_http = 8000;
  std::uint16_t gateway_https = 8443;
  std::uint16_t gateway_admin = 8001;
  std::vector<RolePlan> roles;  // in start order; stopped in reverse

  // Defaults, changed by <data>/platform.json if it is there. `invalid` names file and key.
  static Result<Platform> load(const std::filesystem::path& data);
  [[nodiscard]] json::object to_json() const;

  [[nodiscard]] std::string issuer() const;
  [[nodiscard]] const RolePlan& plan_of(std::string_view role) const;
};

// One process to run.
struct Instance {
  std::string name;  // "orders-1"
  std::string role;
  std::uint16_t port = 0;
};
[[nodiscard]] std::vector<Instance> instances_of(const Platform& platform);

// Where things lie in the data directory.
struct Layout {
  std::filesystem::path data;

  [[nodiscard]] auto platform_file() const { return data / "platform.json"; }
  [[nodiscard]] auto credentials_file() const { return data / "credentials.txt"; }
  [[nodiscard]] auto ca_file() const { return data / "pki" / "ca.pem"; }
  [[nodiscard]] auto role_dir(std::string_view role) const { return data / "roles" / role; }
  [[nodiscard]] auto secrets_dir(std::string_view role) const { return role_dir(role) / "secrets"; }
  [[nodiscard]] auto instance_dir(std::string_view instance) const { return data / "instances" / instance; }
  [[nodiscard]] auto log_file(std::string_view instance) const {
    return data / "logs" / (std::string(instance) + ".log");
  }
  [[nodiscard]] auto status_file() const { return data / "run" / "status.json"; }
  [[nodiscard]] auto lock_file() const { return data / "run" / "up.lock"; }
};

}  // namespace gatehouse::supervisor
