// Everything that the gateway is configured with, as one immutable value: the store makes a new one for every
// change, the proxy compiles its routing snapshot from it, and unchanged parts are shared between the old and
// the new.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "core/json.hpp"
#include "core/result.hpp"

namespace gatehouse::gateway::store {

// An entity is JSON in Kong's complete shape: every field present, defaults filled, null where unset, secrets
// plain. Foreign keys are {"id": "…"} or null. Times are Unix seconds (a target's: seconds with
// milliseconds).
using Entity = std::shared_ptr<const json::object>;

[[nodiscard]] std::string_view id_of(const json::object& entity);
// The string at `field`; "" when null or absent.
[[nodiscard]] std::string_view text_at(const json::object& entity, std::string_view field);
// The id inside the foreign key `field`; "" when null or absent.
[[nodiscard]] std::string_view foreign_id(const json::object& entity, std::string_view field);

struct EntityType;

// All entities of one type, ordered by id as Kong's lists are.
class Table {
 public:
  using Rows = std::map<std::string, Entity, std::less<>>;

  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] Entity find(std::string_view id) const;  // nullptr when there is none
  // `field` must be one of the type's unique fields.
  [[nodiscard]] Entity find_unique(std::string_view field, std::string_view value) const;
  // The entity that has these values in fields which are unique together (as key_together() gives them).
  [[nodiscard]] Entity find_together(const json::object& key) const;
  // The entities whose foreign key `field` names `id`, ordered by id.
  [[nodiscard]] std::vector<Entity> referring(std::string_view field, std::string_view id) const;

  void put(const EntityType& type, Entity entity);  // in place of one with the same id
  void remove(const EntityType& type, std::string_view id);

 private:
  Rows rows_;
  std::map<std::string, std::string, std::less<>> unique_;                    // "field=value" → id
  std::map<std::string, std::set<std::string>, std::less<>> by_foreign_key_;  // "field=id" → ids
};

// What must be unique together, as an object:
// {"consumer":null,"name":"jwt","route":null,"service":{"id":"…"}}
[[nodiscard]] json::object key_together(const json::object& entity, const std::vector<std::string>& fields);

// Types: services, routes, plugins, consumers, jwt_secrets, upstreams, targets, certificates, snis,
// ca_certificates.
class Entities {
 public:
  // An empty table for a type that has no entities.
  [[nodiscard]] const Table& of(std::string_view type) const;
  [[nodiscard]] Entity find(std::string_view type, std::string_view id) const { return of(type).find(id); }

  void replace(std::string_view type, std::shared_ptr<const Table> table);

 private:
  std::map<std::string, std::shared_ptr<const Table>, std::less<>> tables_;
};

// What puts a compiled configuration into force: at once, and it cannot fail.
using PutIntoForce = std::function<void()>;

// Who takes a changed configuration into force. Called before the change is acknowledged, one call at a time.
class ConfigurationListener {
 public:
  virtual ~ConfigurationListener() = default;
  // Compiles. An error (ErrorKind::invalid, its detail names what cannot be served, such as "paths.1: missing
  // closing ]") refuses the change: nothing is stored and the old configuration stays.
  [[nodiscard]] virtual Result<PutIntoForce> prepare(std::shared_ptr<const Entities>) = 0;

  [[nodiscard]] Result<void> publish(std::shared_ptr<const Entities> entities) {
    const auto put_into_force = prepare(std::move(entities));
    if (!put_into_force) return fail(put_into_force);
    (*put_into_force)();
    return {};
  }
};

}  // namespace gatehouse::gateway::store
