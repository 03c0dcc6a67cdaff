#include "storage/redis/options.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "storage/redis/cluster.hpp"
#include "storage/redis/sentinel.hpp"

namespace gatehouse::storage::redis {
namespace {

constexpr std::uint16_t kRedisPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;
constexpr std::size_t kHostsMax = 64;

Mode read_mode(Fields& fields) {
  const std::string text = fields.optional_text("mode", "single");
  if (text == "cluster") return Mode::cluster;
  if (text == "sentinel") return Mode::sentinel;
  if (text != "single") fields.reject("mode", "must be single, cluster or sentinel");
  return Mode::single;
}

void read_hosts(Fields& fields, Options& options) {
  const std::uint16_t port = options.mode == Mode::sentinel ? kSentinelPort : kRedisPort;
  for (const std::string& text : fields.optional_texts("hosts", {})) {
    const auto address = parse_address(text, port);
    if (!address) return fields.reject("hosts", fmt::format("{} is no host:port", text));
    options.hosts.push_back(*address);
  }
  const auto host = fields.maybe_text("host", {.bytes_max = 255});
  const auto host_port = fields.maybe_int("port", {1, 65'535});
  if ((host || host_port) && !options.hosts.empty()) fields.reject("host", "is the short form of hosts");
  if (options.hosts.empty()) {
    options.hosts.push_back(
        {host.value_or("127.0.0.1"), static_cast<std::uint16_t>(host_port.value_or(port))});
  }
  if (options.hosts.size() > kHostsMax) fields.reject("hosts", "are too many");
  if (options.mode == Mode::single && options.hosts.size() != 1) fields.reject("hosts", "must be one");
}

Result<Credentials> read_credentials(Fields& fields, std::string_view user, std::string_view password_file,
                                     const Options::ReadSecret& read_secret) {
  Credentials credentials;
  credentials.user = fields.optional_text(user, credentials.user, {.bytes_max = 255});
  const std::string file = fields.optional_text(password_file, "", {.bytes_min = 0, .bytes_max = 255});
  if (file.empty()) return credentials;
  auto password = read_secret(file);
  if (!password) return fail(password);
  credentials.password = std::move(*password);
  return credentials;
}

Result<void> read_tls(Fields& fields, Options& options) {
  const json::object* object = fields.maybe_object("tls");
  if (object == nullptr) return {};
  Fields inner{*object, fields.path_of("tls")};
  net::TlsFiles& files = options.tls.emplace();
  files.ca = inner.optional_text("ca", "", {.bytes_max = 4096});
  files.certificate = inner.optional_text("certificate", "", {.bytes_max = 4096});
  files.key = inner.optional_text("key", "", {.bytes_max = 4096});
  options.server_name = inner.optional_text("server_name", "", {.bytes_max = 255});
  if (files.certificate.empty() != files.key.empty()) {
    inner.reject("key", "belongs to a certificate, and a certificate to its key");
  }
  return inner.finish();
}

}  // namespace

std::optional<Address> parse_address(std::string_view text, std::uint16_t default_port) {
  const bool is_bracketed = text.starts_with('[');
  const auto end = is_bracketed ? text.find(']') : text.rfind(':');
  if (is_bracketed && end == std::string_view::npos) return std::nullopt;
  const std::string_view host = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  std::string_view rest = end == std::string_view::npos ? std::string_view() : text.substr(end);
  if (is_bracketed) rest.remove_prefix(1);
  if (host.empty() || host.size() > 255) return std::nullopt;
  if (rest.empty()) return Address{std::string(host), default_port};
  const auto port = core::parse_int<std::uint16_t>(rest.substr(1));
  if (rest.front() != ':' || !port || *port == 0) return std::nullopt;
  return Address{std::string(host), *port};
}

Result<Options> Options::from_json(const json::object& object, const std::string& path,
                                   const ReadSecret& read_secret) {
  Fields fields{object, path};
  Options options;
  options.mode = read_mode(fields);
  read_hosts(fields, options);
  options.master = fields.optional_text("master", "", {.bytes_max = 255});
  const bool is_sentinel = options.mode == Mode::sentinel;
  if (is_sentinel == options.master.empty())
    fields.reject("master", "belongs to the mode sentinel, which needs it");
  options.database = static_cast<int>(fields.optional_int("database", 0, {0, 1'000'000}));
  if (options.mode == Mode::cluster && options.database != 0)
    fields.reject("database", "a cluster has only 0");
  options.connect_timeout = fields.optional_duration("connect_timeout", options.connect_timeout);
  options.command_timeout = fields.optional_duration("command_timeout", options.command_timeout);
  if (auto read = read_tls(fields, options); !read) return fail(read);
  auto redis = read_credentials(fields, "user", "password_file", read_secret);
  if (!redis) return fail(redis);
  options.redis = std::move(*redis);
  auto sentinels = read_credentials(fields, "sentinel_user", "sentinel_password_file", read_secret);
  if (!sentinels) return fail(sentinels);
  options.sentinels = std::move(*sentinels);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  return options;
}

Result<Settings> settings_of(const Options& options, std::string client_name) {
  Settings settings;
  settings.host = options.hosts.front().host;
  settings.port = options.hosts.front().port;
  settings.user = options.redis.user;
  settings.password = options.redis.password;
  settings.database = options.database;
  settings.server_name = options.server_name;
  settings.client_name = std::move(client_name);
  settings.connect_timeout = options.connect_timeout;
  settings.command_timeout = options.command_timeout;
  if (options.tls) {
    auto tls = net::ClientTls::load(*options.tls);
    if (!tls) return fail(tls);
    settings.tls = std::move(*tls);
  }
  return settings;
}

Result<std::unique_ptr<Redis>> open(runtime::Executor executor, const Options& options,
                                    std::string client_name) {
  auto settings = settings_of(options, std::move(client_name));
  if (!settings) return fail(settings);
  switch (options.mode) {
    case Mode::single:
      break;
    case Mode::cluster:
      return std::make_unique<Cluster>(executor, options.hosts, std::move(*settings));
    case Mode::sentinel: {
      Settings each = *settings;
      each.user = options.sentinels.user;
      each.password = options.sentinels.password;
      each.database = 0;
      return std::make_unique<Sentinel>(executor, options.hosts, each, options.master, std::move(*settings));
    }
  }
  return std::make_unique<Client>(executor, std::move(*settings));
}

}  // namespace gatehouse::storage::redis
