// What an operator meets: no server, a restarted one, wrong secrets, wrong certificates, a wrong schema, a
// primary that moves. Each has its reason, and heals by itself when its cause goes away.
#include "storage/postgres/listener.hpp"
#include "storage/postgres/postgres_fixture.hpp"

namespace gatehouse::storage::postgres {
namespace {

using namespace std::chrono_literals;

class PostgresBadDays : public PostgresTest {
 protected:
  void TearDown() override {
    if (server_ && !is_as_it_was_) {
      server_->show_certificate(server_->certificates().server);
      server_->restart();
    }
    PostgresTest::TearDown();
  }
  void restart_with(const crypto::LeafRequest& request, core::SystemTime issued_at) {
    is_as_it_was_ = false;
    const auto& certificates = server_->certificates();
    server_->show_certificate(certificates.leaf(server_->directory(), "other", request, issued_at));
    server_->restart();
  }

  bool is_as_it_was_ = true;
};

TEST_F(PostgresBadDays, AServerThatIsDownAtFirstIsWaitedFor) {
  server_->kill();
  const auto database = started(options());
  EXPECT_TRUE(fails_with(*database, "postgres_unreachable"));

  const auto refused = run_sql(*database, "SELECT 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(refused.error().safe_to_retry);
  server_->restart();
  become_ready(*database);

  EXPECT_EQ(number(*database, "SELECT count(*) FROM things"), 0) << "the schema is there too";
}

TEST_F(PostgresBadDays, ARestartIsNoticedAndForgotten) {
  const auto database = connected();
  ASSERT_TRUE(run_sql(*database, "INSERT INTO things VALUES (1, 'kept')", Repeatable::no));

  server_->kill();
  EXPECT_TRUE(fails_with(*database, "postgres_unreachable")) << "also when nobody asks it for anything";
  const auto refused = run_sql(*database, "SELECT 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  server_->restart();
  become_ready(*database);

  EXPECT_EQ(number(*database, "SELECT count(*) FROM things"), 1);
}

TEST_F(PostgresBadDays, ConnectionsThatDiedUnseenCostNobodyAnError) {
  const auto database = connected();
  EXPECT_EQ(number(*database, "SELECT 1"), 1);

  server_->restart();
  server_->run("SELECT 1");  // it takes connections again

  EXPECT_EQ(number(*database, "SELECT 2"), 2);
}

TEST_F(PostgresBadDays, AServerThatAnswersNobodyIsAnOutage) {
  Options impatient = options();
  impatient.connect_timeout = 100ms;
  server_->pause();
  const auto database = started(impatient);
  EXPECT_TRUE(fails_with(*database, "connect_timeout"));

  const auto refused = run_sql(*database, "SELECT 1");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable) << "at once: nobody waits for a timeout twice";
  server_->resume();
  become_ready(*database);
}

TEST_F(PostgresBadDays, AListenerComesBackAndLooksAgain) {
  int calls = 0;
  Listener listener(io_.get_executor(), options(), "news", [&calls] { ++calls; });
  listener.start();
  ASSERT_TRUE(run_until([&calls] { return calls == 1; })) << "it listens";
  server_->run("NOTIFY news", database_name_);
  EXPECT_TRUE(run_until([&calls] { return calls == 2; }));

  server_->restart();
  EXPECT_TRUE(run_until([&calls] { return calls == 3; })) << "something may have been missed";
  server_->run("NOTIFY news", database_name_);
  EXPECT_TRUE(run_until([&calls] { return calls == 4; }));

  EXPECT_TRUE(run(listener.stop(Deadline::after(5s))));
}

TEST_F(PostgresBadDays, AWrongPasswordIsNamed) {
  Options wrong = options();
  wrong.password = Secret("another password");
  const auto database = started(std::move(wrong));

  EXPECT_TRUE(fails_with(*database, "postgres_wrong_password"));
}

TEST_F(PostgresBadDays, AClientWithoutACertificateIsRefused) {
  Options bare = options();
  bare.tls.certificate.clear();
  bare.tls.key.clear();
  const auto database = started(std::move(bare));

  EXPECT_TRUE(fails_with(*database, "postgres_access_denied"));
}

TEST_F(PostgresBadDays, AMissingDatabaseIsNamed) {
  const auto database = started(server_->options("nowhere"));

  EXPECT_TRUE(fails_with(*database, "postgres_no_such_database"));
}

TEST_F(PostgresBadDays, AnExpiredServerCertificateIsRefused) {
  restart_with({.common_name = "localhost", .dns_names = {"localhost"}},
               core::SystemClock().now() - std::chrono::hours{24 * 3});
  const auto database = started(options());

  EXPECT_TRUE(fails_with(*database, "postgres_certificate_rejected"));
}

TEST_F(PostgresBadDays, ACertificateOfAnotherAuthorityIsRefused) {
  Options other = options();
  const auto directory = server_->directory() / "strangers";
  std::filesystem::create_directory(directory);
  const test_peers::Certificates strangers(directory, core::SystemClock().now());
  other.tls.ca = strangers.ca;
  const auto database = started(std::move(other));

  EXPECT_TRUE(fails_with(*database, "postgres_certificate_rejected"));
}

TEST_F(PostgresBadDays, AServerWithAnotherNameIsRefused) {
  restart_with({.common_name = "elsewhere", .dns_names = {"elsewhere"}}, core::SystemClock().now());
  const auto database = started(options());

  EXPECT_TRUE(fails_with(*database, "postgres_wrong_host_name"));
}

TEST_F(PostgresBadDays, ANameThatNobodyKnowsIsNamed) {
  Options lost = options();
  lost.hosts = {{"nowhere.invalid", server_->port()}};
  const auto database = started(std::move(lost));

  EXPECT_TRUE(fails_with(*database, "name_not_found"));
}

TEST_F(PostgresBadDays, ASchemaOfTheFutureIsLeftAlone) {
  {  // a newer executable was here
    constexpr Migration kFuture[] = {kThings[0], {2, "CREATE TABLE inventions (id bigint)"}};
    const auto newer = connected(options(), {"things", kFuture});
  }
  const auto database = started(options());

  EXPECT_TRUE(fails_with(*database, "postgres_schema_newer"));
  EXPECT_NE(database->readiness().error().detail.find("version 2"), std::string::npos);
  server_->run("DELETE FROM schema_versions WHERE version = 2; DROP TABLE inventions", database_name_);
  become_ready(*database);
}

TEST_F(PostgresBadDays, AMigrationThatFailsLeavesNothing) {
  constexpr Migration kBroken[] = {kThings[0], {2, "CREATE TABLE more (id bigint); SELECT 1 / 0"}};
  const auto broken = started(options(), {"things", kBroken});
  EXPECT_TRUE(fails_with(*broken, "postgres_error"));
  EXPECT_TRUE(run(broken->stop(Deadline::after(5s))));

  const auto database = connected();

  EXPECT_EQ(number(*database, "SELECT count(*) FROM pg_tables WHERE tablename = 'more'"), 0);
  EXPECT_EQ(number(*database, "SELECT max(version) FROM schema_versions"), 1);
}

TEST_F(PostgresBadDays, OfProcessesThatStartTogetherOneMigrates) {
  std::vector<Running> databases;
  for (int i = 0; i < 4; ++i) databases.push_back(started(options()));

  for (const auto& database : databases) become_ready(*database);

  EXPECT_EQ(number(*databases.front(), "SELECT count(*) FROM schema_versions"), 1);
}

TEST_F(PostgresBadDays, TheFirstHostThatTakesWritesIsFound) {
  Options several = options();
  several.hosts = {{"nowhere.invalid", server_->port()},
                   {"localhost", test_peers::free_port()},
                   {"localhost", server_->port()}};

  const auto database = connected(std::move(several));

  EXPECT_EQ(number(*database, "SELECT 1"), 1);
}

TEST_F(PostgresBadDays, WritesFollowThePrimary) {
  const TestServer standby(TestServer::StandbyOf{*server_});
  Options both = options();
  both.hosts = {{"localhost", standby.port()}, {"localhost", server_->port()}};
  const auto database = connected(both);
  ASSERT_TRUE(run_sql(*database, "INSERT INTO things VALUES (1, 'before')", Repeatable::no));
  constexpr std::string_view kReceived =
      "SELECT count(*) FROM pg_stat_replication WHERE flush_lsn >= pg_current_wal_lsn()";
  ASSERT_TRUE(run_until([&] { return number(*database, kReceived) == 1; }));

  is_as_it_was_ = false;
  server_->kill();
  EXPECT_TRUE(run_until([&] { return !database->readiness(); }));
  standby.promote();
  become_ready(*database);

  EXPECT_TRUE(run_sql(*database, "INSERT INTO things VALUES (2, 'after')", Repeatable::no));
  EXPECT_EQ(number(*database, "SELECT count(*) FROM things"), 2);
}

TEST_F(PostgresBadDays, AServerThatTakesNoMoreWritesIsLeft) {
  const auto database = connected();
  ASSERT_TRUE(run_sql(*database, "INSERT INTO things VALUES (1, 'before')", Repeatable::no));

  server_->configure("default_transaction_read_only", "on");
  // The open connection hears of it a moment later.
  EXPECT_TRUE(run_until([&] {
    (void)run_sql(*database, "UPDATE things SET name = 'after'", Repeatable::yes);
    return !database->readiness();
  }));
  EXPECT_EQ(database->readiness().error().reason, "postgres_not_primary");
  server_->configure("default_transaction_read_only", "off");
  become_ready(*database);

  EXPECT_TRUE(run_sql(*database, "INSERT INTO things VALUES (2, 'after')", Repeatable::no));
}

}  // namespace
}  // namespace gatehouse::storage::postgres
