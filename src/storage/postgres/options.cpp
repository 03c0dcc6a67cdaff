#include "storage/postgres/options.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"

namespace gatehouse::storage::postgres {
namespace {

using std::chrono::milliseconds;

Result<std::vector<Host>> read_hosts(Fields& fields) {
  constexpr std::size_t kHostsMax = 16;
  const json::array* list = fields.maybe_array("hosts");
  if (list == nullptr || list->empty() || list->size() > kHostsMax) {
    return refuse(ErrorKind::invalid, "invalid_field",
                  fmt::format("{}: must name 1 to {} hosts", fields.path_of("hosts"), kHostsMax));
  }
  std::vector<Host> hosts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string path = fmt::format("{}[{}]", fields.path_of("hosts"), i);
    const json::object* object = list->at(i).if_object();
    if (object == nullptr) return refuse(ErrorKind::invalid, "invalid_field", path + ": must be an object");
    Fields inner{*object, path};
    Host host{inner.required_text("host", {.bytes_max = 253}),
              static_cast<std::uint16_t>(inner.optional_int("port", 5432, {.min = 1, .max = 65'535}))};
    if (auto complete = inner.finish(); !complete) return fail(complete);
    hosts.push_back(std::move(host));
  }
  return hosts;
}

Result<net::TlsFiles> read_tls(Fields& fields) {
  const json::object* object = fields.maybe_object("tls");
  if (object == nullptr) {
    return refuse(ErrorKind::invalid, "invalid_field", fields.path_of("tls") + ": is required");
  }
  Fields inner{*object, fields.path_of("tls")};
  net::TlsFiles files{.certificate = inner.optional_text("certificate", "", {.bytes_max = 4096}),
                      .key = inner.optional_text("key", "", {.bytes_max = 4096}),
                      .ca = inner.required_text("ca", {.bytes_max = 4096})};
  if (files.certificate.empty() != files.key.empty()) inner.reject("key", "belongs to a certificate");
  if (auto complete = inner.finish(); !complete) return fail(complete);
  return files;
}

void read_time(Fields& fields, std::string_view name, milliseconds& value) {
  value = fields.optional_duration(name, value);
  if (value < milliseconds{10}) fields.reject(name, "must be at least 10ms");
}

void read_limits(Fields& fields, Options& options) {
  const auto count = [&](std::string_view name, std::size_t& value, std::int64_t max) {
    value = static_cast<std::size_t>(
        fields.optional_int(name, static_cast<std::int64_t>(value), {.min = 1, .max = max}));
  };
  count("connections_max", options.connections_max, 1'000);
  count("waiting_max", options.waiting_max, 100'000);
  read_time(fields, "connect_timeout", options.connect_timeout);
  read_time(fields, "operation_timeout", options.operation_timeout);
  read_time(fields, "idle_max", options.idle_max);
  read_time(fields, "probe_every", options.probe_every);
}

}  // namespace

Result<Options> Options::from_json(const json::object& object, const std::string& path,
                                   const ReadSecret& secret) {
  Fields fields{object, path};
  fields.ignore("engine");
  Options options;
  options.database = fields.required_text("database", {.bytes_max = 63});
  options.user = fields.required_text("user", {.bytes_max = 63});
  options.application_name =
      fields.optional_text("application_name", options.application_name, {.bytes_max = 63});
  const auto password_file = fields.maybe_text("password_file", {.bytes_max = 255});
  read_limits(fields, options);
  auto hosts = read_hosts(fields);
  if (!hosts) return fail(hosts);
  options.hosts = std::move(*hosts);
  auto tls = read_tls(fields);
  if (!tls) return fail(tls);
  options.tls = std::move(*tls);
  if (auto complete = fields.finish(); !complete) return fail(complete);
  if (password_file) {
    auto password = secret(*password_file);
    if (!password) return fail(password);
    options.password = std::move(*password);
  }
  return options;
}

}  // namespace gatehouse::storage::postgres
