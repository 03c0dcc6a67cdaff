// Consul: version and clock from the agent; the rights by announcing, for each role and with its token, an
// instance that is critical from the start, so that nobody is sent to it, and withdrawing it again.
#include <fmt/format.h>

#include "check/endpoint.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "discovery/registry_link.hpp"
#include "service/service.hpp"
#include "supervisor/maintenance.hpp"

namespace gatehouse::check {
namespace {

std::string probe_body(const std::string& id, std::string_view service) {
  const json::object body{
      {"ID", id},
      {"Name", service},
      {"Check", {{"TTL", "10s"}, {"Status", "critical"}, {"DeregisterCriticalServiceAfter", "60s"}}}};
  return json::serialize(body);
}

Awaitable<> read_version(discovery::RegistryLink& link, const core::Clock& clock, Deadline deadline,
                         Findings& findings) {
  const auto asked = clock.now();
  const auto leader = co_await link.call("GET", "/v1/status/leader", "", deadline);
  const auto answered = clock.now();
  if (!leader) {
    findings.problems.push_back(words_of(leader.error()));
    co_return;
  }
  findings.clock_skew = skew_of_date(leader->headers.get("Date"), asked, answered);
  if (leader->content.size() <= 3) findings.problems.emplace_back("its cluster has no leader");
  const auto self = co_await link.call("GET", "/v1/agent/self", "", deadline);
  const auto about = self ? core::parse_json_object(self->content) : Result<json::object>(fail(self));
  findings.version = "unknown (the token lacks agent:read)";
  if (!about) co_return;
  const auto* config = about->if_contains("Config");
  if (config == nullptr || !config->is_object()) co_return;
  const auto* version = config->as_object().if_contains("Version");
  if (version != nullptr && version->is_string()) findings.version = version->as_string();
}

Awaitable<> try_rights(discovery::RegistryLink& link, std::string_view role, Deadline deadline,
                       Findings& findings) {
  const std::string service(service::service_name_of(role));
  const std::string id = "gatehouse-check-" + core::random_token(6);
  const auto announced =
      co_await link.call("PUT", "/v1/agent/service/register", probe_body(id, service), deadline);
  if (!announced) {
    findings.missing_rights.push_back(fmt::format("service:write on {} (role {})", service, role));
    co_return;
  }
  const auto listed = co_await link.call("GET", "/v1/health/service/" + service, "", deadline);
  if (!listed || listed->content.find(id) == std::string::npos)
    findings.missing_rights.push_back(
        fmt::format("service:read on {} and node:read (role {})", service, role));
  (void)co_await link.call("PUT", "/v1/agent/service/deregister/" + id, "", deadline);
}

}  // namespace

Awaitable<Findings> probe_consul(Mention /*mention*/, Surroundings around) {
  Findings findings;
  const auto deadline = Deadline::after(around.patience);
  bool is_first = true;
  for (const supervisor::RolePlan& plan : around.platform.roles) {
    if (plan.role == "registry" || plan.role == "log-shipper") continue;  // they announce themselves nowhere
    const auto options = supervisor::registry_of(around.platform, plan.role);
    if (!options) {
      findings.problems.push_back(words_of(options.error()));
      if (is_first) break;
      continue;
    }
    discovery::RegistryLink link(around.http,
                                 {.registry = options->registry, .token_file = options->token_file}, nullptr);
    if (std::exchange(is_first, false)) {
      co_await look_at(options->registry, deadline, findings);
      if (!findings.is_reachable) break;
      co_await read_version(link, around.clock, deadline, findings);
    }
    co_await try_rights(link, plan.role, deadline, findings);
  }
  co_return findings;
}

}  // namespace gatehouse::check
