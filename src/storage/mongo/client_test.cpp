// Against a server of the wire protocol, over mutual TLS and with SCRAM-SHA-256: good days and bad.
#include "storage/mongo/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "runtime/worker.hpp"
#include "storage/mongo/server_info.hpp"
#include "storage/mongo/test_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::mongo {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class MongoTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    log::configure({.level = log::Level::error});
    if (TestServer::is_installed()) server_ = std::make_unique<TestServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_) GTEST_SKIP() << "ferretdb is not installed (tools/peers)";
  }

  static Options options() { return server_->options("t" + core::random_token(9)); }
  static Options hasty() {
    Options hurried = options();
    hurried.connect_timeout = 300ms;
    hurried.operation_timeout = 300ms;
    return hurried;
  }
  template <class Fn>
  auto run(Client& client, Fn fn) {
    return runtime::run_to_end(io_, client.run(std::move(fn)));
  }
  Result<void> ping(Client& client) {
    return run(client, [](Session& session) -> Result<void> {
      const auto answer = session.command({{"ping", 1}});
      if (!answer) return fail(answer);
      return {};
    });
  }
  Result<void> ping(const Options& with) {
    const auto client = Client::open(with).value();
    return ping(*client);
  }
  // Until it answers, as an operator would look: the driver and the breaker need their moment.
  bool recovers(Client& client) {
    const Deadline give_up = Deadline::after(20s);
    while (!give_up.is_over()) {
      if (ping(client)) return true;
      io_.restart();
      io_.run_for(20ms);
    }
    return false;
  }

  boost::asio::io_context io_{1};
  static inline std::unique_ptr<TestServer> server_;
};

TEST_F(MongoTest, WritesFindsReplacesAndRemoves) {
  const auto client = Client::open(options()).value();
  const auto worked = run(*client, [](Session& session) -> Result<void> {
    EXPECT_TRUE(session.insert("thing", {{"_id", "a"}, {"revision", 1}}));
    EXPECT_EQ(session.insert("thing", {{"_id", "a"}}).error().reason, "unique_violation");
    EXPECT_TRUE(
        session.replace("thing", {{"_id", "a"}, {"revision", 1}}, {{"_id", "a"}, {"revision", 2}}).value());
    EXPECT_FALSE(
        session.replace("thing", {{"_id", "a"}, {"revision", 1}}, {{"_id", "a"}, {"revision", 9}}).value());
    const auto found = session.find_one("thing", {{"_id", "a"}}).value();
    EXPECT_TRUE(found);
    EXPECT_EQ(Reading{*found}.integer("revision"), 2);
    EXPECT_TRUE(session.remove("thing", {{"_id", "a"}}).value());
    EXPECT_FALSE(session.remove("thing", {{"_id", "a"}}).value());
    EXPECT_FALSE(session.find_one("thing", {{"_id", "a"}}).value());
    return {};
  });
  EXPECT_TRUE(worked);
}

TEST_F(MongoTest, OfManyThatAreInsertedOnlyThoseStayAwayThatAreRefused) {
  const auto client = Client::open(options()).value();
  const auto worked = run(*client, [](Session& session) -> Result<void> {
    std::vector<Document> documents;
    for (int i = 0; i < 2'000; ++i) documents.push_back({{"_id", i}, {"kind", "k"}});
    EXPECT_TRUE(session.insert_all("thing", std::span(documents).first(1'500)));
    const auto again = session.insert_all("thing", std::span(documents).last(1'000));
    EXPECT_EQ(again.error().reason, "unique_violation");
    EXPECT_EQ(session.find("thing", {{"kind", "k"}}, {.sort = {{"_id", 1}}, .limit = 3'000}).value().size(),
              documents.size());
    EXPECT_TRUE(session.insert_all("thing", {}));
    return {};
  });
  EXPECT_TRUE(worked);
}

TEST_F(MongoTest, FindsInOrderAndNoMoreThanAsked) {
  const auto client = Client::open(options()).value();
  const auto worked = run(*client, [](Session& session) -> Result<void> {
    for (const char* name : {"c", "a", "d", "b"})
      EXPECT_TRUE(session.insert("thing", {{"_id", name}, {"kind", "k"}}));
    const auto found = session.find("thing", {{"kind", "k"}}, {.sort = {{"_id", -1}}, .limit = 3}).value();
    std::string order;
    for (const Document& document : found) order += Reading{document}.text("_id");
    EXPECT_EQ(order, "dcb");
    return {};
  });
  EXPECT_TRUE(worked);
}

TEST_F(MongoTest, FindsMoreThanTheServerSendsAtOnce) {
  const auto client = Client::open(options()).value();
  const auto worked = run(*client, [](Session& session) -> Result<void> {
    for (int i = 0; i < 120; ++i) EXPECT_TRUE(session.insert("thing", {{"_id", i}, {"kind", "k"}}));
    EXPECT_EQ(session.find("thing", {{"kind", "k"}}, {.sort = {{"_id", 1}}, .limit = 110}).value().size(),
              110U);
    return {};
  });
  EXPECT_TRUE(worked);
}

TEST_F(MongoTest, KeepsUniqueIndexesAndMakesThemOnce) {
  const auto client = Client::open(options()).value();
  const auto worked = run(*client, [](Session& session) -> Result<void> {
    const Index by_name{"by_name", {{"realm", 1}, {"name", 1}}};
    EXPECT_TRUE(session.create_index("thing", by_name, Uniqueness::unique));
    EXPECT_TRUE(session.create_index("thing", by_name, Uniqueness::unique));
    EXPECT_TRUE(session.insert("thing", {{"_id", "1"}, {"realm", "r"}, {"name", "secret name"}}));
    const auto again = session.insert("thing", {{"_id", "2"}, {"realm", "r"}, {"name", "secret name"}});
    EXPECT_EQ(again.error().reason, "unique_violation");
    EXPECT_EQ(again.error().detail, "thing");  // no values
    EXPECT_TRUE(session.insert("thing", {{"_id", "3"}, {"realm", "s"}, {"name", "secret name"}}));
    return {};
  });
  EXPECT_TRUE(worked);
}

TEST_F(MongoTest, AnErrorOfOursIsInternal) {
  const auto client = Client::open(options()).value();
  const auto refused = run(*client, [](Session& session) { return session.command({{"noSuchCommand", 1}}); });
  EXPECT_EQ(refused.error().reason, "database_error");
  EXPECT_EQ(refused.error().kind, ErrorKind::internal);
}

TEST_F(MongoTest, TheServerSaysWhoItIs) {
  const auto client = Client::open(options()).value();
  const auto info = run(*client, server_info);
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->is_ferretdb);
  EXPECT_TRUE(info->takes_writes);
  EXPECT_FALSE(info->version.empty());
  EXPECT_LT(std::chrono::abs(info->its_time - core::SystemClock{}.now()), 60s);
}

TEST_F(MongoTest, NothingIsDoneBeforeThePreparationHasSucceeded) {
  int prepared = 0;
  const auto prepare = [&prepared](Session& session) -> Result<void> {
    if (++prepared == 1) return fail(ErrorKind::internal, "newer_schema");
    return session.insert("prepared", {{"_id", prepared}});
  };
  const auto client = Client::open(options(), prepare).value();
  int worked = 0;
  const auto work = [&worked](Session&) -> Result<void> {
    ++worked;
    return {};
  };
  EXPECT_EQ(run(*client, work).error().reason, "newer_schema");
  EXPECT_EQ(worked, 0);
  EXPECT_TRUE(run(*client, work));
  EXPECT_TRUE(run(*client, work));
  EXPECT_EQ(worked, 2);
  EXPECT_EQ(prepared, 2);
}

TEST_F(MongoTest, AWrongPasswordSaysSo) {
  Options wrong = hasty();
  wrong.operation_timeout = 5s;
  wrong.password = Secret{"wrong"};
  const auto refused = ping(wrong);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "database_login_refused");
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST_F(MongoTest, AServerThatWeDoNotTrustIsNotSpokenTo) {
  const core::SystemTime now = core::SystemClock{}.now();
  const std::filesystem::path elsewhere = server_->directory() / "elsewhere";
  std::filesystem::create_directories(elsewhere);
  Options other_authority = hasty();
  other_authority.tls.ca = test_peers::Certificates(elsewhere, now).ca;
  const auto refused = ping(other_authority);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "database_tls_refused");
  EXPECT_TRUE(refused.error().safe_to_retry);
}

TEST_F(MongoTest, WithoutACertificateNobodyGetsIn) {
  Options anonymous = hasty();
  anonymous.tls.certificate_and_key.clear();
  const auto refused = ping(anonymous);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST_F(MongoTest, FilesThatCannotBeReadAreNamed) {
  Options missing = options();
  missing.tls.ca = "/nowhere/ca.pem";
  const auto opened = Client::open(missing);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "tls_file_rejected");
  EXPECT_THAT(opened.error().detail, HasSubstr("/nowhere/ca.pem"));
}

TEST_F(MongoTest, DownAtTheStartItIsUnavailableAndComesByItself) {
  server_->kill();
  const auto client = Client::open(hasty()).value();
  const auto down = ping(*client);
  ASSERT_FALSE(down);
  EXPECT_EQ(down.error().reason, "database_unreachable");
  EXPECT_EQ(down.error().kind, ErrorKind::unavailable);
  EXPECT_TRUE(down.error().safe_to_retry);
  server_->restart();
  EXPECT_TRUE(recovers(*client));
}

TEST_F(MongoTest, KilledAndRestartedItComesBackByItself) {
  const auto client = Client::open(hasty()).value();
  ASSERT_TRUE(recovers(*client));
  server_->kill();
  const auto lost = ping(*client);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::unavailable);
  server_->restart();
  EXPECT_TRUE(recovers(*client));
}

TEST_F(MongoTest, AServerThatDoesNotAnswerCostsNoMoreThanTheTimeout) {
  const auto client = Client::open(hasty()).value();
  ASSERT_TRUE(recovers(*client));
  server_->pause();
  const auto slow = ping(*client);
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().reason, "database_timeout");
  EXPECT_EQ(slow.error().kind, ErrorKind::timeout);
  server_->resume();
  EXPECT_TRUE(recovers(*client));
}

TEST_F(MongoTest, FailingAgainAndAgainItIsLeftAloneForAWhile) {
  server_->kill();
  Options quick = hasty();
  quick.connect_timeout = 50ms;
  const auto client = Client::open(quick).value();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(ping(*client));
  const auto shut = ping(*client);
  ASSERT_FALSE(shut);
  EXPECT_EQ(shut.error().reason, "database_unreachable");
  EXPECT_THAT(shut.error().detail, HasSubstr("not asked"));
  EXPECT_TRUE(shut.error().safe_to_retry);
  server_->restart();
  EXPECT_TRUE(recovers(*client));
}

TEST_F(MongoTest, WhatTheWorkItselfRefusesShutsNobodyOut) {
  const auto client = Client::open(options()).value();
  const auto refuse_work = [](Session&) -> Result<void> { return fail(ErrorKind::unavailable, "contended"); };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(run(*client, refuse_work).error().reason, "contended");
  EXPECT_TRUE(ping(*client));
}

TEST_F(MongoTest, AnExpiredCertificateOrAnotherHostsIsNamed) {
  const auto& certificates = server_->certificates();
  const auto other_name = certificates.leaf(server_->directory(), "other",
                                            {.common_name = "other.test", .dns_names = {"other.test"}},
                                            core::SystemClock{}.now());
  server_->restart_showing(other_name);
  const auto misnamed = ping(hasty());
  ASSERT_FALSE(misnamed);
  EXPECT_EQ(misnamed.error().reason, "database_tls_refused");
  EXPECT_THAT(misnamed.error().detail, HasSubstr("hostname mismatch"));

  const auto expired = certificates.leaf(server_->directory(), "expired",
                                         {.common_name = "localhost", .dns_names = {"localhost"}},
                                         core::SystemClock{}.now() - std::chrono::hours{72});
  server_->restart_showing(expired);
  const auto late = ping(hasty());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, "database_tls_refused");
  EXPECT_THAT(late.error().detail, HasSubstr("expired"));
  server_->restart_showing(certificates.server);
}

}  // namespace
}  // namespace gatehouse::storage::mongo
