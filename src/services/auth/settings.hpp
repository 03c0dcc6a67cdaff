// What the auth service can be told in the "settings" of its configuration. Every member has a default;
// unknown keys are refused.
//
//   {"realm_import": "config/realm.json",
//    "password_hash": {"memory_kib": 19456, "iterations": 2, "parallelism": 1,
//                      "threads": 2, "queue_max": 64},
//    "password": {"bytes_min": 12},
//    "lockout": {"failures_free": 4, "first_wait": "1s", "longest_wait": "15m", "forget_after": "12h"},
//    "addresses": {"failures": 30, "one_back_every": "10s", "addresses_max": 10000},
//    "person_cache": {"ttl": "30s", "entries_max": 10000,
//                     "redis": {"host": "127.0.0.1", "port": 6379, "password_file": "redis_password"}}}
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "crypto/password.hpp"
#include "runtime/blocking_pool.hpp"
#include "service/config.hpp"
#include "services/auth/domain/address_limiter.hpp"
#include "services/auth/domain/lockout.hpp"
#include "services/auth/domain/password_rules.hpp"

namespace gatehouse::auth {

struct RedisSettings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string password_file;  // name in the secrets directory; empty: no password
};

struct PersonCacheSettings {
  std::chrono::milliseconds ttl{30'000};
  std::size_t entries_max = 10'000;
  std::optional<RedisSettings> redis;  // none: each instance by itself
};

struct Settings {
  std::filesystem::path store;         // default: <data_dir>/store.db
  std::filesystem::path realm_import;  // a realm's export in Keycloak's form; empty: none
  crypto::PasswordHashCost hash_cost;
  runtime::BlockingPoolLimits hashing{.threads = 0, .queue_max = 64};  // threads: one per core
  PasswordLimits password;
  LockoutLimits lockout;
  AddressLimits addresses;
  PersonCacheSettings person_cache;
};

// `invalid_field`, `unknown_field` with the path.
[[nodiscard]] Result<Settings> settings_of(const service::Config&);

}  // namespace gatehouse::auth
