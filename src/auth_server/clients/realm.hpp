// A realm: an issuer of its own, with its own clients, keys and sessions.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth_server/clients/client.hpp"
#include "auth_server/sessions/lifetimes.hpp"

namespace gatehouse::auth_server {

struct Realm {
  std::string name;
  std::string display_name;
  std::string issuer;  // "https://localhost:8443/realms/gatehouse", never taken from a request
  bool enabled = true;
  std::int64_t not_before = 0;  // Unix seconds: what was issued before is void
  Lifetimes lifetimes;
  bool registration_allowed = false;  // whether people may sign up by themselves
  Names default_roles;                // of the realm, for whoever signs up
  std::map<std::string, Client, std::less<>> clients;

  // Null if there is none, or if it is disabled: to the outside both are the same.
  [[nodiscard]] const Client* find_client(std::string_view client_id) const;
  // Whether any enabled client of the realm was given this web origin.
  [[nodiscard]] bool knows_origin(std::string_view origin) const;
};

// The realms in force. A request keeps the realm it began with; put() replaces it for the next one.
// Touched by one worker only.
class Realms {
 public:
  void put(Realm realm);
  [[nodiscard]] std::shared_ptr<const Realm> find(std::string_view name) const;  // null: unknown or disabled
  [[nodiscard]] std::vector<std::shared_ptr<const Realm>> all() const;

 private:
  std::map<std::string, std::shared_ptr<const Realm>, std::less<>> realms_;
};

}  // namespace gatehouse::auth_server
