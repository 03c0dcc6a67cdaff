#include "auth_server/settings.hpp"

namespace gatehouse::auth_server {
namespace {

std::chrono::seconds seconds_of(Fields& fields, std::string_view name, std::chrono::seconds fallback) {
  return std::chrono::duration_cast<std::chrono::seconds>(fields.optional_duration(name, fallback));
}

void read_lifetimes(Fields& fields, Lifetimes& lifetimes) {
  lifetimes.login_flow = seconds_of(fields, "login_flow", lifetimes.login_flow);
  lifetimes.authorization_code = seconds_of(fields, "authorization_code", lifetimes.authorization_code);
  lifetimes.access_token = seconds_of(fields, "access_token", lifetimes.access_token);
  lifetimes.session_idle = seconds_of(fields, "session_idle", lifetimes.session_idle);
  lifetimes.session_max = seconds_of(fields, "session_max", lifetimes.session_max);
  lifetimes.refresh_leeway = seconds_of(fields, "refresh_leeway", lifetimes.refresh_leeway);
  lifetimes.refresh_siblings_max = static_cast<unsigned>(
      fields.optional_int("refresh_siblings_max", lifetimes.refresh_siblings_max, {0, 1000}));
  if (lifetimes.refresh_leeway > std::chrono::minutes(1))
    fields.reject("refresh_leeway", "must be at most 1m");
}

void read_keys(Fields& fields, Settings& settings) {
  KeyPolicy& keys = settings.keys;
  keys.rotation_period = seconds_of(fields, "key_rotation", keys.rotation_period);
  keys.publish_ahead = seconds_of(fields, "key_publish_ahead", keys.publish_ahead);
  keys.keep_retired = seconds_of(fields, "key_keep_retired", keys.keep_retired);
  settings.key_refresh = fields.optional_duration("key_refresh", settings.key_refresh);
  if (keys.publish_ahead >= keys.rotation_period)
    fields.reject("key_publish_ahead", "must be below key_rotation");
  if (settings.key_refresh.count() < 100) fields.reject("key_refresh", "must be at least 100ms");
}

}  // namespace

Result<Settings> settings_of(const service::Config& config) {
  Fields fields{config.settings, "settings"};
  Settings settings;
  const auto read_secret = [&config](std::string_view name) { return config.secret(name); };
  auto store = service::read_sql_store(fields, {config.data_dir / "auth-server.db"}, read_secret);
  if (!store) return fail(store);
  settings.store = *std::move(store);
  settings.realm_import = fields.optional_text("realm_import", settings.realm_import.string());
  settings.audience = fields.optional_text("audience", settings.audience);
  read_lifetimes(fields, settings.lifetimes);
  read_keys(fields, settings);
  settings.people.service = fields.optional_text("auth_service", settings.people.service);
  settings.people.timeout = fields.optional_duration("auth_service_timeout", settings.people.timeout);
  settings.sweep_period = fields.optional_duration("sweep_period", settings.sweep_period);
  if (settings.sweep_period.count() < 1000) fields.reject("sweep_period", "must be at least 1s");
  fields.ignore("field_keys");  // service/keys reads it
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

Result<std::string> issuer_base_of(std::string_view issuer) {
  const std::size_t at = issuer.find("/realms/");
  const bool is_web = issuer.starts_with("https://") || issuer.starts_with("http://");
  if (!is_web || at == std::string_view::npos || issuer.find('/', at + 8) != std::string_view::npos) {
    return refuse(ErrorKind::invalid, "bad_issuer", "issuer: must be https://host[:port]/realms/<realm>");
  }
  return std::string(issuer.substr(0, at));
}

}  // namespace gatehouse::auth_server
