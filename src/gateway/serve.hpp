// The handler of a gateway worker: route, plugins, upstream, plugins. See serve.cpp, the file to read first.
#pragma once

#include <memory>

#include "core/clock.hpp"
#include "gateway/access_log.hpp"
#include "gateway/configuration.hpp"
#include "gateway/exchange.hpp"
#include "gateway/ip_ranges.hpp"
#include "gateway/request_metrics.hpp"
#include "gateway/upstream/upstreams.hpp"
#include "http/exchange.hpp"

namespace gatehouse::gateway {

struct ProxySettings {
  AccessLog access_log = AccessLog::on;
  IpRanges trusted_peers;  // whose X-Forwarded-* fields are believed; none by default
};

// One per worker.
class Proxy final : public http::Handler {
 public:
  Proxy(const Configuration& configuration, const PluginContext& context, Upstreams& upstreams,
        ProxySettings settings);

  [[nodiscard]] Awaitable<> serve(http::Exchange& arrived) override;
  void finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept override;

 private:
  [[nodiscard]] Exchange& begin(http::Exchange& arrived);
  [[nodiscard]] Result<Verdict> match_route(Exchange& exchange) const;
  [[nodiscard]] Plugin* plugin_for(const Exchange& exchange, const ChainLink& link) const;
  void complete(Exchange& exchange, Result<Verdict> outcome) const;
  void take_new_configuration();

  const Configuration& configuration_;
  const PluginContext& context_;
  Upstreams& upstreams_;
  ProxySettings settings_;
  RequestMetrics metrics_;
  std::uint64_t version_ = 0;  // of live_
  std::shared_ptr<LiveConfiguration> live_;
};

}  // namespace gatehouse::gateway
