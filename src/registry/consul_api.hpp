// The part of Consul's HTTP API that Gatehouse uses, in Consul's own shapes.
//   PUT /v1/agent/service/register, /v1/agent/service/deregister/{id}, /v1/agent/check/{pass,warn,fail}/{id},
//       /v1/agent/service/maintenance/{id}?enable=&reason=
//   GET /v1/health/service/{name}?passing&index=&wait=, /v1/catalog/services, /v1/catalog/service/{name},
//       /v1/agent/services, /v1/agent/service/{id}, /v1/status/leader
// A role may announce only itself; the supervisor may announce anything (a Redis, say).
#pragma once

#include "core/clock.hpp"
#include "registry/catalog.hpp"
#include "runtime/task_group.hpp"
#include "runtime/timer.hpp"
#include "service/router.hpp"

namespace gatehouse::registry {

class ConsulApi {
 public:
  ConsulApi(Catalog& catalog, const core::Clock& clock, runtime::Executor executor);

  [[nodiscard]] static service::Policy policy();
  void add_routes(service::Router& router);

  // Call after every change of the catalog: blocking queries look again.
  void announce_change() { changed_.notify_all(); }
  // Called after every change of who is in maintenance.
  void on_maintenance(std::function<void(const Catalog::Maintenance&)> keep) { keep_ = std::move(keep); }
  // The registry stops: blocking queries are answered now, with what there is.
  void let_go() {
    is_stopping_ = true;
    announce_change();
  }

 private:
  [[nodiscard]] Awaitable<Result<http::Response>> register_service(service::Call& call);
  [[nodiscard]] Awaitable<Result<http::Response>> deregister(service::Call& call);
  [[nodiscard]] Awaitable<Result<http::Response>> report(service::Call& call, Health health);
  [[nodiscard]] Awaitable<Result<http::Response>> health_of_service(service::Call& call);
  [[nodiscard]] Awaitable<Result<http::Response>> catalog_of_service(service::Call& call);
  [[nodiscard]] Awaitable<Result<http::Response>> set_maintenance(service::Call& call);
  [[nodiscard]] Awaitable<Result<http::Response>> agent_service(service::Call& call);
  [[nodiscard]] http::Response list_services() const;
  [[nodiscard]] http::Response agent_services() const;

  Catalog& catalog_;
  const core::Clock& clock_;
  runtime::Signal changed_;
  std::function<void(const Catalog::Maintenance&)> keep_;
  bool is_stopping_ = false;
};

}  // namespace gatehouse::registry
