// The Redis server that the sentinels call the master. Several sentinels are listened to; before every
// attempt to connect one of them is asked who it is (in turn, so that one that is wrong is passed over), and
// what is found there must itself say that it is a master (ROLE). Word of a failover (+switch-master) and a
// READONLY answer end the connection to the old one. See the Redis documentation, "Guidelines for Redis
// clients with support for Sentinel".
#pragma once

#include <memory>
#include <vector>

#include "storage/redis/client.hpp"

namespace gatehouse::storage::redis {

class Sentinel final : public Redis {
 public:
  // `each` is for the connections to the sentinels, `server` for that to the master; their host and port are
  // not looked at. While no sentinel answers, connecting fails as `unavailable`/"redis_no_sentinel".
  Sentinel(runtime::Executor executor, const std::vector<Address>& sentinels, const Settings& each,
           std::string master, Settings server);
  ~Sentinel() override;  // after stop(), or when the loop never runs again
  Sentinel(const Sentinel&) = delete;
  Sentinel& operator=(const Sentinel&) = delete;

  void on_connect_send(std::vector<std::string> words) override;
  void on_push(std::function<void(const Reply&)> listener) override;
  void on_lost(std::function<void()> listener) override;

  void start() override;
  [[nodiscard]] Awaitable<bool> stop(Deadline deadline) override;
  [[nodiscard]] bool is_connected() const override;
  [[nodiscard]] Awaitable<Result<void>> wait_until_connected(Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<Reply>> run(Command command, Deadline deadline) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace gatehouse::storage::redis
