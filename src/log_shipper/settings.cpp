#include "log_shipper/settings.hpp"

#include <algorithm>

#include "core/durable_file.hpp"
#include "core/encoding.hpp"
#include "core/fields.hpp"

namespace gatehouse::log_shipper {

namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t kDefaultPort = 9200;

// Elasticsearch's rules for the name of a data stream, as far as they matter here.
bool is_data_stream(std::string_view name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return std::ranges::all_of(name, is_fine) && !name.starts_with('-') && !name.starts_with('_') &&
         !name.starts_with('.');
}

void read_credentials(Settings& settings, Fields& fields, const std::filesystem::path& secrets) {
  settings.username = fields.optional_text("username", "", {.bytes_min = 0, .bytes_max = 255});
  const auto password = fields.maybe_text("password_file", {.bytes_max = 4096});
  const auto api_key = fields.maybe_text("api_key_file", {.bytes_max = 4096});
  if (password) settings.password_file = secrets / *password;
  if (api_key) settings.api_key_file = secrets / *api_key;
  if (password.has_value() == settings.username.empty())
    fields.reject("password_file", "username and password_file belong together");
  if (password && api_key) fields.reject("api_key_file", "stands instead of username and password_file");
  if (settings.username.contains(':')) fields.reject("username", "must not have a colon");
}

void read_limits(Settings& settings, Fields& fields) {
  settings.batch_bytes_max = fields.optional_size("batch_size", settings.batch_bytes_max);
  settings.batch_lines_max = static_cast<std::size_t>(
      fields.optional_int("batch_lines", static_cast<std::int64_t>(settings.batch_lines_max), {1, 100'000}));
  settings.flush_interval = fields.optional_duration("flush_interval", settings.flush_interval);
  settings.timeout = fields.optional_duration("timeout", settings.timeout);
  if (settings.batch_bytes_max < (4U << 10U) || settings.batch_bytes_max > (50U << 20U))
    fields.reject("batch_size", "must be from 4KiB to 50MiB");
  if (settings.flush_interval < milliseconds{10}) fields.reject("flush_interval", "must be at least 10ms");
  if (settings.timeout < milliseconds{100}) fields.reject("timeout", "must be at least 100ms");
}

Result<std::string> secret_in(const std::filesystem::path& file) {
  auto text = core::read_file(file);
  if (!text) return fail(ErrorKind::invalid, "secret_missing", text.error().detail);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return text;
}

}  // namespace

Result<Settings> Settings::from_json(const json::object& object, const std::filesystem::path& secrets) {
  Settings settings;
  Fields outer{object, "settings"};
  const json::object none;
  const auto* inner = outer.maybe_object("elasticsearch");
  if (inner == nullptr) outer.reject("elasticsearch", "is required: where the logs go");
  Fields fields{inner == nullptr ? none : *inner, "settings.elasticsearch"};
  const auto url = fields.required_text("url", {.bytes_max = 1024});
  const auto server = http::BaseUrl::parse(url, kDefaultPort);
  if (server) settings.server = *server;
  if (!url.empty() && !server) fields.reject("url", "must be https://host[:port][/path][?query]");
  if (server && !server->uses_tls && !server->is_loopback())
    fields.reject("url", "must be https: the logs and the credentials would travel in clear text");
  settings.ca = fields.optional_text("ca", "", {.bytes_min = 0, .bytes_max = 4096});
  settings.data_stream = fields.optional_text("data_stream", settings.data_stream, {.bytes_max = 255});
  if (!is_data_stream(settings.data_stream)) fields.reject("data_stream", "is no name of a data stream");
  read_credentials(settings, fields, secrets);
  read_limits(settings, fields);
  if (auto complete = outer.finish(); !complete) return fail(complete);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

Result<Secret> Settings::authorization() const {
  if (!api_key_file.empty()) {
    auto key = secret_in(api_key_file);
    if (!key) return fail(key);
    Secret secret("ApiKey " + *key);
    core::wipe(*key);
    return secret;
  }
  if (username.empty()) return Secret();
  auto password = secret_in(password_file);
  if (!password) return fail(password);
  std::string pair = username + ":" + *password;
  Secret secret("Basic " + core::to_base64(pair));
  core::wipe(pair);
  core::wipe(*password);
  return secret;
}

}  // namespace gatehouse::log_shipper
