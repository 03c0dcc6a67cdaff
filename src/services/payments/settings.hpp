// What the payments service can be told in the "settings" of its configuration. Every member has a default;
// unknown keys are refused.
//
//   {"store": "…/payments.db"   or   {"engine": "sqlite", "file": "…"}   or   {"engine": "dynamodb", …},
//    "provider": "provider-sim", "provider_time": "8s", "look_up_time": "3s", "provider_try_time": "3s",
//    "recovery_pause": "500ms"}
//
// The keys of a DynamoDB store are in storage/dynamodb/options.hpp.
#pragma once

#include <filesystem>
#include <string>
#include <variant>

#include "service/config.hpp"
#include "services/payments/adapters/provider_calls.hpp"
#include "services/payments/usecases/recovery_worker.hpp"
#include "storage/dynamodb/options.hpp"

namespace gatehouse::payments {

struct SqliteSettings {
  std::filesystem::path file;  // default: <data_dir>/payments.db
};
using StoreSettings = std::variant<SqliteSettings, storage::dynamodb::Options>;

struct Settings {
  StoreSettings store;
  std::string provider = "provider-sim";  // its name in discovery, and a metric label
  PaymentTimes times;
  RecoveryLimits recovery;
  ProviderCallLimits calls;
};

// `invalid_field`, `unknown_field` with the path; `secret_missing`.
[[nodiscard]] Result<Settings> settings_of(const service::Config& config);

}  // namespace gatehouse::payments
