#include "backup/manifest.hpp"

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::backup {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kStoresMax = 1'000;

json::object json_of(const StoredFile& file) {
  json::object rows;
  for (const auto& [table, count] : file.rows) rows[table] = count;
  return {{"role", file.role},     {"file", file.file},     {"sealed", file.sealed}, {"bytes", file.bytes},
          {"sha256", file.sha256}, {"schema", file.schema}, {"rows", rows}};
}

json::object json_of(const Manifest& manifest) {
  json::array stores;
  for (const StoredFile& file : manifest.stores) stores.push_back(json_of(file));
  return {{"format", kFormat},           {"id", manifest.id},
          {"made_at", manifest.made_at}, {"gatehouse", manifest.version},
          {"stores", std::move(stores)}, {"left_out", json::value_from(manifest.left_out)}};
}

std::string mac_of(const json::object& body, const Secret& key) {
  const std::string message = "gatehouse backup manifest\n" + json::serialize(body);
  return core::to_hex(crypto::hmac_sha256(key.reveal(), message));
}

// A name that stays inside the directory it is put into.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos && !name.starts_with('.');
}

Result<StoredFile> read_file_entry(const json::object& object) {
  Fields fields{object, "stores"};
  StoredFile file{.role = fields.required_text("role"),
                  .file = fields.required_text("file"),
                  .sealed = fields.required_text("sealed"),
                  .bytes = static_cast<std::uint64_t>(fields.required_int("bytes", {})),
                  .sha256 = fields.required_text("sha256"),
                  .schema = fields.required_int("schema", {})};
  if (const auto* rows = fields.maybe_object("rows")) {
    for (const auto& row : *rows) file.rows[std::string(row.key())] = row.value().to_number<std::int64_t>();
  }
  if (!is_plain_name(file.role)) fields.reject("role", "is no name");
  if (!is_plain_name(file.file)) fields.reject("file", "is no name");
  if (file.sealed != fmt::format("stores/{}/{}.sealed", file.role, file.file))
    fields.reject("sealed", "is not where it belongs");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return file;
}

Result<Manifest> read_body(const json::object& body) {
  Fields fields{body};
  Manifest manifest;
  const auto format = fields.required_int("format", {});
  if (format > kFormat)
    return fail(ErrorKind::invalid, "backup_too_new", "it was made by a newer Gatehouse than this");
  manifest.id = fields.required_text("id");
  manifest.made_at = fields.required_text("made_at");
  manifest.version = fields.required_text("gatehouse");
  manifest.left_out = fields.optional_texts("left_out", {});
  const auto* stores = fields.maybe_array("stores");
  if (auto complete = fields.finish(); !complete) return fail(complete);
  if (stores == nullptr || stores->size() > kStoresMax) return fail(ErrorKind::internal, "manifest_damaged");
  for (const json::value& store : *stores) {
    if (!store.is_object()) return fail(ErrorKind::internal, "manifest_damaged");
    auto file = read_file_entry(store.as_object());
    if (!file) return fail(file);
    manifest.stores.push_back(std::move(*file));
  }
  return manifest;
}

}  // namespace

std::string Manifest::to_text(const Secret& key) const {
  json::object body = json_of(*this);
  body["mac"] = mac_of(body, key);
  return json::serialize(body) + "\n";
}

Result<Manifest> Manifest::from_text(std::string_view text, const Secret& key) {
  auto body = core::parse_json_object(text);
  const auto* mac = body ? body->if_contains("mac") : nullptr;
  if (mac == nullptr || !mac->is_string())
    return fail(ErrorKind::internal, "manifest_damaged", "manifest.json cannot be read");
  const std::string given(mac->as_string());
  body->erase("mac");
  if (!core::constant_time_equal(given, mac_of(*body, key)))
    return fail(ErrorKind::internal, "manifest_rejected",
                "manifest.json was made with another key, or was changed");
  return read_body(*body);
}

}  // namespace gatehouse::backup
