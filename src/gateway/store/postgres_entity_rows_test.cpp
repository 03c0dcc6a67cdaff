// The configuration while PostgreSQL is away, comes and goes; and how others hear of a change.
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "gateway/store/last_known_rows.hpp"
#include "gateway/store/test_gateways.hpp"

namespace gatehouse::gateway::store {
namespace {

// Commits, and does not hear the answer.
class UnheardCommit final : public EntityRows {
 public:
  explicit UnheardCommit(std::unique_ptr<EntityRows> rows) : rows_(std::move(rows)) {}
  Result<std::optional<StoredEntities>> read(std::int64_t known) override { return rows_->read(known); }
  Result<Written> write(const RowChange& change) override {
    (void)rows_->write(change);
    return fail(ErrorKind::unavailable, "postgres_commit_unknown", "", Origin::upstream);
  }

 private:
  std::unique_ptr<EntityRows> rows_;
};

class ConfigurationOnPostgres : public testing::Test {
 protected:
  void SetUp() override {
    telemetry::log::configure({.level = telemetry::log::Level::off});
    if (!PostgresEngine::is_installed()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    engine_.emplace();
  }
  void TearDown() override {
    if (engine_ && is_down_) start_server();
  }

  void stop_server() {
    PostgresEngine::server().kill();
    is_down_ = true;
  }
  void start_server() {
    PostgresEngine::server().restart();
    is_down_ = false;
  }
  [[nodiscard]] std::unique_ptr<TestGateway> gateway(std::unique_ptr<EntityRows> rows) {
    return std::make_unique<TestGateway>(std::move(rows), types_, ring_);
  }
  // With a copy of its own, which the next one finds.
  [[nodiscard]] std::unique_ptr<TestGateway> with_copy(std::unique_ptr<EntityRows> rows) {
    return gateway(std::make_unique<LastKnownRows>(
        std::move(rows), SqliteEntityRows::open(copy_.open()).value(), Deadline::after({})));
  }
  static Outcome<Entity> put_service(TestGateway& gateway, std::string_view name) {
    const json::object service{{"id", core::uuid_v4()}, {"name", name}};
    return gateway.store.change(
        [&](Draft& draft) { return draft.put(draft.types().at("services"), service); });
  }
  template <class Condition>
  static bool eventually(Condition condition) {
    const auto end = Deadline::after(std::chrono::seconds{20});
    while (!condition()) {
      if (end.is_over()) return false;
      poll(nullptr, 0, 10);
    }
    return true;
  }

  EntityTypes types_{plugins::plugin_types()};
  crypto::KeyRing ring_ = crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value();
  std::optional<PostgresEngine> engine_;
  const storage::sqlite::TestFile copy_;
  bool is_down_ = false;
};

TEST_F(ConfigurationOnPostgres, WithoutTheServerWhatIsInForceStaysAndAChangeIsRefused) {
  const auto one = gateway(engine_->rows());
  ASSERT_TRUE(one->store.refresh());
  ASSERT_TRUE(put_service(*one, "a"));
  const auto in_force = one->listener.in_force;

  stop_server();
  // A connection may outlive it for a moment.
  ASSERT_TRUE(eventually([&] { return !one->store.is_reachable(); }));
  const auto refused = put_service(*one, "b");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().status, 503U);
  const std::string message(refused.error().body.at("message").as_string());
  EXPECT_NE(message.find("nothing was changed"), std::string::npos) << message;
  EXPECT_FALSE(one->store.refresh());
  EXPECT_TRUE(one->store.readiness()) << "it serves what it has";
  EXPECT_EQ(one->listener.in_force, in_force);
  EXPECT_EQ(one->store.entities(), in_force);

  start_server();
  EXPECT_TRUE(eventually([&] { return put_service(*one, "b").has_value(); }));
  EXPECT_EQ(one->listener.in_force->of("services").rows().size(), 2U);
}

TEST_F(ConfigurationOnPostgres, AGatewayThatStartsWithoutTheServerSaysSoAndReadsOnceItIsThere) {
  ASSERT_TRUE(put_service(*gateway(engine_->rows()), "a"));
  stop_server();
  const auto one = gateway(engine_->process());
  EXPECT_EQ(one->store.readiness().error().reason, "configuration_not_read");
  EXPECT_FALSE(one->store.refresh());
  EXPECT_EQ(one->store.readiness().error().kind, ErrorKind::unavailable);
  EXPECT_EQ(one->listener.published, 0);

  start_server();
  EXPECT_TRUE(eventually([&] { return one->store.refresh().has_value(); }));
  EXPECT_TRUE(one->store.readiness());
  EXPECT_NE(one->listener.in_force->of("services").find_unique("name", "a"), nullptr);
}

TEST_F(ConfigurationOnPostgres, AGatewayThatStartsWithoutTheServerServesWhatItLastKnew) {
  {
    const auto one = with_copy(engine_->rows());
    ASSERT_TRUE(one->store.refresh());
    ASSERT_TRUE(one->store.change_once("seed", [](Draft&) { return Outcome<Entity>(nullptr); }));
    ASSERT_TRUE(put_service(*one, "own"));
    ASSERT_TRUE(put_service(*gateway(engine_->rows()), "another's"));
    ASSERT_TRUE(one->store.refresh().value());
    ASSERT_TRUE(put_service(*one, "last"));
  }
  stop_server();
  const auto again = with_copy(engine_->process());
  ASSERT_TRUE(again->store.refresh());
  EXPECT_TRUE(again->store.readiness());
  EXPECT_EQ(again->listener.in_force->of("services").rows().size(), 3U);
  EXPECT_EQ(put_service(*again, "new").error().status, 503U);
  EXPECT_TRUE(again->store.change_once("seed", [](Draft&) { return Outcome<Entity>(nullptr); }));
  EXPECT_FALSE(again->store.refresh()) << "the server is still away";

  start_server();
  EXPECT_TRUE(eventually([&] { return put_service(*again, "new").has_value(); }));
  EXPECT_EQ(again->listener.in_force->of("services").rows().size(), 4U);
}

TEST_F(ConfigurationOnPostgres, WhatAGatewayCannotOpenDoesNotReplaceWhatItLastKnew) {
  {
    const auto one = with_copy(engine_->rows());
    ASSERT_TRUE(one->store.refresh());
    ASSERT_TRUE(one->store.change_once("seed", [](Draft&) { return Outcome<Entity>(nullptr); }));
    ASSERT_TRUE(put_service(*one, "known"));
    const auto newer_program = engine_->rows();
    RowChange change{.base = newer_program->read(0).value()->generation, .writes = {}, .once = {}};
    change.writes.push_back({.type = "things", .id = "x", .row = SealedRow{.body = "{}", .wrapped_key = {}}});
    ASSERT_EQ(newer_program->write(change).value(), Written::done);
    EXPECT_EQ(one->store.refresh().error().reason, "unknown_entity_type");
  }
  stop_server();
  const auto again = with_copy(engine_->process());
  EXPECT_TRUE(again->store.refresh());
  EXPECT_EQ(again->listener.in_force->of("services").rows().size(), 1U);
}

TEST_F(ConfigurationOnPostgres, EveryCommitIsHeardByTheOtherGateways) {
  const auto other = engine_->process();
  ASSERT_TRUE(other->becomes_ready());
  ASSERT_TRUE(eventually([&] { return other->heard() > 0; })) << "it listens";
  const auto one = gateway(engine_->rows());
  const int before = other->heard();
  ASSERT_TRUE(put_service(*one, "a"));
  EXPECT_TRUE(eventually([&] { return other->heard() > before; }));
}

TEST_F(ConfigurationOnPostgres, AChangeWhoseCommitWasNotHeardIsNotDeniedAndTakenOverIfItHappened) {
  const auto one = gateway(std::make_unique<UnheardCommit>(engine_->rows()));
  ASSERT_TRUE(one->store.refresh());
  const auto unsure = put_service(*one, "a");
  ASSERT_FALSE(unsure);
  EXPECT_EQ(unsure.error().status, 503U);
  const std::string message(unsure.error().body.at("message").as_string());
  EXPECT_NE(message.find("is not known"), std::string::npos) << message;
  EXPECT_EQ(one->listener.in_force->of("services").rows().size(), 0U);
  EXPECT_TRUE(one->store.refresh().value());
  EXPECT_EQ(one->listener.in_force->of("services").rows().size(), 1U);
}

}  // namespace
}  // namespace gatehouse::gateway::store
