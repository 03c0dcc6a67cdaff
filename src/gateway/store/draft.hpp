// One change in the making: entities put and removed one after the other, each checked against uniqueness and
// references as the change stands so far. Nobody sees it until the store has written and published it whole.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/entities.hpp"
#include "gateway/store/entity_types.hpp"
#include "gateway/store/refusal.hpp"

namespace gatehouse::gateway::store {

class Draft {
 public:
  struct Write {
    const EntityType* type;
    std::string id;
    Entity entity;  // nullptr: removed
  };

  Draft(const EntityTypes& types, const Entities& before) : types_(types), entities_(before) {}

  [[nodiscard]] const EntityTypes& types() const { return types_; }
  [[nodiscard]] const Entities& entities() const { return entities_; }
  [[nodiscard]] const std::vector<Write>& writes() const { return writes_; }

  // Inserts, or replaces the entity with the same id. The entity is complete and valid by itself.
  // Refused: [5] another has its unique values, [4] it refers to what is not there.
  [[nodiscard]] Outcome<Entity> put(const EntityType& type, json::object entity);

  // Removes it and, where its referrers say so, them; nothing happens if it is not there.
  // Refused: [4] or [19], something refers to it that must not lose it.
  [[nodiscard]] Outcome<void> remove(const EntityType& type, std::string_view id);

 private:
  Table& table(const EntityType& type);
  [[nodiscard]] Outcome<void> check_unique(const EntityType& type, const json::object& entity) const;
  [[nodiscard]] Outcome<void> check_references(const EntityType& type, const json::object& entity) const;
  [[nodiscard]] Outcome<void> check_not_listed(const EntityType& type, std::string_view id) const;
  [[nodiscard]] Outcome<void> release(const EntityType& type, std::string_view id);

  const EntityTypes& types_;
  Entities entities_;
  std::map<std::string_view, std::shared_ptr<Table>> touched_;
  std::vector<Write> writes_;
};

}  // namespace gatehouse::gateway::store
