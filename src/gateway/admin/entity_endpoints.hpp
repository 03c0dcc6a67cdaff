// The endpoints that every type of entity has, made from the registry:
//
//   /routes  /routes/{routes}                                        all of them, and one by id or name
//   /services/{services}/routes  …/routes/{routes}                   those that refer to a service
//   /routes/{routes}/service                                         the one that a route refers to
//
// Each is a short list: find, apply the rules, put into the draft, show.
#pragma once

#include <vector>

#include "core/clock.hpp"
#include "gateway/admin/arguments.hpp"
#include "gateway/admin/call.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::admin {

// The entity with this id, or whose key field is this. nullptr: there is none.
[[nodiscard]] store::Entity find_entity(const store::Entities& entities, const store::EntityTypes& types,
                                        const store::EntityType& type, std::string_view key);
// The same among those whose foreign key `field` is `parent`.
[[nodiscard]] store::Entity find_child(const store::Entities& entities, const store::EntityType& type,
                                       std::string_view field, std::string_view parent, std::string_view key);
// As a client sees it: with the old flat names of fields that moved, and lists that are kept elsewhere.
[[nodiscard]] json::object shown(const store::Entities& entities, const store::EntityTypes& types,
                                 const store::EntityType& type, const json::object& entity);

class EntityEndpoints {
 public:
  EntityEndpoints(store::Store& store, const core::Clock& clock) : store_(store), clock_(clock) {}

  [[nodiscard]] std::vector<Endpoint> endpoints();

 private:
  using Entity = store::Entity;
  using EntityType = store::EntityType;

  // Where an entity stands in a path: at the top level, or among those that refer to a parent.
  struct Place {
    const EntityType* type;
    const EntityType* parent = nullptr;
    std::string_view field = {};  // the foreign key to the parent

    [[nodiscard]] bool is_nested() const { return parent != nullptr; }
  };
  // The id of the parent that a path names ("" at the top level), and the last capture.
  struct Named {
    std::string parent;
    std::string key;
  };

  void add_place(const Place& place, const std::string& pattern, std::vector<Endpoint>& endpoints);
  void add_reference(const EntityType& type, const schema::Field& field, std::vector<Endpoint>& endpoints);

  Outcome<Answer> list(const Place& place, const Call& call, const Captures& captures) const;
  Outcome<Answer> get(const Place& place, const Captures& captures) const;
  Outcome<Answer> create(const Place& place, const Call& call, const Captures& captures);
  Outcome<Answer> replace(const Place& place, const Call& call, const Captures& captures);
  Outcome<Answer> patch(const Place& place, const Call& call, const Captures& captures);
  Outcome<Answer> remove(const Place& place, const Captures& captures);
  Outcome<Answer> get_referred(const EntityType& type, const schema::Field& field,
                               const Captures& captures) const;
  Outcome<Answer> patch_referred(const EntityType& type, const schema::Field& field, const Call& call,
                                 const Captures& captures);
  Outcome<Answer> replace_referred(const EntityType& type, const schema::Field& field, const Call& call,
                                   const Captures& captures);

  [[nodiscard]] Outcome<Named> named(const store::Entities& entities, const Place& place,
                                     const Captures& captures) const;
  [[nodiscard]] Entity find(const store::Entities& entities, const Place& place, const Named& named) const;
  Outcome<Entity> insert(store::Draft& draft, const EntityType& type, Arguments sent) const;
  Outcome<Entity> put(store::Draft& draft, const EntityType& type, const Entity& before,
                      Arguments sent) const;
  Outcome<Entity> update(store::Draft& draft, const EntityType& type, const Entity& before,
                         Arguments sent) const;
  Outcome<Answer> change(unsigned status, const EntityType& type, const store::Store::Change& change);

  store::Store& store_;
  const core::Clock& clock_;
};

}  // namespace gatehouse::gateway::admin
