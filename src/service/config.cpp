#include "service/config.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace gatehouse::service {

namespace {

Result<std::string> read_file(const std::filesystem::path& file, std::string_view reason) {
  std::ifstream input(file, std::ios::binary);
  if (!input) return fail(ErrorKind::invalid, reason, fmt::format("{}: cannot be read", file.string()));
  std::ostringstream text;
  text << input.rdbuf();
  return std::move(text).str();
}

}  // namespace

Result<Config> Config::load(const std::filesystem::path& file) {
  const auto text = read_file(file, "config_unreadable");
  if (!text) return fail(text);
  const auto object = core::parse_json_object(*text);
  const auto config = object ? from_json(*object) : Result<Config>(fail(object));
  if (!config) {
    return fail(config.error().kind, config.error().reason,
                fmt::format("{}: {}", file.string(), config.error().detail));
  }
  return config;
}

Result<Config> Config::from_json(const json::object& object) {
  Config config;
  Fields fields{object};
  config.role = fields.required_text("role", {.bytes_max = 64});
  config.instance = fields.required_text("instance", {.bytes_max = 64});
  config.data_dir = fields.required_text("data_dir", {.bytes_max = 4096});
  config.issuer = fields.optional_text("issuer", "https://localhost:8443/realms/gatehouse");
  config.log_level = fields.optional_text("log_level", config.log_level);

  const json::object none;
  const auto part = [&](std::string_view name) {
    const auto* object_part = fields.maybe_object(name);
    return Fields{object_part == nullptr ? none : *object_part, std::string(name)};
  };
  Fields listen = part("listen");
  config.address = listen.optional_text("address", config.address);
  config.port = static_cast<std::uint16_t>(listen.required_int("port", {0, 65535}));
  Fields tls = part("tls");
  config.tls.certificate = tls.required_text("certificate", {.bytes_max = 4096});
  config.tls.key = tls.required_text("key", {.bytes_max = 4096});
  config.tls.ca = tls.required_text("ca", {.bytes_max = 4096});
  Fields logs = part("logs");
  config.log_dir = logs.optional_text("directory", "", {.bytes_min = 0, .bytes_max = 4096});
  config.log_files.file_bytes_max = logs.optional_size("file_size", config.log_files.file_bytes_max);
  config.log_files.files_max = static_cast<std::size_t>(
      logs.optional_int("files", static_cast<std::int64_t>(config.log_files.files_max), {2, 1000}));
  if (const auto* registry = fields.maybe_object("discovery")) {
    auto settings = discovery::Settings::from_json(*registry);
    if (!settings) return fail(settings);
    config.discovery = std::move(*settings);
  }
  if (const auto* tracing = fields.maybe_object("tracing")) {
    auto settings = TraceSettings::from_json(*tracing, config.secrets_dir());
    if (!settings) return fail(settings);
    config.tracing = std::move(*settings);
  }
  if (const auto* settings = fields.maybe_object("settings")) config.settings = *settings;

  for (const Fields* reader : {&listen, &tls, &logs, &fields}) {
    if (auto complete = reader->finish(); !complete) return fail(complete);
  }
  return config;
}

Result<Secret> Config::secret(std::string_view name) const {
  auto text = read_file(secrets_dir() / name, "secret_missing");
  if (!text) return fail(text);
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  return Secret(std::move(*text));
}

}  // namespace gatehouse::service
