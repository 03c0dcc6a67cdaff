#include "auth_server/clients/realm.hpp"

#include <algorithm>

namespace gatehouse::auth_server {

const Client* Realm::find_client(std::string_view client_id) const {
  const auto found = clients.find(client_id);
  return found != clients.end() && found->second.enabled ? &found->second : nullptr;
}

bool Realm::knows_origin(std::string_view origin) const {
  return std::ranges::any_of(clients, [&](const auto& entry) {
    return entry.second.enabled && entry.second.web_origins.contains(origin);
  });
}

void Realms::put(Realm realm) {
  std::string name = realm.name;
  realms_.insert_or_assign(std::move(name), std::make_shared<const Realm>(std::move(realm)));
}

std::shared_ptr<const Realm> Realms::find(std::string_view name) const {
  const auto found = realms_.find(name);
  return found != realms_.end() && found->second->enabled ? found->second : nullptr;
}

std::vector<std::shared_ptr<const Realm>> Realms::all() const {
  std::vector<std::shared_ptr<const Realm>> all;
  for (const auto& [name, realm] : realms_) all.push_back(realm);
  return all;
}

}  // namespace gatehouse::auth_server
