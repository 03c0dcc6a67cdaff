// What we make ourselves when it is absent: ids, credential keys, times.
#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "gateway/schema/schema.hpp"

namespace gatehouse::gateway::schema {
namespace {

json::value now_as(Type type, core::SystemTime now) {
  if (type == Type::integer) return core::unix_seconds(now);
  return static_cast<double>(core::unix_millis(now)) / 1000.0;
}

json::value made(const Field& field, core::SystemTime now) {
  if (field.rules.uuid) return json::string(core::uuid_v4());
  if (field.type == Type::string) return json::string(core::to_hex(core::random_bytes(16)));
  return now_as(field.type, now);
}

}  // namespace

void fill_automatic(const Schema& schema, json::object& entity, core::SystemTime now) {
  for (const Field& field : schema.fields) {
    if (!field.rules.automatic) continue;
    json::value& value = entity[field.name];
    if (value.is_null()) value = made(field, now);
  }
}

void touch(const Schema& schema, json::object& entity, core::SystemTime now) {
  if (const Field* field = schema.find("updated_at")) entity["updated_at"] = now_as(field->type, now);
}

}  // namespace gatehouse::gateway::schema
