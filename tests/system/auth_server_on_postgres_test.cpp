// The whole platform with two auth servers on PostgreSQL: they start without the server, say so, heal when it
// comes; later they answer 503 while it is away; and a refresh token is worth one answer of either.
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "storage/postgres/test_server.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {
namespace {

using storage::postgres::TestServer;
using namespace std::chrono_literals;

constexpr std::string_view kUser = "auth_server";
constexpr std::string_view kPassword = "another p4ssw0rd";
constexpr std::string_view kCerts = "/realms/gatehouse/protocol/openid-connect/certs";
constexpr std::string_view kTokens = "/realms/gatehouse/protocol/openid-connect/token";

class AuthServerOnPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!TestServer::is_installed()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    server_.emplace();
    server_->run(fmt::format("CREATE ROLE {} LOGIN PASSWORD '{}'", kUser, kPassword));
    server_->run(fmt::format("CREATE DATABASE {0} OWNER {0}", kUser));
  }

  [[nodiscard]] PlatformOptions options(json::object settings = {}) const {
    const auto files = server_->certificates().leaf(
        server_->directory(), "auth_server", {.common_name = std::string(kUser)}, core::SystemClock().now());
    json::array hosts{json::object{{"host", "localhost"}, {"port", server_->port()}}};
    settings["store"] = json::object{{"engine", "postgres"},
                                     {"hosts", std::move(hosts)},
                                     {"database", kUser},
                                     {"user", kUser},
                                     {"password_file", "postgres_password"},
                                     {"probe_every", "100ms"},
                                     {"tls",
                                      {{"ca", server_->certificates().ca.string()},
                                       {"certificate", files.certificate.string()},
                                       {"key", files.key.string()}}}};
    return {.instances = {{"auth-server", 2}},
            .settings = {{"auth-server", std::move(settings)}},
            .secrets = {{"auth-server", {{"postgres_password", std::string(kPassword)}}}}};
  }

  static Result<http::Reply> ask(const RunningPlatform& platform, std::string_view instance,
                                 http::Request request) {
    return platform.direct(instance, "gateway-1")->send(std::move(request));
  }
  static unsigned health_of(const RunningPlatform& platform, std::string_view path) {
    const auto answer = platform.direct("auth-server-1", "prometheus")->send(demo::get(std::string(path)));
    return answer ? answer->status : 0;
  }
  static bool becomes(const RunningPlatform& platform, unsigned status) {
    return eventually(30s, [&] { return health_of(platform, "/health/ready") == status; });
  }
  static bool serves(const RunningPlatform& platform, std::string_view instance) {
    return eventually(30s, [&] {
      const auto reply = ask(platform, instance, demo::get(std::string(kCerts)));
      return reply && reply->status == 200;
    });
  }
  static bool signs_in(const RunningPlatform& platform) {
    return eventually(30s, [&] { return platform.sign_in("alice").has_value(); });
  }
  static http::Request refresh(const demo::Tokens& tokens) {
    return demo::post_form(std::string(kTokens), {{"grant_type", "refresh_token"},
                                                  {"client_id", std::string(demo::kClient)},
                                                  {"refresh_token", std::string(tokens.refresh.reveal())}});
  }
  static void expect_503_with_retry_after(const Result<http::Reply>& reply) {
    ASSERT_TRUE(reply) << reply.error().reason;
    EXPECT_EQ(reply->status, 503U) << reply->content;
    EXPECT_FALSE(reply->headers.get("Retry-After").empty());
  }

  std::optional<TestServer> server_;
};

TEST_F(AuthServerOnPostgres, WaitsForItsDatabaseAndComesBackWithIt) {
  server_->kill();
  const RunningPlatform platform(options());
  EXPECT_TRUE(becomes(platform, 503));
  EXPECT_EQ(health_of(platform, "/health/live"), 200U);
  const auto log_says_why = [&] {
    return platform.complaints().find("postgres_unreachable") != std::string::npos;
  };
  EXPECT_TRUE(eventually(30s, log_says_why)) << platform.complaints();
  expect_503_with_retry_after(ask(platform, "auth-server-1", demo::get(std::string(kCerts))));

  server_->restart();
  EXPECT_TRUE(becomes(platform, 200));
  ASSERT_TRUE(signs_in(platform)) << platform.complaints();
  const auto tokens = platform.sign_in("alice").value();
  const auto keys = ask(platform, "auth-server-1", demo::get(std::string(kCerts)));
  ASSERT_TRUE(keys && keys->status == 200);
  ASSERT_TRUE(serves(platform, "auth-server-2"));
  EXPECT_EQ(ask(platform, "auth-server-2", demo::get(std::string(kCerts)))->content, keys->content);
  EXPECT_FALSE(std::filesystem::exists(platform.layout().role_dir("auth-server") / "auth-server.db"));
  const Outcome check = platform.gatehouse({"check"});
  EXPECT_EQ(check.code, 0) << check.output;
  EXPECT_NE(check.output.find("roles.auth-server.settings.store"), std::string::npos) << check.output;

  server_->kill();
  EXPECT_TRUE(becomes(platform, 503));
  expect_503_with_retry_after(ask(platform, "auth-server-1", refresh(tokens)));
  const auto still = ask(platform, "auth-server-1", demo::get(std::string(kCerts)));
  EXPECT_TRUE(still && still->status == 200) << "the keys are in memory: tokens are verified all the same";
  server_->restart();
  EXPECT_TRUE(becomes(platform, 200));
  const auto refreshes = [&] {
    const auto reply = ask(platform, "auth-server-2", refresh(tokens));
    return reply && reply->status == 200;
  };
  EXPECT_TRUE(eventually(30s, refreshes)) << platform.complaints();
  EXPECT_TRUE(signs_in(platform)) << platform.complaints();
}

TEST_F(AuthServerOnPostgres, OfTwoWhoPresentARefreshTokenAtBothInstancesOneWinsUntilTheTheftIsNoticed) {
  const RunningPlatform platform(options({{"refresh_siblings_max", 0}}));
  for (const char* instance : {"auth-server-1", "auth-server-2"}) ASSERT_TRUE(serves(platform, instance));
  ASSERT_TRUE(signs_in(platform)) << platform.complaints();
  for (int round = 0; round < 5; ++round) {
    const auto tokens = platform.sign_in("alice").value();
    std::array<Result<http::Reply>, 2> replies{fail(ErrorKind::internal, "not_sent"),
                                               fail(ErrorKind::internal, "not_sent")};
    {
      std::latch start(2);
      std::vector<std::jthread> clients;
      for (std::size_t i = 0; i < 2; ++i) {
        clients.emplace_back([&, i] {
          start.arrive_and_wait();
          replies[i] = ask(platform, i == 0 ? "auth-server-1" : "auth-server-2", refresh(tokens));
        });
      }
    }
    ASSERT_TRUE(replies[0] && replies[1]);
    std::array<unsigned, 2> statuses{replies[0]->status, replies[1]->status};
    const auto winner = demo::tokens_in(statuses[0] == 200 ? *replies[0] : *replies[1]);
    std::ranges::sort(statuses);
    EXPECT_EQ(statuses, (std::array<unsigned, 2>{200, 400}));
    ASSERT_TRUE(winner);
    const auto after = ask(platform, "auth-server-1", refresh(*winner));
    ASSERT_TRUE(after);
    EXPECT_EQ(after->status, 400U) << "nobody knows which of the two was the thief";
  }
}

}  // namespace
}  // namespace gatehouse::tests
