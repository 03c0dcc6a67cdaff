// What the auth service can be told in the "settings" of its configuration. Every member has a default;
// unknown keys are refused.
//
//   {"store": "data/auth.db",
//    "subject_keys": {"engine": "mongodb", …},   (store_settings.hpp)
//    "field_keys": {"provider": "file"},   (service/keys/key_provider.hpp)
//    "realm_import": "config/realm.json",
//    "password_hash": {"memory_kib": 19456, "iterations": 2, "parallelism": 1,
//                      "threads": 2, "queue_max": 64},
//    "password": {"bytes_min": 12},
//    "lockout": {"failures_free": 4, "first_wait": "1s", "longest_wait": "15m", "forget_after": "12h"},
//    "addresses": {"failures": 30, "one_back_every": "10s", "addresses_max": 10000},
//    "person_cache": {"ttl": "30s", "entries_max": 10000,
//                     "redis": {"hosts": ["redis:6379"], "user": "auth", "password_file": "redis_password",
//                     …}}} (storage/redis/options.hpp)
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
#include "services/auth/store_settings.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::auth {

struct PersonCacheSettings {
  std::chrono::milliseconds ttl{30'000};
  std::size_t entries_max = 10'000;
  std::optional<storage::redis::Options> redis;  // none: each instance by itself
};

struct Settings {
  StoreSettings store;
  std::optional<storage::mongo::Options> subject_keys;  // none: secrets/subject_keys.db
  std::filesystem::path realm_import;                   // a realm's export in Keycloak's form; empty: none
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
