// What it takes to reach a MongoDB: the "store" object in a role's settings.
//
//   {"engine": "mongodb", "hosts": ["db1:27017", "db2:27017"], "replica_set": "rs0",
//    "database": "auth", "user": "auth", "auth_source": "admin", "password_file": "mongo_password",
//    "tls": {"ca": "/etc/db/ca.pem", "certificate_and_key": "/etc/db/client.pem"},
//    "connections_max": 8, "queue_max": 1024, "operation_timeout": "2s", "connect_timeout": "2s",
//    "read_concern": "majority"}
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace gatehouse::storage::mongo {

// There is no connection without TLS, and none that does not check the server's certificate and name.
struct TlsOptions {
  std::string ca;                   // PEM; empty: the system's authorities
  std::string certificate_and_key;  // PEM, our certificate and its key in one file; empty: none is shown
};

struct Options {
  using ReadSecret = std::function<Result<Secret>(std::string_view name)>;

  std::vector<std::string> hosts{"localhost:27017"};
  std::string replica_set;  // empty: a single server
  std::string database;
  std::string user;  // SCRAM-SHA-256
  std::string auth_source = "admin";
  Secret password;
  TlsOptions tls;
  std::size_t connections_max = 8;  // threads as well: each has one connection at a time
  std::size_t queue_max = 1'024;    // operations that wait for a thread
  // One use of a connection, the wait for it included; the server is told what remains of it.
  std::chrono::milliseconds operation_timeout{2'000};
  // Until a server that fits is found, and to connect to it.
  std::chrono::milliseconds connect_timeout{2'000};
  // "local" for servers that know no majority. Writes always ask for the majority.
  std::string read_concern = "majority";

  // The object with its "engine" member, under its path in the configuration. `invalid_field`,
  // `unknown_field`, and what `read_secret` says of the password file.
  [[nodiscard]] static Result<Options> from_json(const json::object&, std::string path,
                                                 const ReadSecret& read_secret);
};

}  // namespace gatehouse::storage::mongo
