// Makes a data directory ready to start from: certificates, secrets, one configuration file per instance,
// and, the first time, demo accounts with random passwords. Running it again changes nothing that is still
// good.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "supervisor/platform.hpp"

namespace gatehouse::supervisor {

struct Account {
  std::string username;
  std::string password;
  std::string roles;
};

// Errors are those of supervisor/pki and durable_file: path and the system's words.
// The accounts, if they were made now: shown once.
[[nodiscard]] Result<std::vector<Account>> prepare(const Platform& platform, core::SystemTime now);

// The configuration file of an instance, as prepare() writes it.
[[nodiscard]] json::object config_of(const Platform& platform, const Instance& instance);

// The directory that holds realm.json and products.json: beside the program in a source tree, or
// /usr/share/gatehouse; GATEHOUSE_SHARE overrides.
[[nodiscard]] std::filesystem::path share_directory();

// Clients of the platform that are no role, but have a certificate: the guided demo, Prometheus, the
// supervisor itself, and a Consul that asks the instances how they are.
[[nodiscard]] std::vector<std::string_view> client_identities(const Platform& platform);

// New leaves for those that have used two thirds of their life. Answers with the instances that got one.
[[nodiscard]] Result<std::vector<std::string>> renew_leaves(const Platform& platform, core::SystemTime now);

}  // namespace gatehouse::supervisor
