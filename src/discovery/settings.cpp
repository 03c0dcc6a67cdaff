#include "discovery/settings.hpp"

#include "core/fields.hpp"

namespace gatehouse::discovery {
namespace {

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

Result<void> read_tls(Settings& settings, const json::object& object, const std::string& path) {
  Fields fields{object, path};
  settings.transport = Transport::own_tls;
  settings.tls.ca = fields.optional_text("ca", "", {.bytes_max = 4096});
  settings.tls.certificate = fields.optional_text("certificate", "", {.bytes_max = 4096});
  settings.tls.key = fields.optional_text("key", "", {.bytes_max = 4096});
  settings.server_name = fields.optional_text("server_name", settings.address, {.bytes_max = 255});
  if (settings.tls.certificate.empty() != settings.tls.key.empty())
    fields.reject("key", "certificate and key belong together");
  return fields.finish();
}

// `false` is clear text, an object names files; without it the platform's own certificates serve.
Result<void> read_transport(Settings& settings, Fields& fields) {
  const json::value* tls = fields.maybe_value("tls");
  if (tls == nullptr || tls->is_null() || *tls == json::value(true)) return {};
  if (const auto* object = tls->if_object()) return read_tls(settings, *object, fields.path_of("tls"));
  if (*tls != json::value(false)) {
    fields.reject("tls", "must be an object, or false for clear text");
  } else if (!is_loopback(settings.address)) {
    fields.reject("tls", "clear text is for an agent on the loopback address only");
  }
  settings.transport = Transport::clear;
  return {};
}

Result<void> read_consul(Settings& settings, const json::object& object, const std::string& path) {
  Fields fields{object, path};
  settings.kind = RegistryKind::consul;
  settings.address = fields.optional_text("address", settings.address, {.bytes_max = 255});
  settings.port = static_cast<std::uint16_t>(fields.optional_int("port", 8501, {1, 65'535}));
  if (auto read = read_transport(settings, fields); !read) return read;
  settings.token_file = fields.optional_text("token_file", "", {.bytes_max = 4096});
  settings.tags = fields.optional_texts("tags", {});
  settings.check_interval = fields.optional_duration("check_interval", settings.check_interval);
  if (settings.check_interval < std::chrono::milliseconds{100})
    fields.reject("check_interval", "must be at least 100ms");
  const std::string check = fields.optional_text("check", "https", {.bytes_max = 16});
  settings.check = check == "ttl" ? CheckKind::ttl : CheckKind::https;
  if (check != "ttl" && check != "https") fields.reject("check", "must be https or ttl");
  return fields.finish();
}

}  // namespace

Result<Settings> Settings::from_json(const json::object& object, std::string_view path) {
  Settings settings;
  Fields fields{object, std::string(path)};
  if (const auto* consul = fields.maybe_object("consul")) {
    if (auto read = read_consul(settings, *consul, fields.path_of("consul")); !read) return fail(read);
  } else {
    settings.address = fields.optional_text("address", settings.address, {.bytes_max = 255});
    settings.port = static_cast<std::uint16_t>(fields.optional_int("port", settings.port, {1, 65'535}));
  }
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return settings;
}

}  // namespace gatehouse::discovery
