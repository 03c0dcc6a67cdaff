#include "check/mentions.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::check {
namespace {

// "redis": {"counters": {"host": …}}: several, by name; as opposed to one, whose members are texts and
// numbers.
bool names_servers(const json::object& redis) {
  return !redis.empty() && std::ranges::all_of(redis, [](const auto& member) {
    return member.value().is_object() && member.key() != "tls";
  });
}

void look_for(const json::object& settings, const std::string& path, const std::string& role,
              std::vector<Mention>& found) {
  for (const auto& member : settings) {
    const std::string inner = fmt::format("{}.{}", path, std::string_view(member.key()));
    const auto* object = member.value().if_object();
    if (object == nullptr) continue;
    const auto* engine = object->if_contains("engine");
    if (engine != nullptr && engine->is_string()) {
      found.push_back({std::string(engine->as_string()), inner, role, *object});
    } else if (member.key() == "elasticsearch") {
      found.push_back({"elasticsearch", inner, role, *object});
    } else if (member.key() == "redis" && !names_servers(*object)) {
      found.push_back({"redis", inner, role, *object});
    } else if (member.key() == "redis") {
      for (const auto& server : *object)
        found.push_back({"redis", fmt::format("{}.{}", inner, std::string_view(server.key())), role,
                         server.value().as_object()});
    } else {
      look_for(*object, inner, role, found);
    }
  }
}

bool has_store(std::string_view role) {
  return role != "registry" && role != "log-shipper";
}

// `"store": "file.db"`, the older spelling.
json::object file_settings(const json::object& settings) {
  const auto* store = settings.if_contains("store");
  if (store == nullptr || !store->is_string()) return {};
  return {{"file", store->as_string()}};
}

}  // namespace

std::vector<Mention> mentions_in(const supervisor::Platform& platform) {
  std::vector<Mention> found;
  if (platform.registry.kind == discovery::RegistryKind::consul)
    found.push_back({"consul", "discovery.consul", "", platform.discovery});
  if (!platform.tracing.empty()) found.push_back({"otlp", "tracing", "", platform.tracing});
  for (const supervisor::RolePlan& plan : platform.roles) {
    const std::string path = fmt::format("roles.{}.settings", plan.role);
    const std::string store = path + ".store";
    look_for(plan.settings, path, plan.role, found);
    if (has_store(plan.role) && std::ranges::find(found, store, &Mention::path) == found.end())
      found.push_back({"sqlite", "roles." + plan.role, plan.role, file_settings(plan.settings)});
  }
  return found;
}

}  // namespace gatehouse::check
