// `gatehouse check` against PostgreSQL, MongoDB's protocol and DynamoDB's: what it finds where all is well,
// and what an operator is told where it is not.
#include "storage/dynamodb/options.hpp"
#include "storage/dynamodb/test_server.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/postgres/test_server.hpp"
#include "tests/component/checking.hpp"

namespace gatehouse::tests {
namespace {

namespace dynamodb = storage::dynamodb;
using Postgres = storage::postgres::TestServer;
using Mongo = storage::mongo::TestServer;

class CheckingPostgres : public Checking {
 protected:
  void SetUp() override {
    if (!Postgres::is_installed()) GTEST_SKIP() << "the Debian package postgresql-15 is not installed";
    server_.emplace();
    keep_secret("postgres_password", Postgres::kPassword);
  }

  [[nodiscard]] json::object settings(std::string_view user,
                                      const storage::test_peers::CertificateFiles& shown) const {
    return {{"engine", "postgres"},
            {"hosts", json::array{json::object{{"host", "localhost"}, {"port", server_->port()}}}},
            {"database", "postgres"},
            {"user", user},
            {"password_file", "postgres_password"},
            {"tls",
             {{"ca", server_->certificates().ca.string()},
              {"certificate", shown.certificate.string()},
              {"key", shown.key.string()}}}};
  }
  [[nodiscard]] json::object settings() const {
    return settings(Postgres::kUser, server_->certificates().client);
  }

  std::optional<Postgres> server_;
};

TEST_F(CheckingPostgres, VersionTlsAndClockAreTold) {
  const auto findings = probe("postgres", settings());
  EXPECT_TRUE(check::is_fine(findings)) << told(findings);
  EXPECT_TRUE(findings.version.starts_with("15.")) << findings.version;
  EXPECT_EQ(findings.version.find(' '), std::string::npos) << findings.version;
  EXPECT_EQ(findings.tls_version, "TLSv1.3");
  EXPECT_LT(std::abs(findings.clock_skew.value().count()), 5'000);
}

TEST_F(CheckingPostgres, AMissingRightIsNamedWithItsTable) {
  server_->run(
      "CREATE ROLE orders LOGIN; CREATE TABLE schema_versions (component text);"
      "CREATE TABLE sagas (id text); GRANT ALL ON schema_versions TO orders;"
      "GRANT SELECT, INSERT ON sagas TO orders");
  const auto shown = server_->certificates().leaf(server_->directory(), "orders", {.common_name = "orders"},
                                                  core::SystemClock().now());
  const auto findings = probe("postgres", settings("orders", shown));
  EXPECT_TRUE(findings.problems.empty()) << told(findings);
  EXPECT_EQ(findings.missing_rights,
            (std::vector<std::string>{"CREATE on the schema public", "DELETE, UPDATE on sagas"}));
}

TEST_F(CheckingPostgres, AWrongPasswordAndAServerThatIsGoneAreToldApart) {
  keep_secret("postgres_password", "wrong");
  const auto refused = probe("postgres", settings());
  EXPECT_TRUE(refused.is_reachable);
  EXPECT_NE(told(refused).find("postgres_wrong_password"), std::string::npos) << told(refused);
  server_->kill();
  const auto gone = probe("postgres", settings());
  EXPECT_FALSE(gone.is_reachable);
  EXPECT_NE(told(gone).find("postgres_unreachable"), std::string::npos) << told(gone);
}

class CheckingMongo : public Checking {
 protected:
  void SetUp() override {
    if (!Mongo::is_installed()) GTEST_SKIP() << "ferretdb is not there: run tools/peers";
    server_.emplace();
    keep_secret("mongo_password", Mongo::kPassword);
  }

  [[nodiscard]] json::object settings() const {
    const auto options = server_->options("auth");
    return {{"engine", "mongodb"},
            {"hosts", json::array{json::string(options.hosts.front())}},
            {"database", "auth"},
            {"user", "auth"},
            {"password_file", "mongo_password"},
            {"operation_timeout", "10s"},
            {"tls", {{"ca", options.tls.ca}, {"certificate_and_key", options.tls.certificate_and_key}}}};
  }

  std::optional<Mongo> server_;
};

TEST_F(CheckingMongo, VersionTlsCertificateAndClockAreTold) {
  const auto findings = probe("mongodb", settings());
  EXPECT_TRUE(check::is_fine(findings)) << told(findings);
  EXPECT_NE(findings.version.find("(FerretDB)"), std::string::npos) << findings.version;
  EXPECT_EQ(findings.tls_version, "TLSv1.3");
  EXPECT_GT(findings.certificate_expires.value(), core::SystemClock().now());
  EXPECT_LT(std::abs(findings.clock_skew.value().count()), 5'000);
}

TEST_F(CheckingMongo, AWrongPasswordAndAServerThatIsGoneAreToldApart) {
  keep_secret("mongo_password", "wrong");
  const auto refused = probe("mongodb", settings());
  EXPECT_TRUE(refused.is_reachable);
  EXPECT_NE(told(refused).find("database_login_refused"), std::string::npos) << told(refused);
  server_->kill();
  const auto gone = probe("mongodb", settings());
  EXPECT_FALSE(gone.is_reachable);
  EXPECT_NE(told(gone).find(server_->options("auth").hosts.front()), std::string::npos) << told(gone);
}

dynamodb::TableShape shape() {
  return {.hash = {"id"},
          .indexes = {{.name = "due",
                       .hash = {"shard"},
                       .range = {"at", dynamodb::AttributeType::number},
                       .included = {}}}};
}
dynamodb::TableShape other_shape() {
  return {.hash = {"number", dynamodb::AttributeType::number}, .indexes = {}};
}
constexpr check::KnownRole kKeeper[] = {{"auth", nullptr, shape}};
constexpr check::KnownRole kOtherKeeper[] = {{"auth", nullptr, other_shape}};

class CheckingDynamodb : public Checking {
 protected:
  void SetUp() override {
    if (const auto missing = dynamodb::TestServer::missing(); !missing.empty()) GTEST_SKIP() << missing;
    server_.emplace();
    keep_secret("dynamodb_secret", "EXAMPLEKEY");
    roles_ = kKeeper;
  }

  [[nodiscard]] json::object settings() const {
    const auto& certificates = server_->certificates();
    return {{"engine", "dynamodb"},
            {"endpoint", server_->endpoint()},
            {"region", "eu-central-1"},
            {"table", "payments"},
            {"tls",
             {{"ca", certificates.ca.string()},
              {"certificate", certificates.client.certificate.string()},
              {"key", certificates.client.key.string()}}},
            {"credentials",
             {{"source", "static"},
              {"access_key_id", "AKIDEXAMPLE"},
              {"secret_access_key_file", "dynamodb_secret"}}}};
  }

  // As the role would.
  [[nodiscard]] Result<void> make_table() const {
    const auto secret = [](std::string_view) -> Result<Secret> { return Secret("EXAMPLEKEY"); };
    const auto options = dynamodb::Options::from_json(settings(), "here", secret).value();
    boost::asio::io_context io{1};
    http::Client http(io.get_executor(), {});
    BlockingPool pool("test");
    telemetry::Metrics metrics;
    const core::SystemClock clock;
    dynamodb::Client client(
        http, options.client().value(),
        dynamodb::credential_source(options.credentials, dynamodb::process_environment, http, pool), clock,
        metrics);
    dynamodb::Table table(client, options.table);
    const auto deadline = Deadline::after(std::chrono::seconds{20});
    auto made =
        runtime::run_to_end(io, dynamodb::prepare(table, shape(), dynamodb::WhenMissing::create, deadline));
    http.close_idle();
    return made;
  }

  std::optional<dynamodb::TestServer> server_;
};

TEST_F(CheckingDynamodb, ATableThatIsMissingIsAProblemOnlyWhereTheRoleMayNotMakeIt) {
  const auto findings = probe("dynamodb", settings());
  EXPECT_NE(told(findings).find("there is no table payments"), std::string::npos) << told(findings);
  auto may_make = settings();
  may_make["create_table"] = true;
  const auto fine = probe("dynamodb", may_make);
  EXPECT_TRUE(check::is_fine(fine)) << told(fine);
  EXPECT_EQ(fine.tls_version, "TLSv1.3");
  EXPECT_GT(fine.certificate_expires.value(), core::SystemClock().now());
}

TEST_F(CheckingDynamodb, ATableOfTheRightShapeIsFineAndAnotherIsTold) {
  ASSERT_TRUE(make_table());
  const auto findings = probe("dynamodb", settings());
  EXPECT_TRUE(check::is_fine(findings)) << told(findings);
  EXPECT_EQ(findings.version, "2012-08-10");
  roles_ = kOtherKeeper;
  const auto differs = probe("dynamodb", settings());
  EXPECT_NE(told(differs).find("the key is (id:S), not (number:N)"), std::string::npos) << told(differs);
}

TEST_F(CheckingDynamodb, ARoleThatKeepsNothingThereIsTold) {
  roles_ = {};
  EXPECT_NE(told(probe("dynamodb", settings())).find("the role auth keeps nothing on DynamoDB"),
            std::string::npos);
}

}  // namespace
}  // namespace gatehouse::tests
