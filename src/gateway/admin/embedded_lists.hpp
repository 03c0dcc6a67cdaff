// Lists inside an entity that are entities of their own: the "snis" of a certificate. Requests may state
// them, answers show them, sorted; in the store they are rows that refer to the outer entity.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "gateway/admin/call.hpp"
#include "gateway/store/draft.hpp"

namespace gatehouse::gateway::admin {

// What a request says of them; a list that it does not mention is not in here.
using EmbeddedLists = std::map<std::string_view, std::vector<std::string>>;

// Takes them out of the sent values. Refused: [2], not a list of texts, or one twice.
[[nodiscard]] Outcome<EmbeddedLists> take_embedded(const store::EntityType& type, json::object& sent);
// Makes the stored rows those of `lists`. Refused: [2], another entity has one of them.
[[nodiscard]] Outcome<void> store_embedded(store::Draft& draft, const store::EntityType& type,
                                           std::string_view owner, const EmbeddedLists& lists,
                                           core::SystemTime now);
void show_embedded(const store::Entities& entities, const store::EntityType& type, json::object& entity);

}  // namespace gatehouse::gateway::admin
