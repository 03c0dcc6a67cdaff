#include "tests/system/kill_test/blows.hpp"

#include <algorithm>

namespace gatehouse::tests::kill {

namespace {

constexpr std::string_view kVictims[] = {"orders", "payments", "auth-server", "gateway"};
constexpr std::chrono::milliseconds kGone{1'500};  // longer than a reconnection's first pauses

Blow injury(std::string name, std::function<void()> strike) {
  return {.name = std::move(name), .strike = [strike = std::move(strike)] {
            strike();
            return true;
          }};
}

}  // namespace

std::vector<Blow> kills_of(const RunningPlatform& platform) {
  std::vector<Blow> blows;
  for (const supervisor::Instance& instance : supervisor::instances_of(platform.plan())) {
    if (std::ranges::find(kVictims, instance.role) == std::end(kVictims)) continue;
    blows.push_back({.name = "SIGKILL " + instance.name,
                     .strike = [&platform, name = instance.name] { return platform.kill_instance(name); }});
  }
  return blows;
}

std::vector<Blow> injuries_of(ProductionEngines& engines) {
  const auto redis_gone = [&engines] {
    engines.stop_redis();
    pause(kGone);
    engines.start_redis();
  };
  const auto consul_gone = [&engines] {
    engines.stop_consul();
    pause(kGone);
    engines.start_consul();
  };
  // PostgreSQL and FerretDB by SIGKILL: what they acknowledged must be there when they are back.
  return {injury("PostgreSQL restarted", [&engines] { engines.restart_postgres(); }),
          injury("MongoDB restarted", [&engines] { engines.restart_mongodb(); }),
          injury("DynamoDB restarted", [&engines] { engines.restart_dynamodb(); }),
          injury("Redis flushed", [&engines] { engines.flush_redis(); }),
          injury("Redis gone", redis_gone),
          injury("Consul gone", consul_gone)};
}

}  // namespace gatehouse::tests::kill
