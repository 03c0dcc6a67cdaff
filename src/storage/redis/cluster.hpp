// A Redis Cluster: one connection to each node that owns slots, commands sent to the owner of their key and
// on where a node sends them (MOVED, ASK). Who owns what is asked at the start, from time to time, and when
// something shows that it has changed; not more often than `refresh_pause`.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "storage/redis/client.hpp"

namespace gatehouse::storage::redis {

struct ClusterLimits {
  std::chrono::milliseconds refresh_pause{250};     // between two questions, at least
  std::chrono::milliseconds refresh_every{30'000};  // if nothing else asks for it
  int redirects_max = 5;                            // of one command
};

class Cluster final : public Redis {
 public:
  // `seeds` are some nodes; host and port of `each` are not looked at.
  Cluster(runtime::Executor executor, std::vector<Address> seeds, Settings each, ClusterLimits limits = {});
  ~Cluster() override;  // after stop(), or when the loop never runs again
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

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
