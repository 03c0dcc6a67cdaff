#include "storage/mongo/options.hpp"

#include <algorithm>

#include "core/fields.hpp"

namespace gatehouse::storage::mongo {

namespace {

constexpr core::TextLimits kFile{.bytes_min = 0, .bytes_max = 4096};
constexpr std::size_t kHostsMax = 50;

// What stands between commas in a connection string, and nothing that could end that part of it.
bool is_host(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']';
  };
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, fits);
}

Result<void> read_tls(Fields& fields, TlsOptions& tls) {
  const json::object* object = fields.maybe_object("tls");
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of("tls")};
  tls.ca = inner.optional_text("ca", "", kFile);
  tls.certificate_and_key = inner.optional_text("certificate_and_key", "", kFile);
  return inner.finish();
}

void read_times(Fields& fields, Options& options) {
  using std::chrono::milliseconds;
  for (auto [name, value] : {std::pair{"operation_timeout", &options.operation_timeout},
                             std::pair{"connect_timeout", &options.connect_timeout}}) {
    *value = fields.optional_duration(name, *value);
    if (*value < milliseconds{10} || *value > milliseconds{60'000})
      fields.reject(name, "must be 10ms to 60s");
  }
}

void read_server(Fields& fields, Options& options) {
  options.hosts = fields.optional_texts("hosts", options.hosts);
  if (options.hosts.empty() || options.hosts.size() > kHostsMax ||
      !std::ranges::all_of(options.hosts, is_host))
    fields.reject("hosts", "must be 1 to 50 of host:port");
  options.replica_set = fields.optional_text("replica_set", "", {.bytes_min = 0, .bytes_max = 255});
  options.database = fields.required_text("database", {.bytes_max = 63});
  options.user = fields.required_text("user", {.bytes_max = 255});
  options.auth_source = fields.optional_text("auth_source", options.auth_source, {.bytes_max = 63});
  options.read_concern = fields.optional_text("read_concern", options.read_concern);
  if (options.read_concern != "majority" && options.read_concern != "local")
    fields.reject("read_concern", "must be majority or local");
}

void read_limits(Fields& fields, Options& options) {
  const auto size = [&fields](std::string_view name, std::size_t& value, core::IntRange range) {
    value = static_cast<std::size_t>(fields.optional_int(name, static_cast<std::int64_t>(value), range));
  };
  size("connections_max", options.connections_max, {1, 256});
  size("queue_max", options.queue_max, {1, 100'000});
}

}  // namespace

Result<Options> Options::from_json(const json::object& object, std::string path,
                                   const ReadSecret& read_secret) {
  Fields fields{object, std::move(path)};
  Options options;
  fields.ignore("engine");
  read_server(fields, options);
  read_limits(fields, options);
  read_times(fields, options);
  const std::string password_file = fields.required_text("password_file", {.bytes_max = 255});
  Result<void> read = read_tls(fields, options.tls);
  if (read) read = fields.finish();
  if (!read) return fail(read);
  auto password = read_secret(password_file);
  if (!password) return fail(password);
  options.password = std::move(*password);
  return options;
}

}  // namespace gatehouse::storage::mongo
