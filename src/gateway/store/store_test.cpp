#include "gateway/store/store.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "gateway/admin/test_bench.hpp"
#include "runtime/worker.hpp"

namespace gatehouse::gateway::store {
namespace {

using admin::Reply;
using admin::TestBench;

TEST(Store, WhatWasAcknowledgedIsThereAfterARestart) {
  TestBench bench;
  const Reply service = bench.form("POST", "/services", "name=a&url=http://a&tags[]=x");
  bench.form("POST", "/services/a/routes", "paths=/a&name=r");
  bench.form("POST", "/routes", "paths=/b&name=gone");
  bench.remove("/routes/gone");
  const auto again = bench.open_again();
  const auto entities = again->entities();
  EXPECT_EQ(*entities->of("services").find(service.id()), service.body.get_object());
  EXPECT_EQ(entities->of("routes").rows().size(), 1U);
  EXPECT_EQ(entities->of("routes").referring("service", service.id()).size(), 1U);
}

TEST(Store, SecretsLieEncryptedOnDiskAndPlainInMemory) {
  TestBench bench;
  bench.form("POST", "/consumers", "username=bob");
  ASSERT_EQ(bench.form("POST", "/consumers/bob/jwt", "key=k&secret=very-secret-value").status, 201U);
  ASSERT_EQ(bench
                .form("POST", "/plugins",
                      "name=rate-limiting&config.second=1&config.policy=redis&config.redis.host=h"
                      "&config.redis.password=redis-password-value")
                .status,
            201U);
  std::string disk;
  for (const char* suffix : {"", "-wal"}) {
    std::ifstream file(bench.file.path() + suffix, std::ios::binary);
    disk.append(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_NE(disk.find("\"username\":\"bob\""), std::string::npos);
  EXPECT_EQ(disk.find("very-secret-value"), std::string::npos);
  EXPECT_EQ(disk.find("redis-password-value"), std::string::npos);
  const auto entities = bench.open_again()->entities();
  EXPECT_EQ(text_at(*entities->of("jwt_secrets").find_unique("key", "k"), "secret"), "very-secret-value");
  const Entity plugin = entities->of("plugins").rows().begin()->second;
  EXPECT_EQ(*schema::at_path(*plugin, "config.redis.password"), json::value("redis-password-value"));
}

TEST(Store, SecretsFollowARotationOfTheirKeys) {
  TestBench bench;
  bench.form("POST", "/consumers", "username=bob");
  ASSERT_EQ(bench.form("POST", "/consumers/bob/jwt", "key=k&secret=very-secret-value").status, 201U);
  const crypto::KeyRing rotated = bench.ring().announced()->promoted();
  BlockingPool pool("test");
  storage::sqlite::AsyncDatabase database(bench.file.open(), pool);
  storage::sqlite::SqliteWrappedRows rows(database, kWrappedEntityKeys);
  storage::RewrapRows rewrap(rows, crypto::Envelope(std::make_shared<const crypto::KeyRing>(rotated)),
                             name_of_entity_key);

  EXPECT_EQ(runtime::run_to_end(rewrap.advance("", 10))->done, 1U);

  const auto entities = bench.open_again(rotated.without({1}))->entities();
  EXPECT_EQ(text_at(*entities->of("jwt_secrets").find_unique("key", "k"), "secret"), "very-secret-value");
}

TEST(Store, AnotherProcessesChangesAreTakenOver) {
  TestBench bench;
  const auto other = bench.open_again();
  admin::PickyListener listener;
  ASSERT_TRUE(other->attach(listener));
  bench.form("POST", "/services", "name=a&url=http://a");
  EXPECT_EQ(other->entities()->of("services").rows().size(), 0U);
  EXPECT_TRUE(other->refresh().value());
  EXPECT_FALSE(other->refresh().value());
  EXPECT_NE(listener.in_force->of("services").find_unique("name", "a"), nullptr);
}

TEST(Store, AChangeIsCheckedAgainstWhatOthersWrote) {
  TestBench bench;
  const auto other = bench.open_again();
  bench.form("POST", "/services", "name=a&url=http://a");
  const EntityType& services = bench.types.at("services");
  const json::object taken{{"id", "11111111-2222-4333-8444-555555555555"}, {"name", "a"}};
  const auto outcome = other->change([&](Draft& draft) { return draft.put(services, taken); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().status, 409U);
}

TEST(Store, TheOldConfigurationIsUntouchedByAChange) {
  TestBench bench;
  bench.form("POST", "/services", "name=a&url=http://a");
  const auto before = bench.store.entities();
  bench.form("POST", "/services", "name=b&url=http://b");
  bench.form("PATCH", "/services/a", "retries=1");
  EXPECT_EQ(before->of("services").rows().size(), 1U);
  EXPECT_EQ(before->of("services").find_unique("name", "a")->at("retries"), json::value(5));
}

TEST(Seed, MakesThePlatformsRoutesOnce) {
  TestBench bench;
  const auto seeded = seed_platform(bench.store, bench.clock.now());
  ASSERT_TRUE(seeded) << json::serialize(seeded.error().body);
  const auto entities = bench.store.entities();
  EXPECT_EQ(entities->of("services").rows().size(), 4U);
  for (const auto& [id, route] : entities->of("routes").rows()) {
    EXPECT_TRUE(text_at(*route, "name").starts_with("gatehouse-"));
    EXPECT_EQ(route->at("tags"), json::value(json::array{"gatehouse"}));
    EXPECT_EQ(route->at("strip_path"), json::value(false));
    EXPECT_TRUE(id.starts_with("00000000-0000-")) << id;
  }
  std::set<std::string> protected_routes;
  for (const auto& [id, plugin] : entities->of("plugins").rows()) {
    const bool is_global = plugin->at("service").is_null() && plugin->at("route").is_null();
    EXPECT_FALSE(is_global) << text_at(*plugin, "name");
    if (text_at(*plugin, "name") != "jwt") continue;
    protected_routes.emplace(text_at(*entities->find("routes", foreign_id(*plugin, "route")), "name"));
  }
  EXPECT_EQ(protected_routes, (std::set<std::string>{"gatehouse-users", "gatehouse-roles", "gatehouse-orders",
                                                     "gatehouse-payments"}));
}

TEST(Seed, WhatAUserDeletedStaysDeleted) {
  TestBench bench;
  ASSERT_TRUE(seed_platform(bench.store, bench.clock.now()));
  EXPECT_EQ(bench.remove("/routes/gatehouse-products").status, 204U);
  const auto again = bench.open_again();
  ASSERT_TRUE(seed_platform(*again, bench.clock.now()));
  EXPECT_EQ(again->entities()->of("routes").find_unique("name", "gatehouse-products"), nullptr);
  EXPECT_EQ(again->entities()->of("routes").rows().size(), 7U);
}

TEST(Seed, TheAdminRouteComesLaterAndOnlyWhereTheAuthServerStillIs) {
  TestBench bench;
  const auto earlier = [](Draft&) { return Outcome<Entity>(nullptr); };
  for (const char* what : {"platform", "shop"}) ASSERT_TRUE(bench.store.change_once(what, earlier));
  ASSERT_TRUE(seed_platform(bench.store, bench.clock.now()));
  EXPECT_TRUE(bench.store.entities()->of("routes").rows().empty()) << "the user has removed the service";
}

}  // namespace
}  // namespace gatehouse::gateway::store
