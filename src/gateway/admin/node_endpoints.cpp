#include "gateway/admin/node_endpoints.hpp"

#include <fstream>
#include <set>
#include <unistd.h>

#include <fmt/format.h>

namespace gatehouse::gateway::admin {
namespace {

json::object plugins_available(const store::EntityTypes& types) {
  json::object available;
  for (const PluginType& plugin : types.plugins()) {
    available[plugin.name] = {{"version", plugin.version}, {"priority", plugin.priority}};
  }
  return available;
}

json::array plugins_in_use(const store::Entities& entities) {
  std::set<std::string, std::less<>> names;
  for (const auto& [id, plugin] : entities.of("plugins").rows())
    names.emplace(store::text_at(*plugin, "name"));
  return json::value_from(names).get_array();
}

json::object about_node(const store::Store& store, const NodeFacts& facts) {
  return {{"tagline", "Welcome to kong"},
          {"version", kKongVersion},
          {"edition", "community"},
          {"product", "Gatehouse"},
          {"hostname", facts.hostname},
          {"node_id", facts.node_id},
          {"lua_version", ""},
          {"timers", {{"pending", 0}, {"running", 0}}},
          {"plugins",
           {{"available_on_server", plugins_available(store.types())},
            {"enabled_in_cluster", plugins_in_use(*store.entities())}}},
          {"configuration", facts.configuration},
          {"pids", {{"master", ::getpid()}}}};
}

// Resident memory; the first field of statm is the size, the second what is resident, in pages.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  statm >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

json::object status(store::Store& store, const ProxyView& proxy) {
  const ConnectionCounts counts = proxy.connections();
  const double mebibytes = static_cast<double>(resident_bytes()) / (1024.0 * 1024.0);
  const json::object worker{{"pid", ::getpid()}, {"http_allocated_gc", fmt::format("{:.2f} MiB", mebibytes)}};
  return {{"memory", {{"lua_shared_dicts", json::object{}}, {"workers_lua_vms", json::array{worker}}}},
          {"server",
           {{"connections_accepted", counts.accepted},
            {"connections_active", counts.active},
            {"connections_handled", counts.accepted},
            {"connections_reading", 0},
            {"connections_waiting", 0},
            {"connections_writing", counts.active},
            {"total_requests", counts.requests}}},
          {"database", {{"reachable", store.is_reachable()}}}};
}

json::object enabled_plugins(const store::EntityTypes& types) {
  json::array names;
  for (const PluginType& plugin : types.plugins()) names.emplace_back(plugin.name);
  return {{"enabled_plugins", std::move(names)}};
}

}  // namespace

std::vector<Endpoint> node_endpoints(store::Store& store, ProxyView& proxy, NodeFacts facts) {
  const Serve about = [&store, facts = std::move(facts)](const Call&, const Captures&) {
    return ok(about_node(store, facts));
  };
  const Serve show_status = [&store, &proxy](const Call&, const Captures&) {
    return ok(status(store, proxy));
  };
  const Serve enabled = [&store](const Call&, const Captures&) { return ok(enabled_plugins(store.types())); };
  const Serve metrics = [&proxy](const Call&, const Captures&) {
    return Answer{.text = proxy.metrics(), .content_type = "text/plain; charset=UTF-8"};
  };
  return {{.pattern = "/", .methods = {{"GET", about}}},
          {.pattern = "/status", .methods = {{"GET", show_status}}},
          {.pattern = "/plugins/enabled", .methods = {{"GET", enabled}}},
          {.pattern = "/metrics", .methods = {{"GET", metrics}}}};
}

}  // namespace gatehouse::gateway::admin
