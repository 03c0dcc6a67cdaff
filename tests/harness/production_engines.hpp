// The engines of the production profile, started and held together: orders, sessions, signing keys and the
// gateway's configuration on PostgreSQL, people behind MongoDB's wire protocol (FerretDB), payments on
// DynamoDB's (dynalite), Redis for caches and counts, Consul for discovery. All speak TLS under one CA, which
// is the platform's own as well. Their data lie in temporary directories. Throws std::runtime_error if an
// engine does not start.
//
// An engine dies with the thread that started it last.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/dynamodb/test_server.hpp"
#include "storage/mongo/test_server.hpp"
#include "storage/postgres/test_server.hpp"
#include "storage/redis/resp.hpp"
#include "storage/redis/test_server.hpp"
#include "storage/test_peers/certificates.hpp"
#include "tests/harness/consul_agent.hpp"
#include "tests/harness/running_platform.hpp"

namespace gatehouse::tests {

// "tls" in the settings of an engine.
[[nodiscard]] json::object tls_of(const std::filesystem::path& ca,
                                  const storage::test_peers::CertificateFiles& shown);

class ProductionEngines {
 public:
  // The engines that are not installed, and where they come from; empty if all are.
  [[nodiscard]] static std::string missing();

  ProductionEngines();

  // A platform on these engines, with every role twice that may run twice. They must outlive it.
  [[nodiscard]] PlatformOptions platform(std::string program = {}) const;
  [[nodiscard]] std::map<std::string, json::object> settings() const;  // by role
  [[nodiscard]] json::object discovery() const;                        // of platform.yml
  // From now on the gateways count all requests in Redis, and refuse none.
  static void count_requests(const RunningPlatform& platform);

  [[nodiscard]] const storage::postgres::TestServer& postgres() const { return postgres_; }
  [[nodiscard]] const storage::mongo::TestServer& mongodb() const { return mongodb_; }
  [[nodiscard]] const storage::dynamodb::TestServer& dynamodb() const { return dynamodb_; }

  // The data are there, the connections are not: as after a crash, and as after a stop.
  void restart_postgres() { postgres_.restart(); }
  void restart_mongodb() { mongodb_.restart(); }
  void restart_dynamodb() {
    dynamodb_.stop();
    dynamodb_.launch();
  }
  void flush_redis() { (void)ask_redis({"FLUSHALL"}); }
  // Started again, these two know nothing any more.
  void stop_redis() { redis_.kill(); }
  void start_redis() { redis_.restart(); }
  void stop_consul() { consul_.stop(); }
  void start_consul() { consul_.start(); }

  [[nodiscard]] storage::redis::Reply ask_redis(std::initializer_list<std::string_view> words) const;
  // Directories by engine, after all that it knows has been written into files, uncompressed.
  [[nodiscard]] std::map<std::string, std::filesystem::path> raw_files() const;

 private:
  [[nodiscard]] crypto::IssuedCertificate make_root() const;
  [[nodiscard]] std::vector<std::string> redis_arguments() const;
  [[nodiscard]] json::object tls() const;
  [[nodiscard]] json::object postgres_store(const std::string& role) const;
  [[nodiscard]] json::object mongodb_store(std::string database) const;
  [[nodiscard]] json::object dynamodb_store() const;
  void prepare(const std::filesystem::path& data, const PlatformOptions& options) const;

  TemporaryDirectory state_;  // the PKI, and what Consul was started with
  crypto::IssuedCertificate root_ = make_root();
  storage::test_peers::Certificates certificates_;
  storage::postgres::TestServer postgres_{root_};
  storage::mongo::TestServer mongodb_{root_};
  storage::dynamodb::TestServer dynamodb_{root_};
  storage::redis::TestServer redis_;
  ConsulAgent consul_;
  std::map<std::string, json::object> postgres_tls_;  // by role: what it shows instead of a password
};

}  // namespace gatehouse::tests
