#include "services/payments/settings.hpp"

#include "core/fields.hpp"

namespace gatehouse::payments {
namespace {

Result<StoreSettings> sqlite_of(const json::object& object, std::string path, SqliteSettings settings) {
  Fields fields{object, std::move(path)};
  fields.ignore("engine");
  settings.file = fields.optional_text("file", settings.file.string(), {.bytes_max = 4096});
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

// A plain text is the file of the embedded store.
Result<StoreSettings> store_of(const json::value* value, std::string path, const service::Config& config) {
  const SqliteSettings embedded{.file = config.data_dir / "payments.db"};
  if (value == nullptr) return embedded;
  if (const json::string* file = value->if_string(); file != nullptr && !file->empty())
    return SqliteSettings{.file = std::string(*file)};
  const json::object* object = value->if_object();
  if (object == nullptr) return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
  Fields fields{*object, path};
  const std::string engine = fields.optional_text("engine", "sqlite");
  if (engine == "sqlite") return sqlite_of(*object, std::move(path), embedded);
  if (engine == "dynamodb") {
    const auto secret = [&config](std::string_view name) { return config.secret(name); };
    auto options = storage::dynamodb::Options::from_json(*object, std::move(path), secret);
    if (!options) return fail(options);
    return std::move(*options);
  }
  fields.reject("engine", "must be sqlite or dynamodb");
  return fail(fields.finish());
}

}  // namespace

Result<Settings> settings_of(const service::Config& config) {
  Fields fields{config.settings, "settings"};
  Settings settings;
  auto store = store_of(fields.maybe_value("store"), fields.path_of("store"), config);
  if (!store) return fail(store);
  settings.store = std::move(*store);
  settings.provider = fields.optional_text("provider", settings.provider);
  settings.times.provider = fields.optional_duration("provider_time", settings.times.provider);
  settings.times.look_up = fields.optional_duration("look_up_time", settings.times.look_up);
  settings.calls.one_try = fields.optional_duration("provider_try_time", settings.calls.one_try);
  settings.recovery.pause = fields.optional_duration("recovery_pause", settings.recovery.pause);
  fields.ignore("field_keys");  // service/keys reads it
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

}  // namespace gatehouse::payments
