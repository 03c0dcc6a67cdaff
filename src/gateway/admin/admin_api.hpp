// Kong's Admin API over HTTP: reads a request, lets the endpoints answer on the blocking pool, writes the
// answer. It has no login of its own: it listens on the loopback address only.
#pragma once

#include <span>

#include "core/clock.hpp"
#include "gateway/admin/endpoint_table.hpp"
#include "gateway/admin/entity_endpoints.hpp"
#include "gateway/admin/node_endpoints.hpp"
#include "gateway/admin/proxy_view.hpp"
#include "gateway/store/store.hpp"
#include "http/exchange.hpp"
#include "runtime/blocking_pool.hpp"

namespace gatehouse::gateway::admin {

// Every endpoint, apart from HTTP. Safe from any thread.
class Endpoints {
 public:
  Endpoints(store::Store& store, ProxyView& proxy, const core::Clock& clock, NodeFacts facts);

  // 503 for what would show a configuration while none has been read yet.
  [[nodiscard]] Answer answer(const Call& call) const;

 private:
  const store::Store& store_;
  EntityEndpoints entities_;
  EndpointTable table_;
};

struct AdminSettings {
  std::size_t body_bytes_max = 8UL * 1024 * 1024;
  std::vector<std::string> host_names = {"localhost"};  // by which it may be called; addresses always may
};

class AdminApi final : public http::Handler {
 public:
  AdminApi(const Endpoints& endpoints, BlockingPool& pool, AdminSettings settings = {})
      : endpoints_(endpoints), pool_(pool), settings_(std::move(settings)) {}

  [[nodiscard]] Awaitable<> serve(http::Exchange& exchange) override;
  void finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept override;

 private:
  [[nodiscard]] Awaitable<Result<std::string>> read_body(http::Request& request) const;
  [[nodiscard]] Awaitable<Answer> answer(http::Request& request);

  const Endpoints& endpoints_;
  BlockingPool& pool_;
  AdminSettings settings_;
};

}  // namespace gatehouse::gateway::admin
