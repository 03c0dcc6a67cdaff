// Shared counts in Redis. Keeps one connection per server; the host is looked up in discovery before DNS.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "discovery/client.hpp"
#include "gateway/shared_counters.hpp"
#include "runtime/task_group.hpp"
#include "storage/redis.hpp"

namespace gatehouse::gateway {

class RedisCounters final : public SharedCounters {
 public:
  RedisCounters(runtime::Executor executor, discovery::Client& discovery);
  ~RedisCounters() override;

  [[nodiscard]] Awaitable<Result<RateCounts>> take(const RedisServer& server, std::string scope,
                                                   std::string client, RateLimits limits,
                                                   core::SystemTime now) override;
  [[nodiscard]] Awaitable<> stop(Deadline deadline);

 private:
  struct Link {
    Link(runtime::Executor executor, storage::redis::Settings settings);
    std::string address;
    std::uint16_t port;
    storage::redis::Client client;
    bool has_waited = false;  // for the first connection; after that a lost one is not waited for
  };

  [[nodiscard]] Awaitable<Result<std::shared_ptr<Link>>> link_to(const RedisServer& server,
                                                                 Deadline deadline);
  struct Address {
    std::string host;
    std::uint16_t port = 0;
  };
  [[nodiscard]] Address address_of(const RedisServer& server) const;
  [[nodiscard]] Result<std::shared_ptr<Link>> open_link(const RedisServer& server, Address address);

  runtime::Executor executor_;
  discovery::Client& discovery_;
  runtime::TaskGroup tasks_;
  std::map<std::string, std::shared_ptr<Link>> links_;  // by RedisServer::label()
};

}  // namespace gatehouse::gateway
