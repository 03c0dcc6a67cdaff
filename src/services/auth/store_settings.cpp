#include "services/auth/store_settings.hpp"

namespace gatehouse::auth {

namespace {

constexpr core::TextLimits kFile{.bytes_max = 4096};

Result<StoreSettings> read_sqlite(const json::object& object, std::string path,
                                  const service::Config& config) {
  Fields fields{object, std::move(path)};
  fields.ignore("engine");
  SqliteSettings settings{fields.optional_text("file", (config.data_dir / "store.db").string(), kFile)};
  if (const auto read = fields.finish(); !read) return fail(read);
  return settings;
}

Result<StoreSettings> read_mongo(const json::object& object, std::string path,
                                 const service::Config& config) {
  const auto read_secret = [&config](std::string_view name) { return config.secret(name); };
  auto options = storage::mongo::Options::from_json(object, std::move(path), read_secret);
  if (!options) return fail(options);
  return std::move(*options);
}

}  // namespace

Result<StoreSettings> store_settings_of(Fields& fields, const service::Config& config) {
  const json::value* value = fields.maybe_value("store");
  if (value == nullptr) return SqliteSettings{config.data_dir / "store.db"};
  if (!value->is_object()) return SqliteSettings{fields.required_text("store", kFile)};
  const json::object& object = value->get_object();
  const std::string path = fields.path_of("store");
  Fields choice{object, path};
  const std::string engine = choice.required_text("engine");
  if (engine == "sqlite") return read_sqlite(object, path, config);
  if (engine == "mongodb") return read_mongo(object, path, config);
  choice.reject("engine", "must be sqlite or mongodb");
  return fail(choice.finish_lenient());
}

Result<std::optional<storage::mongo::Options>> key_settings_of(Fields& fields, const service::Config& config,
                                                               const StoreSettings& store) {
  const json::object* object = fields.maybe_object("subject_keys");
  if (object == nullptr) return std::nullopt;
  const std::string path = fields.path_of("subject_keys");
  Fields choice{*object, path};
  const auto* people = std::get_if<storage::mongo::Options>(&store);
  if (people == nullptr) choice.reject("engine", "can be shared only where the store is mongodb");
  if (choice.required_text("engine") != "mongodb") choice.reject("engine", "must be mongodb");
  if (const auto read = choice.finish_lenient(); !read) return fail(read);
  auto options = read_mongo(*object, path, config);
  if (!options) return fail(options);
  auto& keys = std::get<storage::mongo::Options>(*options);
  if (keys.database == people->database) {
    choice.reject("database", "must not be that of the store, whose backups would carry the keys along");
    return fail(choice.finish_lenient());
  }
  return std::move(keys);
}

}  // namespace gatehouse::auth
