#include "registry/consul_api.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "service/service.hpp"

namespace gatehouse::registry {

using service::Call;
using std::chrono::milliseconds;
using Answer = Awaitable<Result<http::Response>>;

namespace {

constexpr milliseconds kWaitDefault{300'000};  // Consul's: 5 minutes, at most 10
constexpr milliseconds kWaitMax{600'000};
constexpr std::string_view kSupervisor = "up";
constexpr std::size_t kReasonMax = 256;

http::Response with_index(json::value body, std::uint64_t index) {
  auto response = http::json_response(200, body);
  response.headers.add("X-Consul-Index", std::to_string(index));
  response.headers.add("X-Consul-KnownLeader", "true");
  response.headers.add("X-Consul-LastContact", "0");
  return response;
}

json::object node() {
  return {{"ID", ""}, {"Node", "gatehouse"}, {"Address", "127.0.0.1"}, {"Datacenter", "dc1"}};
}

json::object service_json(const Service& service) {
  json::object meta;
  for (const auto& [name, value] : service.meta) meta[name] = value;
  return {{"ID", service.id},
          {"Service", service.name},
          {"Tags", json::value_from(service.tags)},
          {"Address", service.address},
          {"Meta", meta},
          {"Port", service.port},
          {"ModifyIndex", service.modify_index}};
}

json::array checks_json(const Service& service) {
  json::array checks;
  for (const Check& check : service.checks) {
    checks.push_back(json::object{{"Node", "gatehouse"},
                                  {"CheckID", check.id},
                                  {"Name", check.name},
                                  {"Status", name_of(check.health)},
                                  {"Output", check.output},
                                  {"ServiceID", service.id},
                                  {"ServiceName", service.name}});
  }
  return checks;
}

// The role that announces must be the role that is announced; its certificate says which it is.
bool may_announce(const Call& call, const Service& service) {
  if (call.caller == kSupervisor) return true;
  const auto role = service.meta.find("role");
  return service.name == service::service_name_of(call.caller) && role != service.meta.end() &&
         role->second == call.caller;
}

Result<milliseconds> wait_of(const Call& call) {
  const auto text = call.query("wait");
  if (!text) return fail(text);
  if (!*text) return kWaitDefault;
  const auto parsed = parse_go_duration(**text);
  if (!parsed) return refuse(ErrorKind::invalid, "invalid_field", "wait: must be a duration such as \"10s\"");
  return std::min(*parsed, kWaitMax);
}

Result<std::uint64_t> index_of(const Call& call) {
  const auto text = call.query("index");
  if (!text) return fail(text);
  const auto parsed = core::parse_int<std::uint64_t>(text->value_or("0"));
  if (!parsed) return refuse(ErrorKind::invalid, "invalid_field", "index: must be a number");
  return *parsed;
}

}  // namespace

ConsulApi::ConsulApi(Catalog& catalog, const core::Clock& clock, runtime::Executor executor)
    : catalog_(catalog), clock_(clock), changed_(executor) {}

service::Policy ConsulApi::policy() {
  const std::vector<std::string_view> roles{"up",     "gateway", "auth-server",  "auth",      "payments",
                                            "orders", "demo",    "provider-sim", "prometheus"};
  service::Policy policy{.roles = identity::RoleTable({}), .routes = {}, .keeps_spans = false};
  for (const auto& [method, path] : {std::pair{"PUT", "/v1/agent/service/register"},
                                     {"PUT", "/v1/agent/service/deregister/{id}"},
                                     {"PUT", "/v1/agent/check/pass/{id}"},
                                     {"PUT", "/v1/agent/check/warn/{id}"},
                                     {"PUT", "/v1/agent/check/fail/{id}"},
                                     {"GET", "/v1/health/service/{name}"},
                                     {"GET", "/v1/catalog/service/{name}"},
                                     {"GET", "/v1/catalog/services"},
                                     {"PUT", "/v1/agent/service/maintenance/{id}"},
                                     {"GET", "/v1/agent/services"},
                                     {"GET", "/v1/agent/service/{id}"},
                                     {"GET", "/v1/status/leader"}}) {
    policy.routes.push_back({.method = method, .path = path, .callers = roles});
  }
  return policy;
}

void ConsulApi::add_routes(service::Router& router) {
  router.route("PUT", "/v1/agent/service/register", [this](Call& call) { return register_service(call); });
  router.route("PUT", "/v1/agent/service/deregister/{id}", [this](Call& call) { return deregister(call); });
  router.route("PUT", "/v1/agent/check/pass/{id}",
               [this](Call& call) { return report(call, Health::passing); });
  router.route("PUT", "/v1/agent/check/warn/{id}",
               [this](Call& call) { return report(call, Health::warning); });
  router.route("PUT", "/v1/agent/check/fail/{id}",
               [this](Call& call) { return report(call, Health::critical); });
  router.route("PUT", "/v1/agent/service/maintenance/{id}",
               [this](Call& call) { return set_maintenance(call); });
  router.route("GET", "/v1/agent/service/{id}", [this](Call& call) { return agent_service(call); });
  router.route("GET", "/v1/health/service/{name}", [this](Call& call) { return health_of_service(call); });
  router.route("GET", "/v1/catalog/service/{name}", [this](Call& call) { return catalog_of_service(call); });
  router.route("GET", "/v1/catalog/services", [this](Call&) -> Answer { co_return list_services(); });
  router.route("GET", "/v1/agent/services", [this](Call&) -> Answer { co_return agent_services(); });
  router.route("GET", "/v1/status/leader", [](Call& call) -> Answer {
    const std::string leader = fmt::format("127.0.0.1:{}", call.exchange.peer.local_port);
    co_return http::json_response(200, json::value(leader));
  });
}

Answer ConsulApi::register_service(Call& call) {
  const auto text = co_await call.body();  // Consul's own clients do not always send a content type
  if (!text) co_return fail(text);
  const auto body = core::parse_json_object(*text);
  if (!body) co_return fail(body);
  auto service = Catalog::parse_registration(*body);
  if (!service) co_return fail(service);
  if (!may_announce(call, *service)) {
    co_return refuse(ErrorKind::forbidden, "not_your_service", "a role may announce only itself");
  }
  if (auto added = catalog_.add(std::move(*service), clock_.steady_now()); !added) co_return fail(added);
  announce_change();
  co_return http::Response(200);
}

Answer ConsulApi::deregister(Call& call) {
  const Service* service = catalog_.find(call.param("id"));
  if (service != nullptr && !may_announce(call, *service))
    co_return refuse(ErrorKind::forbidden, "not_your_service");
  (void)catalog_.remove(call.param("id"));  // as Consul: gone is gone
  announce_change();
  co_return http::Response(200);
}

Answer ConsulApi::report(Call& call, Health health) {
  for (const auto& [id, service] : catalog_.services()) {
    const bool is_its_check =
        std::ranges::any_of(service.checks, [&](const Check& check) { return check.id == call.param("id"); });
    if (is_its_check && !may_announce(call, service))
      co_return refuse(ErrorKind::forbidden, "not_your_service");
  }
  const auto note = call.query("note");
  if (!note) co_return fail(note);
  const auto index = catalog_.index();
  const auto reported = catalog_.report(call.param("id"), health, note->value_or(""), clock_.steady_now());
  if (!reported) co_return fail(reported);
  if (catalog_.index() != index) announce_change();
  co_return http::Response(200);
}

Answer ConsulApi::set_maintenance(Call& call) {
  const std::string id = call.param("id");
  const auto enable = call.query("enable");
  const auto reason = call.query("reason");
  if (!enable) co_return fail(enable);
  if (!reason) co_return fail(reason);
  if (*enable != "true" && *enable != "false")
    co_return refuse(ErrorKind::invalid, "invalid_field", "enable: must be true or false");
  const Service* service = catalog_.find(id);
  if (service != nullptr && !may_announce(call, *service))
    co_return refuse(ErrorKind::forbidden, "not_your_service");
  const auto changed =
      *enable == "true"
          ? catalog_.set_maintenance(id, reason->value_or("").substr(0, kReasonMax), clock_.steady_now())
          : catalog_.end_maintenance(id);
  if (!changed) co_return fail(changed);
  if (keep_) keep_(catalog_.maintenance());
  announce_change();
  co_return http::Response(200);
}

Answer ConsulApi::agent_service(Call& call) {
  const Service* service = catalog_.find(call.param("id"));
  if (service == nullptr) co_return refuse(ErrorKind::not_found, "unknown_service");
  co_return http::json_response(200, json::value(service_json(*service)));
}

Answer ConsulApi::health_of_service(Call& call) {
  const auto index = index_of(call);
  const auto wait = wait_of(call);
  const auto passing = call.query("passing");
  if (!index) co_return fail(index);
  if (!wait) co_return fail(wait);
  if (!passing) co_return fail(passing);
  const std::string name = call.param("name");

  const auto deadline = Deadline::after(*wait).time() < call.exchange.deadline.time()
                            ? Deadline::after(*wait)
                            : call.exchange.deadline;
  while (*index > 0 && catalog_.index_of(name) <= *index && !is_stopping_) {
    const auto notified = co_await changed_.wait(deadline);
    if (!notified || !*notified) break;
  }
  json::array entries;
  for (const Service* service : catalog_.instances(name)) {
    if (passing->has_value() && service->health() != Health::passing) continue;
    entries.push_back(json::object{
        {"Node", node()}, {"Service", service_json(*service)}, {"Checks", checks_json(*service)}});
  }
  co_return with_index(std::move(entries), catalog_.index_of(name));
}

Answer ConsulApi::catalog_of_service(Call& call) {
  json::array entries;
  for (const Service* service : catalog_.instances(call.param("name"))) {
    json::object entry = node();
    entry["ServiceID"] = service->id;
    entry["ServiceName"] = service->name;
    entry["ServiceAddress"] = service->address;
    entry["ServicePort"] = service->port;
    entry["ServiceTags"] = json::value_from(service->tags);
    entries.push_back(std::move(entry));
  }
  co_return with_index(std::move(entries), catalog_.index_of(call.param("name")));
}

http::Response ConsulApi::list_services() const {
  json::object names;
  for (const auto& [id, service] : catalog_.services()) {
    json::value& tags = names[service.name];
    if (tags.is_null()) tags = json::array();
    for (const auto& tag : service.tags) tags.as_array().emplace_back(tag);
  }
  return with_index(std::move(names), catalog_.index());
}

http::Response ConsulApi::agent_services() const {
  json::object services;
  for (const auto& [id, service] : catalog_.services()) services[id] = service_json(service);
  return with_index(std::move(services), catalog_.index());
}

}  // namespace gatehouse::registry
