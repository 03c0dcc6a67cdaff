// One Redis server: one connection, commands pipelined in the order of their calls, replies given back in
// that order, push messages to whoever listens. Redis 6 or newer (RESP3). Cluster and Sentinel are made of
// these.
#pragma once

#include <chrono>
#include <memory>

#include "core/secret.hpp"
#include "net/tls.hpp"
#include "resilience/retry.hpp"
#include "storage/redis/redis.hpp"

namespace gatehouse::storage::redis {

enum class Certificates : std::uint8_t { verified, taken_on_trust };
enum class ServerRole : std::uint8_t { any, primary };

struct Settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user = "default";
  Secret password;  // empty: no AUTH
  int database = 0;
  std::shared_ptr<net::ClientTls> tls;  // null: clear text; its files are read again after a failure
  std::string server_name;              // see net::ConnectOptions
  Certificates certificates = Certificates::verified;
  std::string client_name = "gatehouse";

  // Where the server is, asked before every attempt to connect; null: host and port.
  std::function<Awaitable<Result<Address>>(Deadline)> locate;
  ServerRole role = ServerRole::any;  // primary: a server that says it is a replica is left again

  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds command_timeout{500};     // at most, within the caller's deadline
  std::chrono::milliseconds stall_timeout{2'000};     // no answer for so long: the connection is given up
  std::chrono::milliseconds ping_after_idle{10'000};  // a silent connection is asked whether it lives
  resilience::RetryPolicy reconnect{.base = std::chrono::milliseconds{100},
                                    .cap = std::chrono::milliseconds{5'000}};
  std::size_t commands_max = 4'096;           // waiting for their replies
  std::size_t output_bytes_max = 16U << 20U;  // waiting to be sent
  RespLimits replies;
};

class Client final : public Redis {
 public:
  Client(runtime::Executor executor, Settings settings);
  ~Client() override;  // after stop(), or when the loop never runs again
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void on_connect_send(std::vector<std::string> words) override;
  void on_push(std::function<void(const Reply&)> listener) override;
  void on_lost(std::function<void()> listener) override;
  void on_connected(std::function<void()> listener);

  void start() override;
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline) override;
  [[nodiscard]] bool is_connected() const override;
  [[nodiscard]] Awaitable<Result<void>> wait_until_connected(Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<Reply>> run(Command command, Deadline deadline) override;

  // Gives the connection up: somebody else is the server now.
  void reconnect();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::storage::redis
