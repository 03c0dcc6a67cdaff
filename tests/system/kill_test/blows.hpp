// What a nemesis may do to a platform and to the engines that it stands on.
#pragma once

#include "tests/harness/production_engines.hpp"
#include "tests/system/kill_test/nemesis.hpp"

namespace gatehouse::tests::kill {

// SIGKILL for every instance of the roles that serve an order.
[[nodiscard]] std::vector<Blow> kills_of(const RunningPlatform& platform);
// A restart of PostgreSQL, of MongoDB's stand-in and of DynamoDB's; Redis flushed; Redis and Consul gone for
// a while.
[[nodiscard]] std::vector<Blow> injuries_of(ProductionEngines& engines);

}  // namespace gatehouse::tests::kill
