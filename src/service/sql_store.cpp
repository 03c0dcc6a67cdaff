#include "service/sql_store.hpp"

namespace gatehouse::service {
namespace {

Result<SqlStoreSettings> read_sqlite(const json::object& object, const std::string& path,
                                     SqliteSettings settings) {
  Fields fields{object, path};
  fields.ignore("engine");
  settings.file = fields.optional_text("file", settings.file.string(), {.bytes_max = 4096});
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

}  // namespace

Result<SqlStoreSettings> read_sql_store(Fields& fields, SqliteSettings embedded,
                                        const storage::postgres::ReadSecret& read_secret) {
  const json::value* value = fields.maybe_value("store");
  if (value == nullptr) return embedded;
  const std::string path = fields.path_of("store");
  if (const json::string* file = value->if_string(); file != nullptr && !file->empty()) {
    return SqliteSettings{std::string(*file)};
  }
  const json::object* object = value->if_object();
  const json::value* engine = object == nullptr ? nullptr : object->if_contains("engine");
  if (engine != nullptr && *engine == "sqlite") return read_sqlite(*object, path, std::move(embedded));
  if (engine != nullptr && *engine == "postgres")
    return storage::postgres::Options::from_json(*object, path, read_secret);
  return refuse(ErrorKind::invalid, "invalid_field", path + ".engine: must be sqlite or postgres");
}

}  // namespace gatehouse::service
