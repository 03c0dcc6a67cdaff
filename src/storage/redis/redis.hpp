// Redis as its users see it, whether it is one server (Client), a cluster (Cluster) or whatever server the
// sentinels point at (Sentinel). On one worker. It reconnects by itself; while there is no connection
// commands fail at once, because a cache that waits is worse than none.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"
#include "storage/redis/resp.hpp"

namespace gatehouse::storage::redis {

struct Address {
  std::string host;
  std::uint16_t port = 6379;

  [[nodiscard]] std::string text() const { return host + ":" + std::to_string(port); }
  friend bool operator==(const Address&, const Address&) = default;
};

// A command on its way, and what a cluster must know of it.
struct Command {
  std::vector<std::string> words;  // of a script: EVALSHA, a place for its hash, the number of keys, …
  std::string key = {};            // decides the node; empty: any
  std::string_view script = {};    // Lua source, a constant; empty: an ordinary command
  bool is_asking = false;          // sent on by ASK: ASKING goes in front
};

class Redis {
 public:
  virtual ~Redis() = default;

  // Before start(): a command that is sent on every new connection (SUBSCRIBE, CLIENT TRACKING, …).
  virtual void on_connect_send(std::vector<std::string> words) = 0;
  // Push messages: {"message", channel, payload}, {"invalidate", [keys]}, … Called on the worker.
  virtual void on_push(std::function<void(const Reply&)> listener) = 0;
  // Push messages may have been missed: a connection is gone, or a slot has moved to another node.
  virtual void on_lost(std::function<void()> listener) = 0;

  virtual void start() = 0;
  [[nodiscard]] virtual Awaitable<bool> stop(Deadline deadline) = 0;
  // Of a cluster: with every node that owns a slot.
  [[nodiscard]] virtual bool is_connected() const = 0;
  [[nodiscard]] virtual Awaitable<Result<void>> wait_until_connected(Deadline deadline) = 0;

  // Errors, all of which a cache treats as "not there":
  //   unavailable redis_not_connected, redis_busy, redis_read_only, redis_cluster_down, redis_try_again (all
  //   safe to retry), redis_connection_lost (whether it was done is not known), redis_refused (LOADING, OOM,
  //   …); timeout redis_timeout; internal redis_error (an error reply: our mistake), redis_no_permission;
  //   bad_upstream redis_moved and redis_ask (sent on too often, or not by a cluster).
  [[nodiscard]] virtual Awaitable<Result<Reply>> run(Command command, Deadline deadline) = 0;

  // Copies the words. The second one is the key, as it is of every command that has a single one.
  [[nodiscard]] Awaitable<Result<Reply>> command(std::span<const std::string_view> words,
                                                 Deadline deadline = Deadline::never());
  [[nodiscard]] Awaitable<Result<Reply>> command(std::initializer_list<std::string_view> words,
                                                 Deadline deadline = Deadline::never());
  // Runs a Lua script, which is sent to a server once and called by its hash from then on. `script` must live
  // as long as this: a constant. All keys must lie in one slot: see hash_slot.hpp.
  [[nodiscard]] Awaitable<Result<Reply>> eval(std::string_view script, std::span<const std::string_view> keys,
                                              std::span<const std::string_view> arguments,
                                              Deadline deadline = Deadline::never());

 private:
  Awaitable<Result<Reply>> run_in_span(Command command, Deadline deadline);
};

}  // namespace gatehouse::storage::redis
