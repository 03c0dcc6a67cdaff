// A Redis client on one worker: one connection, commands pipelined in the order of their calls, replies given
// back in that order, push messages to whoever subscribed. Redis 6 or newer (RESP3). It reconnects by itself;
// while there is no connection commands fail at once, because a cache that waits is worse than none.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "net/tls.hpp"
#include "resilience/retry.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "storage/resp.hpp"

namespace gatehouse::storage::redis {

struct Settings {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string user = "default";
  Secret password;                      // empty: no AUTH
  std::shared_ptr<net::ClientTls> tls;  // null: clear text
  std::string server_name;              // see net::ConnectOptions
  std::string client_name = "gatehouse";

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

class Client {
 public:
  Client(runtime::Executor executor, Settings settings);
  ~Client();  // after stop(), or when the loop never runs again
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Before start(): a command that is sent on every new connection (SUBSCRIBE, CLIENT TRACKING, …).
  void on_connect_send(std::vector<std::string> words);
  // Push messages: {"message", channel, payload}, {"invalidate", [keys]}, … Called on the worker.
  void on_push(std::function<void(const Reply&)> listener);
  // The connection is gone: messages may have been missed.
  void on_lost(std::function<void()> listener);

  void start();
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline);
  [[nodiscard]] bool is_connected() const;
  [[nodiscard]] Awaitable<Result<void>> wait_until_connected(Deadline deadline);

  // Copies the words. Errors, all of which a cache treats as "not there":
  //   unavailable redis_not_connected, redis_busy (both safe to retry), redis_connection_lost (whether it was
  //   done is not known), redis_refused (LOADING, OOM, READONLY, …); timeout redis_timeout;
  //   internal redis_error (an error reply: our mistake), redis_no_permission.
  [[nodiscard]] Awaitable<Result<Reply>> command(std::span<const std::string_view> words,
                                                 Deadline deadline = Deadline::never());
  [[nodiscard]] Awaitable<Result<Reply>> command(std::initializer_list<std::string_view> words,
                                                 Deadline deadline = Deadline::never());

  // Runs a Lua script, which is sent to this server once and called by its hash from then on.
  // `script` must live as long as the client: a constant.
  [[nodiscard]] Awaitable<Result<Reply>> eval(std::string_view script, std::span<const std::string_view> keys,
                                              std::span<const std::string_view> arguments,
                                              Deadline deadline = Deadline::never());

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::storage::redis
