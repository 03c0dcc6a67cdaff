// Probes the instances that registered an HTTPS check: GET over mutual TLS, 2xx is passing (429 warning), as
// Consul.
#pragma once

#include "registry/catalog.hpp"
#include "registry/consul_api.hpp"
#include "service/service.hpp"

namespace gatehouse::registry {

class HttpsChecks {
 public:
  HttpsChecks(Catalog& catalog, ConsulApi& api, service::Service& service)
      : catalog_(catalog), api_(api), service_(service), probes_(service.worker().executor()) {}

  // Starts a probe for every check that is due; ends when the service stops.
  [[nodiscard]] Awaitable<> run();

 private:
  [[nodiscard]] Awaitable<> probe(std::string check_id, std::string url, std::chrono::milliseconds timeout);

  Catalog& catalog_;
  ConsulApi& api_;
  service::Service& service_;
  TaskGroup probes_;
  std::map<std::string, core::SteadyTime> next_;  // by check id
};

}  // namespace gatehouse::registry
