// Which registry this process announces itself to and asks: the built-in one, or a Consul agent. The object
// "discovery" of a role's configuration and of the platform file:
//
//   {"address": "127.0.0.1", "port": 8500}                           the built-in registry
//   {"consul": {"address": "127.0.0.1", "port": 8501, "token_file": "consul_token", "tags": ["blue"],
//               "tls": {"ca": "consul-ca.pem", "certificate": "c.pem", "key": "k.pem",
//                       "server_name": "localhost"},
//               "check": "https", "check_interval": "1s"}}
//
// Without "tls" the role shows its own certificate and trusts the platform's CA; `"tls": false` is clear
// text, and refused unless the agent is on the loopback address: the token would travel in it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "net/tls.hpp"

namespace gatehouse::discovery {

enum class RegistryKind { built_in, consul };
enum class Transport { platform_tls, own_tls, clear };
// Who says that an instance is well: itself, before its time to live is over; or the registry, which asks.
enum class CheckKind { ttl, https };

struct Settings {
  RegistryKind kind = RegistryKind::built_in;
  std::string address = "127.0.0.1";
  std::uint16_t port = 8500;
  Transport transport = Transport::platform_tls;
  net::TlsFiles tls;                      // of own_tls; without a CA: the system's
  std::string server_name = "localhost";  // the name on the registry's certificate
  std::string token_file;  // a name in the role's secrets directory, or a path; empty: no token
  CheckKind check = CheckKind::ttl;
  std::chrono::milliseconds check_interval{1'000};  // of https: how often the registry asks
  std::vector<std::string> tags;                    // added to what is announced

  // `invalid_field`, `unknown_field` with the path.
  static Result<Settings> from_json(const json::object& object, std::string_view path = "discovery");
};

}  // namespace gatehouse::discovery
