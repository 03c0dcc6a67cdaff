// Shared counts in Redis. Keeps one client per server and login. The host that a plugin names is looked up in
// the gateway's settings, then in discovery, then in DNS.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "discovery/client.hpp"
#include "gateway/shared_counters.hpp"
#include "runtime/task_group.hpp"
#include "storage/redis/options.hpp"

namespace gatehouse::gateway {

class RedisCounters final : public SharedCounters {
 public:
  // By the host that plugins name: a cluster, sentinels, certificates. They go before what the plugin says.
  using KnownServers = std::map<std::string, storage::redis::Options>;

  RedisCounters(runtime::Executor executor, discovery::Client& discovery, KnownServers known = {});
  ~RedisCounters() override;

  [[nodiscard]] Awaitable<Result<RateCounts>> take(const RedisServer& server, std::string scope,
                                                   std::string client, RateLimits limits,
                                                   core::SystemTime now) override;
  [[nodiscard]] Awaitable<> stop(Deadline deadline);

 private:
  using Address = storage::redis::Address;
  struct Link {
    Address address;
    Secret password;
    std::unique_ptr<storage::redis::Redis> redis;
    bool has_waited = false;  // for the first connection; after that a lost one is not waited for
  };

  [[nodiscard]] Awaitable<Result<std::shared_ptr<Link>>> link_to(const RedisServer& server,
                                                                 Deadline deadline);
  [[nodiscard]] Address address_of(const RedisServer& server) const;
  [[nodiscard]] Result<std::shared_ptr<Link>> open_link(const RedisServer& server, Address address);

  runtime::Executor executor_;
  discovery::Client& discovery_;
  const KnownServers known_;
  runtime::TaskGroup tasks_;
  std::map<std::string, std::shared_ptr<Link>> links_;  // by RedisServer::label()
};

}  // namespace gatehouse::gateway
