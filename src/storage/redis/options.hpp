// How to reach Redis, as every role is told it in its settings, and the client for it:
//
//   "redis": {"mode": "single", "hosts": ["redis:6379"], "user": "orders", "password_file": "redis_password",
//             "tls": {"ca": "ca.pem", "certificate": "own.pem", "key": "key.pem", "server_name": "redis"}}
//   "redis": {"mode": "cluster", "hosts": ["a:6379", "b:6379", "c:6379"], …}            some of its nodes
//   "redis": {"mode": "sentinel", "hosts": ["a:26379", "b:26379", "c:26379"], "master": "shop",
//             "sentinel_user": "watch", "sentinel_password_file": "sentinel_password", …}
//
// "host" and "port" are the short form of one host. Without "tls" the connection is clear text; "tls": {}
// trusts the system's authorities and shows no certificate. "database" is for one server and for sentinels.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/secret.hpp"
#include "net/tls.hpp"
#include "storage/redis/client.hpp"

namespace gatehouse::storage::redis {

enum class Mode : std::uint8_t { single, cluster, sentinel };

struct Credentials {
  std::string user = "default";
  Secret password = {};  // empty: no AUTH
};

struct Options {
  Mode mode = Mode::single;
  std::vector<Address> hosts;  // one, or some nodes of the cluster, or the sentinels
  std::string master;          // its name among the sentinels
  Credentials redis;
  Credentials sentinels;
  int database = 0;
  std::optional<net::TlsFiles> tls;  // nothing: clear text
  std::string server_name;           // whom the certificates must name; empty: the host
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds command_timeout{500};

  // The content of a file in the role's secrets directory.
  using ReadSecret = std::function<Result<Secret>(const std::string& name)>;

  // `invalid_field`, `unknown_field` with the path; the error of `read_secret`.
  static Result<Options> from_json(const json::object& object, const std::string& path,
                                   const ReadSecret& read_secret);
};

// "host", "host:port", "[::1]:port". Nothing for anything else.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text, std::uint16_t default_port);

// What every connection to the servers of `options` has in common. Errors: of the TLS files.
[[nodiscard]] Result<Settings> settings_of(const Options& options, std::string client_name);

// The client for the mode, not started.
[[nodiscard]] Result<std::unique_ptr<Redis>> open(runtime::Executor executor, const Options& options,
                                                  std::string client_name);

}  // namespace gatehouse::storage::redis
