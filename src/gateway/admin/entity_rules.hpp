// From what a client sent to an entity that may be put into a draft: abbreviations, types, references by
// name, defaults, validation. Pure: nothing is stored here.
#pragma once

#include "core/clock.hpp"
#include "gateway/admin/arguments.hpp"
#include "gateway/store/entities.hpp"
#include "gateway/store/entity_types.hpp"
#include "gateway/store/refusal.hpp"

namespace gatehouse::gateway::admin {

class EntityRules {
 public:
  EntityRules(const store::EntityTypes& types, const store::Entities& entities, core::SystemTime now)
      : types_(types), entities_(entities), now_(now) {}

  // POST and PUT: everything that is not sent takes its default. Refused: [2], [13].
  [[nodiscard]] Outcome<json::object> complete(const store::EntityType& type, Arguments sent) const;
  // PATCH: what is sent is merged into `stored`, record by record; lists are replaced.
  [[nodiscard]] Outcome<json::object> merge(const store::EntityType& type, const json::object& stored,
                                            Arguments sent) const;

 private:
  // The parts before and after the merge.
  [[nodiscard]] Outcome<const schema::Schema*> read(const store::EntityType& type, Arguments& sent) const;
  [[nodiscard]] Outcome<json::object> finish(const store::EntityType& type, const schema::Schema& schema,
                                             json::object entity) const;
  [[nodiscard]] Outcome<void> resolve_references(const store::EntityType& type, json::object& entity) const;

  const store::EntityTypes& types_;
  const store::Entities& entities_;
  core::SystemTime now_;
};

}  // namespace gatehouse::gateway::admin
