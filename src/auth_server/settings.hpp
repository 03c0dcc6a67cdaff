// The auth server's own settings: the object "settings" of its configuration file.
//
//   {"realm_import": "/etc/gatehouse/realm.json", "audience": "gatehouse", "session_idle": "30m",
//    "key_rotation": "90d", "store": {"engine": "postgres", …}}        service/sql_store.hpp
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "auth_server/keys/key_schedule.hpp"
#include "auth_server/people/auth_service_people.hpp"
#include "auth_server/sessions/lifetimes.hpp"
#include "core/fields.hpp"
#include "service/config.hpp"
#include "service/sql_store.hpp"

namespace gatehouse::auth_server {

struct Settings {
  std::filesystem::path realm_import = "config/realm.json";  // relative to the working directory
  std::string audience = "gatehouse";  // `aud` of access tokens, where a client names no other
  Lifetimes lifetimes;                 // where the realm file says nothing
  KeyPolicy keys;
  AuthServiceOptions people;
  std::chrono::milliseconds key_refresh{60'000};
  std::chrono::milliseconds sweep_period{300'000};
  service::SqlStoreSettings store;  // default: SQLite in <data_dir>/auth-server.db
};

// `invalid_field`, `unknown_field` with the path.
[[nodiscard]] Result<Settings> settings_of(const service::Config& config);

// "https://localhost:8443" of "https://localhost:8443/realms/gatehouse". `invalid`/"bad_issuer".
[[nodiscard]] Result<std::string> issuer_base_of(std::string_view issuer);

}  // namespace gatehouse::auth_server
