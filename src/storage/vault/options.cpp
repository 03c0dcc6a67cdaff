#include "storage/vault/options.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace gatehouse::storage::vault {

namespace {

constexpr std::string_view kHttps = "https://";

// A part of a path as Vault allows it; nothing that would need escaping.
bool is_plain(std::string_view name) {
  const auto is_fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, is_fine) && !name.starts_with('.');
}

void read_address(Fields& fields, Options& options) {
  const std::string address = fields.required_text("address", {.bytes_max = 300});
  if (!address.starts_with(kHttps)) return fields.reject("address", "must be https://host[:port]");
  const std::string_view authority = std::string_view(address).substr(kHttps.size());
  const auto colon = authority.rfind(':');
  options.host = authority.substr(0, colon);
  if (colon != std::string_view::npos) {
    const auto port = core::parse_int<std::uint16_t>(authority.substr(colon + 1));
    if (!port || *port == 0) return fields.reject("address", "must end in a port number");
    options.port = *port;
  }
  if (!is_plain(options.host)) fields.reject("address", "must be https://host[:port]");
}

std::string read_name(Fields& fields, std::string_view name, std::string text) {
  if (!is_plain(text)) fields.reject(name, "must be letters, digits and . _ -");
  return text;
}

}  // namespace

Options Options::read(Fields& fields, const std::filesystem::path& secrets) {
  Options options;
  read_address(fields, options);
  options.key = read_name(fields, "key", fields.required_text("key", {.bytes_max = 128}));
  options.mount =
      read_name(fields, "mount", fields.optional_text("mount", options.mount, {.bytes_max = 128}));
  options.space = fields.optional_text("namespace", "", {.bytes_min = 0, .bytes_max = 255});
  options.token_file = secrets / fields.required_text("token_file", {.bytes_max = 4096});
  options.ca = fields.optional_text("ca", "", {.bytes_min = 0, .bytes_max = 4096});
  options.timeout = fields.optional_duration("timeout", options.timeout);
  options.valid_for = fields.optional_duration("valid_for", options.valid_for);
  options.rotates_vault_key = fields.optional_flag("rotate_vault_key", false);
  if (options.timeout < std::chrono::milliseconds{100}) fields.reject("timeout", "must be at least 100ms");
  if (options.valid_for < std::chrono::seconds{10}) fields.reject("valid_for", "must be at least 10s");
  return options;
}

}  // namespace gatehouse::storage::vault
