// The gateway's own settings: the object "settings" of its configuration file, with the defaults here.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/fields.hpp"
#include "gateway/access_log.hpp"
#include "gateway/ip_ranges.hpp"
#include "gateway/local_counters.hpp"
#include "gateway/upstream/upstreams.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "service/sql_store.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::gateway {

enum class PortSharing { alone, with_others };

// {"store": {"engine": "postgres", …}, see service/sql_store.hpp, "http_port": 8000, "workers": 4,
// "access_log": false, "trusted_ips": ["10.0.0.0/8"], "request_timeout": "60s"}
struct Settings {
  service::SqlStoreSettings store;  // of the configuration; default: SQLite in <data_dir>/gateway.db
  std::string address;              // where clients connect; empty: the role's own listen address
  std::uint16_t http_port = 8000;
  std::uint16_t https_port = 8443;
  std::uint16_t admin_port = 8001;  // always on the loopback address
  // Several gateways of one machine may serve the same public ports: the kernel spreads the connections.
  PortSharing port_sharing = PortSharing::alone;
  std::size_t workers = 0;  // 0: one per core
  AccessLog access_log = AccessLog::on;
  IpRanges trusted_ips;                  // whose X-Forwarded-* fields are believed
  std::size_t connections_max = 10'000;  // per worker and listener
  http::ServerLimits server{};
  http::ClientLimits upstream{.idle_per_target = 512, .idle_timeout = std::chrono::milliseconds{50'000}};
  UpstreamSettings upstreams{};
  LocalCountersLimits counters{};
  std::filesystem::path web_dir;  // each directory in it is a site, see web_site.hpp; empty: none
  // How the Redis that plugins name by its host is reached, where that takes more than they can say:
  // "redis": {"redis-host": {"mode": "cluster", "hosts": […], "tls": {…}}}, see storage/redis/options.hpp.
  std::map<std::string, storage::redis::Options> redis;

  static Result<Settings> from_json(const json::object& object, const std::filesystem::path& data_dir,
                                    const storage::redis::Options::ReadSecret& read_secret);
};

}  // namespace gatehouse::gateway
