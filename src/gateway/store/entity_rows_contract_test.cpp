// What every engine of the configuration must do, seen through the stores of several gateways.
#include <functional>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "gateway/store/test_gateways.hpp"

namespace gatehouse::gateway::store {
namespace {

std::string id_number(std::size_t number) {
  return fmt::format("11111111-2222-4333-8444-{:012d}", number);
}

struct Kind {
  const char* name;
  bool (*is_possible)();
  std::unique_ptr<Engine> (*make)();
};
const Kind kSqlite{"Sqlite", [] { return true; },
                   []() -> std::unique_ptr<Engine> { return std::make_unique<SqliteEngine>(); }};
const Kind kPostgres{"Postgres", &PostgresEngine::is_installed,
                     []() -> std::unique_ptr<Engine> { return std::make_unique<PostgresEngine>(); }};

class EntityRowsContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    telemetry::log::configure({.level = telemetry::log::Level::off});
    if (!GetParam().is_possible()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    engine_ = GetParam().make();
  }

  [[nodiscard]] std::unique_ptr<TestGateway> gateway() {
    auto made = std::make_unique<TestGateway>(engine_->rows(), types_, ring_);
    EXPECT_TRUE(made->store.refresh().value());
    return made;
  }
  static Outcome<Entity> put(TestGateway& gateway, std::string_view type, const json::object& entity) {
    return gateway.store.change([&](Draft& draft) { return draft.put(draft.types().at(type), entity); });
  }
  static Outcome<Entity> put_service(TestGateway& gateway, std::string_view name, std::size_t number) {
    return put(gateway, "services", {{"id", id_number(number)}, {"name", name}});
  }
  static Outcome<Entity> remove(TestGateway& gateway, std::string_view type, std::string_view id) {
    return gateway.store.change([&](Draft& draft) -> Outcome<Entity> {
      if (auto removed = draft.remove(draft.types().at(type), id); !removed)
        return std::unexpected(removed.error());
      return nullptr;
    });
  }
  static std::size_t count(const TestGateway& gateway, std::string_view type) {
    return gateway.store.entities()->of(type).rows().size();
  }

  // Runs `work(gateway, number)` as often at once as said, half of it on each of two gateways.
  void at_once(std::size_t times, const std::function<void(TestGateway&, std::size_t)>& work) {
    const std::array gateways{gateway(), gateway()};
    std::latch begin(static_cast<std::ptrdiff_t>(times));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < times; ++i) {
      threads.emplace_back([&, i] {
        begin.arrive_and_wait();
        work(*gateways[i % 2], i);
      });
    }
    for (auto& thread : threads) thread.join();
  }

  EntityTypes types_{plugins::plugin_types()};
  crypto::KeyRing ring_ = crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value();
  std::unique_ptr<Engine> engine_;
};

TEST_P(EntityRowsContract, WhatWasAcknowledgedIsThereAfterARestart) {
  const json::object secret{{"id", id_number(2)},
                            {"key", "k"},
                            {"secret", "very-secret-value"},
                            {"algorithm", "HS256"},
                            {"consumer", {{"id", id_number(1)}}},
                            {"tags", json::array{"ä", "\"quoted\"", "back\\slash"}}};
  {
    const auto first = gateway();
    ASSERT_TRUE(put(*first, "consumers", {{"id", id_number(1)}, {"username", "bob"}}));
    ASSERT_TRUE(put(*first, "jwt_secrets", secret));
    ASSERT_TRUE(put_service(*first, "gone", 3));
    ASSERT_TRUE(remove(*first, "services", id_number(3)));
  }
  const auto again = gateway();
  EXPECT_EQ(*again->store.entities()->of("jwt_secrets").find(id_number(2)), secret);
  EXPECT_EQ(count(*again, "consumers"), 1U);
  EXPECT_EQ(count(*again, "services"), 0U);
  EXPECT_EQ(again->listener.in_force, again->store.entities());
}

TEST_P(EntityRowsContract, SecretsReachTheEngineSealed) {
  const auto one = gateway();
  ASSERT_TRUE(
      put(*one, "jwt_secrets", {{"id", id_number(1)}, {"key", "k"}, {"secret", "very-secret-value"}}));
  const auto stored = engine_->rows()->read(0).value().value();
  ASSERT_EQ(stored.rows.size(), 1U);
  EXPECT_EQ(stored.rows[0].sealed.body.find("very-secret-value"), std::string::npos);
  EXPECT_NE(stored.rows[0].sealed.body.find("\"sealed\""), std::string::npos);
  EXPECT_FALSE(stored.rows[0].sealed.wrapped_key.value_or("").empty());
}

TEST_P(EntityRowsContract, AnotherGatewaysChangesAreTakenOverAndPutIntoForce) {
  const auto one = gateway();
  const auto other = gateway();
  ASSERT_TRUE(put_service(*one, "a", 1));
  EXPECT_EQ(count(*other, "services"), 0U);
  EXPECT_TRUE(other->store.refresh().value());
  EXPECT_FALSE(other->store.refresh().value());
  EXPECT_NE(other->listener.in_force->of("services").find_unique("name", "a"), nullptr);
}

TEST_P(EntityRowsContract, WhatWasDecidedOnAnOlderStateIsNotWritten) {
  const auto rows = engine_->rows();
  const auto before = rows->read(0).value().value();
  const RowChange change{.base = before.generation,
                         .writes = {{"services", id_number(1), SealedRow{.body = R"({"name":"first"})"}}},
                         .once = {}};
  ASSERT_EQ(rows->write(change).value(), Written::done);
  const RowChange late{.base = before.generation,
                       .writes = {{"services", id_number(1), SealedRow{.body = R"({"name":"late"})"}},
                                  {"services", id_number(2), SealedRow{.body = "{}"}}},
                       .once = "late"};
  EXPECT_EQ(rows->write(late).value(), Written::overtaken);
  const auto after = rows->read(before.generation).value().value();
  EXPECT_EQ(after.generation, before.generation + 1);
  ASSERT_EQ(after.rows.size(), 1U);
  EXPECT_EQ(after.rows[0].sealed.body, R"({"name":"first"})");
  EXPECT_TRUE(after.done.empty());
  EXPECT_FALSE(rows->read(after.generation).value());
}

TEST_P(EntityRowsContract, OfManyWhoTakeOneNameAtOnceOneGetsIt) {
  std::atomic<int> taken = 0;
  std::atomic<int> refused = 0;
  at_once(12, [&](TestGateway& at, std::size_t number) {
    const auto outcome = put_service(at, "same", number);
    if (outcome) ++taken;
    if (!outcome && outcome.error().status == 409) ++refused;
  });
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, 11);
  EXPECT_EQ(count(*gateway(), "services"), 1U);
}

TEST_P(EntityRowsContract, NoUpdateIsLost) {
  ASSERT_TRUE(put(*gateway(), "services", {{"id", id_number(1)}, {"name", "a"}, {"retries", 0}}));
  at_once(12, [&](TestGateway& at, std::size_t) {
    const auto outcome = at.store.change([&](Draft& draft) -> Outcome<Entity> {
      json::object service = *draft.entities().find("services", id_number(1));
      service["retries"] = service["retries"].as_int64() + 1;
      return draft.put(draft.types().at("services"), std::move(service));
    });
    EXPECT_TRUE(outcome) << json::serialize(outcome.error().body);
  });
  EXPECT_EQ(gateway()->store.entities()->find("services", id_number(1))->at("retries"), json::value(12));
}

TEST_P(EntityRowsContract, NothingIsLeftThatRefersToWhatIsGone) {
  constexpr std::size_t kRounds = 6;
  for (std::size_t round = 1; round <= kRounds; ++round) {
    const std::string service = id_number(round);
    ASSERT_TRUE(put_service(*gateway(), fmt::format("s{}", round), round));
    const json::object route{{"id", id_number(100 + round)}, {"service", {{"id", service}}}};
    std::array<bool, 2> was_done{};
    at_once(2, [&](TestGateway& at, std::size_t number) {
      const auto outcome = number == 0 ? remove(at, "services", service) : put(at, "routes", route);
      was_done.at(number) = outcome.has_value();
      if (!outcome) {
        EXPECT_EQ(outcome.error().status, 400U);
        EXPECT_EQ(outcome.error().body.at("name"), "foreign key violation");
      }
    });
    EXPECT_NE(was_done[0], was_done[1]) << "the service goes, or the route is there";
    const auto entities = gateway()->store.entities();
    EXPECT_EQ(entities->find("services", service) == nullptr, was_done[0]);
    EXPECT_EQ(entities->find("routes", id_number(100 + round)) != nullptr, was_done[1]);
  }
}

TEST_P(EntityRowsContract, WhatBelongsToAnEntityGoesWithItOnEveryGateway) {
  const auto one = gateway();
  const auto other = gateway();
  ASSERT_TRUE(put(*one, "consumers", {{"id", id_number(1)}, {"username", "bob"}}));
  ASSERT_TRUE(
      put(*other, "jwt_secrets",
          {{"id", id_number(2)}, {"key", "k"}, {"secret", "s"}, {"consumer", {{"id", id_number(1)}}}}));
  ASSERT_TRUE(remove(*one, "consumers", id_number(1)));
  ASSERT_TRUE(other->store.refresh().value());
  EXPECT_EQ(count(*other, "jwt_secrets"), 0U);
  EXPECT_TRUE(engine_->rows()->read(0).value()->rows.empty());
}

TEST_P(EntityRowsContract, WhatIsDoneOnceIsDoneByOneGateway) {
  std::atomic<int> runs_that_counted = 0;
  const auto seed = [&](TestGateway& at) {
    const auto outcome = at.store.change_once("seed", [](Draft& draft) {
      return draft.put(draft.types().at("services"), {{"id", id_number(1)}, {"name", "seeded"}});
    });
    EXPECT_TRUE(outcome);
    if (outcome && *outcome != nullptr) ++runs_that_counted;
  };
  at_once(6, [&](TestGateway& at, std::size_t) { seed(at); });
  EXPECT_EQ(runs_that_counted, 1);
  const auto again = gateway();
  ASSERT_TRUE(remove(*again, "services", id_number(1)));
  seed(*again);
  EXPECT_EQ(count(*gateway(), "services"), 0U);
}

TEST_P(EntityRowsContract, WhatCannotBeServedLeavesNoTrace) {
  const auto one = gateway();
  const auto before = engine_->rows()->read(0).value()->generation;
  const auto refused = put(*one, "routes", {{"id", id_number(1)}, {"name", "unservable"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 400U);
  EXPECT_FALSE(engine_->rows()->read(before).value());
  EXPECT_EQ(count(*one, "routes"), 0U);
}

INSTANTIATE_TEST_SUITE_P(Engines, EntityRowsContract, testing::Values(kSqlite, kPostgres),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::gateway::store
