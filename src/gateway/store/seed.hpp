// The platform's own way through the gateway: services, routes and plugins for the auth server and the three
// services. They are ordinary entities, tagged "gatehouse"; who does not want one deletes it, and it stays
// deleted.
//
// They never stand in the way of what a user creates: their names begin with "gatehouse-", no plugin is
// global (a second global one of its kind would be refused), routes match by path alone, and their ids are
// lower than any random one, so that at equal priority the user's route wins.
#pragma once

#include "core/clock.hpp"
#include "gateway/store/store.hpp"

namespace gatehouse::gateway::store {

// On the first start of a store; later calls do nothing. Blocks.
[[nodiscard]] Outcome<void> seed_platform(Store& store, core::SystemTime now);

}  // namespace gatehouse::gateway::store
