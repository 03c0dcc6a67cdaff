#include "gateway/store/sealed_row.hpp"

#include <functional>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "gateway/store/entities.hpp"

namespace gatehouse::gateway::store {
namespace {

using schema::Field;
using Transform = std::function<Result<void>(json::value&, std::string_view path)>;

Result<void> each_secret(const std::vector<Field>& fields, json::object& object, const std::string& prefix,
                         const Transform& transform) {
  for (const Field& field : fields) {
    json::value* value = object.if_contains(field.name);
    if (value == nullptr || value->is_null()) continue;
    const std::string path = prefix + field.name;
    Result<void> done;
    if (field.rules.secret) {
      done = transform(*value, path);
    } else if (field.type == schema::Type::record && value->is_object()) {
      done = each_secret(field.inner, value->get_object(), path + ".", transform);
    }
    if (!done) return done;
  }
  return {};
}

crypto::RecordName record_name(const EntityType& type, std::string_view id) {
  return {.service = "gateway", .table = std::string(type.name), .record = std::string(id)};
}

Result<void> open_value(const crypto::RecordKey& key, json::value& value, std::string_view path) {
  const json::object* holder = value.if_object();
  const auto sealed = holder == nullptr ? std::nullopt : core::from_base64(text_at(*holder, "sealed"));
  if (!sealed) return fail(ErrorKind::internal, "ciphertext_rejected", fmt::format("{} is not sealed", path));
  auto plain = key.open(path, *sealed);
  if (!plain) return fail(plain);
  value = json::string(*plain);
  return {};
}

}  // namespace

crypto::RecordName name_of_entity_key(const std::string& type_and_id) {
  const auto slash = std::min(type_and_id.find('/'), type_and_id.size() - 1);
  return {
      .service = "gateway", .table = type_and_id.substr(0, slash), .record = type_and_id.substr(slash + 1)};
}

Result<SealedRow> RowCipher::seal(const EntityType& type, json::object entity) const {
  json::object ignored;
  const schema::Schema* schema = types_.schema_of(type, entity, ignored);
  if (schema == nullptr) return fail(ErrorKind::internal, "unknown_plugin", std::string(id_of(entity)));
  const std::string id(id_of(entity));
  SealedRow row;
  std::optional<crypto::RecordKey> key;
  const auto seal_value = [&](json::value& value, std::string_view path) -> Result<void> {
    if (!key) {
      auto made = envelope_.create(record_name(type, id));
      if (!made) return fail(made);
      key = std::move(made->first);
      row.wrapped_key = std::move(made->second);
    }
    auto sealed = key->seal(path, std::string_view(value.as_string()));
    if (!sealed) return fail(sealed);
    value = json::object{{"sealed", core::to_base64(*sealed)}};
    return {};
  };
  if (auto sealed = each_secret(schema->fields, entity, {}, seal_value); !sealed) return fail(sealed);
  row.body = json::serialize(entity);
  return row;
}

Result<json::object> RowCipher::open(const EntityType& type, std::string_view id,
                                     const SealedRow& row) const {
  auto entity = core::parse_json_object(row.body);
  if (!entity || !row.wrapped_key) return entity;
  json::object ignored;
  const schema::Schema* schema = types_.schema_of(type, *entity, ignored);
  if (schema == nullptr) return fail(ErrorKind::internal, "unknown_plugin", std::string(id));
  auto key = envelope_.unlock(record_name(type, id), *row.wrapped_key);
  if (!key) return fail(key);
  const auto open_secret = [&](json::value& value, std::string_view path) {
    return open_value(*key, value, path);
  };
  if (auto opened = each_secret(schema->fields, *entity, {}, open_secret); !opened) return fail(opened);
  return entity;
}

}  // namespace gatehouse::gateway::store
