// The same two services written on Express, as a child process: bench/services/express.
#pragma once

#include <filesystem>

#include "storage/test_peers/server_process.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::bench {

struct ExpressOptions {
  std::filesystem::path program;  // the directory with server.js and its node_modules
  std::string role;               // whose certificate it shows: "orders" or "payments", and what it serves
  std::string caller_role;        // what a bearer's token must name
  json::object store;             // the engine, as server.js is told it
  bool keeps_tokens = false;      // whether a token is verified once, as Gatehouse does it
};

class Express {
 public:
  // Throws std::runtime_error if it does not start.
  Express(const tests::RunningPlatform& platform, const ExpressOptions& options);

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] pid_t pid() const { return server_.pid(); }

 private:
  storage::test_peers::ServerProcess server_{"express"};
};

}  // namespace gatehouse::bench
