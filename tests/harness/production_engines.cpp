#include "tests/harness/production_engines.hpp"

#include <fstream>
#include <stdexcept>

#include "runtime/worker.hpp"
#include "storage/redis/options.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"

namespace gatehouse::tests {

namespace {

using std::chrono::seconds;
using storage::test_peers::CertificateFiles;
namespace fs = std::filesystem;

constexpr std::string_view kMayRunTwice[] = {"auth", "payments", "orders", "auth-server", "gateway"};
constexpr const char* kRedisOfCounters = "counters";  // as the gateway's plugin names it
constexpr std::int64_t kNeverReached = 100'000'000;   // requests a minute

core::SystemTime now() {
  return core::SystemClock().now();
}

std::string read(const fs::path& file) {
  auto text = supervisor::read_file(file);
  if (!text) throw std::runtime_error(text.error().detail);
  return std::move(*text);
}

// Makes a database for the role, which shows a certificate and knows no password.
json::object certificate_on(const storage::postgres::TestServer& server, const std::string& role) {
  server.run("CREATE ROLE " + role + " LOGIN");
  server.run("CREATE DATABASE " + role + " OWNER " + role);
  const auto& authority = server.certificates();
  return tls_of(authority.ca, authority.leaf(server.directory(), role, {.common_name = role}, now()));
}

}  // namespace

json::object tls_of(const fs::path& ca, const CertificateFiles& shown) {
  return {{"ca", ca.string()}, {"certificate", shown.certificate.string()}, {"key", shown.key.string()}};
}

std::string ProductionEngines::missing() {
  std::string names;
  const auto note = [&names](std::string_view name) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  };
  if (!storage::postgres::TestServer::is_installed()) note("postgresql-15 (Debian)");
  if (!storage::mongo::TestServer::is_installed()) note("ferretdb (tools/peers)");
  if (!storage::dynamodb::TestServer::missing().empty()) note("dynalite (tools/peers)");
  if (!find_program("redis-server")) note("redis-server (Debian)");
  if (!find_program("consul")) note("consul (tools/peers)");
  return names;
}

ProductionEngines::ProductionEngines()
    : certificates_(state_.path(), root_, now()),
      redis_(redis_arguments(), storage::redis::TestServer::Transport::tls),
      consul_({.program = find_program("consul").value_or("consul"),
               .pki = state_.path(),
               .state = state_.path() / "consul",
               .rules = std::string(kPlatformRules)}),
      postgres_tls_{{"orders", certificate_on(postgres_, "orders")},
                    {"gateway", certificate_on(postgres_, "gateway")},
                    {"auth_server", certificate_on(postgres_, "auth_server")}} {}

crypto::IssuedCertificate ProductionEngines::make_root() const {
  if (auto made = supervisor::ensure_pki(state_.path(), now()); !made)
    throw std::runtime_error(made.error().detail);
  const fs::path root = state_.path() / "pki" / "root";
  return {.certificate_pem = read(root / "root.pem"), .key_pem = Secret(read(root / "root.key"))};
}

std::vector<std::string> ProductionEngines::redis_arguments() const {
  return {"--tls-cert-file",    certificates_.server.certificate.string(),
          "--tls-key-file",     certificates_.server.key.string(),
          "--tls-ca-cert-file", certificates_.ca.string(),
          "--rdbcompression",   "no"};
}

PlatformOptions ProductionEngines::platform(std::string program) const {
  PlatformOptions options{.settings = settings(),
                          .secrets = {{"auth", {{"mongo_password", storage::mongo::TestServer::kPassword}}}},
                          .program = std::move(program)};
  for (const std::string_view role : kMayRunTwice) options.instances[std::string(role)] = 2;
  options.prepare = [this, options](const fs::path& data) { prepare(data, options); };
  return options;
}

void ProductionEngines::prepare(const fs::path& data, const PlatformOptions& options) const {
  fs::copy(state_.path() / "pki", data / "pki", fs::copy_options::recursive);
  auto file = platform_file(options);
  file["discovery"] = discovery();
  std::ofstream(data / "platform.yml") << json::serialize(file) << "\n";
}

std::map<std::string, json::object> ProductionEngines::settings() const {
  const json::object redis{{"host", "127.0.0.1"}, {"port", redis_.port()}, {"tls", tls()}};
  return {{"auth",
           {{"store", mongodb_store("auth")},
            {"subject_keys", mongodb_store("auth_keys")},
            {"person_cache", {{"redis", redis}}}}},
          {"payments", {{"store", dynamodb_store()}}},
          {"orders", {{"store", postgres_store("orders")}, {"product_cache", {{"redis", redis}}}}},
          {"auth-server", {{"store", postgres_store("auth_server")}}},
          {"gateway", {{"store", postgres_store("gateway")}, {"redis", {{kRedisOfCounters, redis}}}}}};
}

json::object ProductionEngines::tls() const {
  return tls_of(certificates_.ca, certificates_.client);
}

json::object ProductionEngines::postgres_store(const std::string& role) const {
  json::array hosts{json::object{{"host", "localhost"}, {"port", postgres_.port()}}};
  return {{"engine", "postgres"}, {"hosts", std::move(hosts)},     {"database", role},
          {"user", role},         {"tls", postgres_tls_.at(role)}, {"probe_every", "100ms"}};
}

json::object ProductionEngines::mongodb_store(std::string database) const {
  const auto options = mongodb_.options(std::move(database));
  return {{"engine", "mongodb"},
          {"hosts", json::value_from(options.hosts)},
          {"database", options.database},
          {"user", options.user},
          {"password_file", "mongo_password"},
          {"tls", {{"ca", options.tls.ca}, {"certificate_and_key", options.tls.certificate_and_key}}}};
}

json::object ProductionEngines::dynamodb_store() const {
  return {{"engine", "dynamodb"},
          {"endpoint", dynamodb_.endpoint()},
          {"region", "eu-central-1"},
          {"table", "payments"},
          {"create_table", true},
          {"tls", tls()},
          {"credentials",
           {{"source", "static"},
            {"access_key_id", "AKIDEXAMPLE"},
            // Any secret of the role will do: this server compares no signatures.
            {"secret_access_key_file", "cursor.key"}}}};
}

json::object ProductionEngines::discovery() const {
  json::object consul{
      {"port", consul_.port()}, {"token_file", consul_.token_file().string()}, {"tls", tls()}};
  consul["tags"] = json::array{"production"};
  consul["tls"].as_object()["server_name"] = "localhost";
  return {{"consul", std::move(consul)}};
}

void ProductionEngines::count_requests(const RunningPlatform& platform) {
  const json::object plugin{{"name", "rate-limiting"},
                            {"config",
                             {{"minute", kNeverReached},
                              {"limit_by", "ip"},
                              {"policy", "redis"},
                              {"redis", {{"host", kRedisOfCounters}}}}}};
  const auto made = platform.admin()->ask(demo::post_json("/plugins", plugin), 201);
  if (!made) throw std::runtime_error("the gateway does not count: " + made.error().detail);
}

storage::redis::Reply ProductionEngines::ask_redis(std::initializer_list<std::string_view> words) const {
  storage::redis::Options reach;
  reach.hosts = {{"127.0.0.1", redis_.port()}};
  reach.command_timeout = seconds{5};
  reach.tls = net::TlsFiles{.certificate = certificates_.client.certificate.string(),
                            .key = certificates_.client.key.string(),
                            .ca = certificates_.ca.string()};
  boost::asio::io_context io{1};
  const auto redis = storage::redis::open(io.get_executor(), reach, "operator").value();
  redis->start();
  (void)runtime::run_to_end(io, redis->wait_until_connected(Deadline::after(seconds{5})));
  auto reply = runtime::run_to_end(io, redis->command(words));
  (void)runtime::run_to_end(io, redis->stop(Deadline::after(seconds{5})));
  if (!reply || reply->is_error()) throw std::runtime_error("Redis does not do what it is asked for");
  return std::move(*reply);
}

std::map<std::string, fs::path> ProductionEngines::raw_files() const {
  postgres_.run("CHECKPOINT");
  (void)ask_redis({"SAVE"});
  return {{"PostgreSQL", postgres_.directory()},
          {"MongoDB", mongodb_.directory()},
          {"DynamoDB", dynamodb_.directory()},
          {"Redis", redis_.directory()}};
}

}  // namespace gatehouse::tests
