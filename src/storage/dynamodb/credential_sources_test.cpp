#include "storage/dynamodb/credential_sources.hpp"

#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "storage/dynamodb/fake_server.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

using namespace std::chrono_literals;

constexpr auto kTemporary =
    R"({"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s1","Token":"t1","Expiration":"2027-01-15T09:00:00Z"})";

struct DynamodbCredentials : testing::Test {
  DynamodbCredentials() { log::configure({.level = log::Level::off}); }

  Environment environment() {
    return [this](const std::string& name) { return variables[name]; };
  }
  Result<Credentials> load(CredentialSource& source) {
    return runtime::run_to_end(io, source.load(Deadline::after(5s)));
  }

  boost::asio::io_context io{1};
  std::map<std::string, std::string> variables;
  http::Client http{io.get_executor(), {}};
  BlockingPool pool{"test"};
};

TEST_F(DynamodbCredentials, ComeFromTheEnvironment) {
  EnvironmentCredentials source(environment());
  EXPECT_EQ(load(source).error().reason, "bad_credentials");
  variables = {{"AWS_ACCESS_KEY_ID", "AKIA1"}, {"AWS_SECRET_ACCESS_KEY", "s1"}, {"AWS_SESSION_TOKEN", "t1"}};
  const auto found = load(source);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id, "AKIA1");
  EXPECT_EQ(found->secret_access_key.reveal(), "s1");
  EXPECT_EQ(found->session_token.reveal(), "t1");
  EXPECT_FALSE(found->expires_at);
}

TEST_F(DynamodbCredentials, ComeFromAProfileOfASharedFile) {
  const std::string text =
      "# comment\n[default]\naws_access_key_id = AKIA1\r\naws_secret_access_key=s1=\n\n"
      "[work]\naws_access_key_id=AKIA2\naws_secret_access_key = s2\naws_session_token = t2\n[half]\n"
      "aws_access_key_id=AKIA3\n";
  const auto file = std::filesystem::temp_directory_path() / ("credentials-" + std::to_string(getpid()));
  std::ofstream(file) << text;

  FileCredentials normal(file, "default", pool);
  EXPECT_EQ(load(normal)->secret_access_key.reveal(), "s1=");
  EXPECT_TRUE(load(normal)->session_token.empty());
  FileCredentials work(file, "work", pool);
  EXPECT_EQ(load(work)->access_key_id, "AKIA2");
  EXPECT_EQ(load(work)->session_token.reveal(), "t2");
  for (const std::string profile : {"half", "nobody"}) {
    FileCredentials other(file, profile, pool);
    EXPECT_EQ(load(other).error().reason, "bad_credentials") << profile;
  }
  std::filesystem::remove(file);
  EXPECT_EQ(load(normal).error().reason, "bad_credentials");
}

TEST_F(DynamodbCredentials, ComeFromTheContainersEndpointWithItsToken) {
  FakeServer server(io, [](const Asked& asked) {
    const bool is_allowed = asked.headers.get("Authorization") == "let me in" && asked.target == "/role?id=1";
    return is_allowed ? json_answer(200, kTemporary) : json_answer(403, "{}");
  });
  ContainerCredentials source(environment(), http, pool);
  EXPECT_EQ(load(source).error().reason, "bad_credentials") << "there is no endpoint";
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] =
      "http://127.0.0.1:" + std::to_string(server.port()) + "/role?id=1";
  EXPECT_EQ(load(source).error().reason, "credentials_unavailable") << "there is no token";
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "let me in";
  const auto found = load(source);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->access_key_id, "ASIA1");
  EXPECT_EQ(found->session_token.reveal(), "t1");
  EXPECT_EQ(found->expires_at, core::from_unix_seconds(1'800'003'600));

  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.com/role";
  EXPECT_EQ(load(source).error().reason, "bad_credentials") << "never in clear over a network";
}

TEST_F(DynamodbCredentials, ComeFromInstanceMetadataOnlyWithASessionToken) {
  FakeServer server(io, [](const Asked& asked) {
    if (asked.method == "PUT" && asked.target == "/latest/api/token" &&
        asked.headers.get("X-aws-ec2-metadata-token-ttl-seconds") == "21600")
      return http::text_response(200, "text/plain", "session");
    if (asked.headers.get("X-aws-ec2-metadata-token") != "session") return http::Response(401);
    if (asked.target == "/latest/meta-data/iam/security-credentials/")
      return http::text_response(200, "text/plain", "payments-role\n");
    if (asked.target == "/latest/meta-data/iam/security-credentials/payments-role")
      return json_answer(200, kTemporary);
    return http::Response(404);
  });
  InstanceCredentials source(http, {.host = "127.0.0.1", .port = server.port(), .tls = nullptr});
  const auto found = load(source);
  ASSERT_TRUE(found) << found.error().detail;
  EXPECT_EQ(found->access_key_id, "ASIA1");
  EXPECT_EQ(server.asked().size(), 3U);
}

// Counts how often it is asked; fails when told to.
struct Counting final : CredentialSource {
  explicit Counting(const core::Clock& clock_) : clock(clock_) {}
  Awaitable<Result<Credentials>> load(Deadline /*deadline*/) override {
    ++asked;
    if (is_broken) co_return fail(ErrorKind::unavailable, "credentials_unavailable");
    co_return Credentials{.access_key_id = "AKIA" + std::to_string(asked),
                          .secret_access_key = Secret("s"),
                          .session_token = {},
                          .expires_at = clock.now() + 1h};
  }
  const core::Clock& clock;
  int asked = 0;
  bool is_broken = false;
};

TEST_F(DynamodbCredentials, AreRenewedBeforeTheyExpireAndKeptWhileTheSourceFails) {
  core::ManualClock clock;
  auto owned = std::make_unique<Counting>(clock);
  Counting& source = *owned;
  CachedCredentials cached(std::move(owned), clock);
  const auto id = [&] {
    const auto got = runtime::run_to_end(io, cached.get(Deadline::after(5s)));
    return got ? got->access_key_id : std::string(got.error().reason);
  };
  EXPECT_EQ(id(), "AKIA1");
  clock.advance(54min);
  EXPECT_EQ(id(), "AKIA1");
  clock.advance(2min);
  EXPECT_EQ(id(), "AKIA2") << "less than five minutes were left";
  source.is_broken = true;
  clock.advance(57min);
  EXPECT_EQ(id(), "AKIA2");
  EXPECT_EQ(id(), "AKIA2");
  EXPECT_EQ(source.asked, 3) << "a source that fails is not asked with every request";
  clock.advance(4min);
  EXPECT_EQ(id(), "credentials_unavailable") << "now they have expired";
  source.is_broken = false;
  EXPECT_EQ(id(), "AKIA5");
  cached.forget("AKIA5");
  EXPECT_EQ(id(), "AKIA6");
}

TEST_F(DynamodbCredentials, AnAnswerThatIsNotWholeIsRefused) {
  for (const std::string text :
       {"", "[]", R"({"AccessKeyId":"a"})", R"({"AccessKeyId":"a","SecretAccessKey":""})",
        R"({"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"tomorrow"})"}) {
    EXPECT_EQ(credentials_of_json(text).error().reason, "bad_credentials") << text;
  }
}

}  // namespace
}  // namespace gatehouse::storage::dynamodb
