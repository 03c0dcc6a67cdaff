// How to reach a PostgreSQL cluster, and how much of it one worker may use.
//
//   {"engine": "postgres", "hosts": [{"host": "db1", "port": 5432}, {"host": "db2"}], "database": "orders",
//    "user": "orders", "password_file": "postgres_password",
//    "tls": {"ca": "ca.pem", "certificate": "client.pem", "key": "client-key.pem"},
//    "connections_max": 8, "connect_timeout": "2s", "operation_timeout": "5s"}
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "net/tls.hpp"
#include "resilience/retry.hpp"

namespace gatehouse::storage::postgres {

struct Host {
  std::string name;  // or address; the server's certificate must carry it
  std::uint16_t port = 5432;
};

// The secret of that name, as service::Config gives it.
using ReadSecret = std::function<Result<Secret>(std::string_view name)>;

struct Options {
  std::vector<Host> hosts;  // tried in this order; the first that takes writes is used
  std::string database;
  std::string user;
  Secret password;    // empty: the client certificate alone
  net::TlsFiles tls;  // always verified in full
  std::string application_name = "gatehouse";

  std::size_t connections_max = 8;                     // per worker
  std::size_t waiting_max = 1'024;                     // for a connection
  std::size_t statements_max = 256;                    // prepared, per connection
  std::chrono::milliseconds connect_timeout{2'000};    // per address
  std::chrono::milliseconds operation_timeout{5'000};  // at most, within the caller's deadline
  std::chrono::milliseconds idle_max{300'000};         // then a connection is closed
  std::chrono::milliseconds probe_every{2'000};        // a server that nobody asks: does it live?
  resilience::RetryPolicy reconnect{.base = std::chrono::milliseconds{200},
                                    .cap = std::chrono::milliseconds{2'000}};
  // Of transactions that surely had no effect.
  resilience::RetryPolicy again{
      .attempts_max = 6, .base = std::chrono::milliseconds{4}, .cap = std::chrono::milliseconds{200}};

  // `invalid` with the path of what is wrong; the secret's error.
  [[nodiscard]] static Result<Options> from_json(const json::object& object, const std::string& path,
                                                 const ReadSecret& secret);
};

}  // namespace gatehouse::storage::postgres
