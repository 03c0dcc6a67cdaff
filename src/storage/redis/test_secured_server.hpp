// For tests: a redis-server as an operator would run it for a service: TLS, client certificates asked for,
// nobody may log in but a user who may do what a cache needs and nothing else. And the operator's hands.
#pragma once

#include "runtime/worker.hpp"
#include "storage/redis/options.hpp"
#include "storage/redis/test_server.hpp"
#include "storage/test_peers/certificates.hpp"

namespace gatehouse::storage::redis {

class SecuredServer {
 public:
  // What docs/operations.md tells operators to allow.
  static std::vector<std::string> rights(const std::string& prefix) {
    return {"resetkeys",    "resetchannels", "~" + prefix + "*",
            "-@all",        "+ping",         "+evalsha",
            "+script|load", "+get",          "+pttl",
            "+getrange",    "+set",          "+client|tracking"};
  }

  explicit SecuredServer(const std::string& prefix)
      : certificates_(files_.directory(), core::SystemClock().now()),
        server_(arguments(prefix), TestServer::Transport::tls) {}

  [[nodiscard]] Options options() const { return options_of("service", "of-the-service"); }

  // Throws for an error.
  Reply as_operator(const std::vector<std::string>& words) {
    boost::asio::io_context io{1};
    const auto client =
        open(io.get_executor(), options_of("operator", "of-the-operator"), "operator").value();
    client->start();
    (void)runtime::run_to_end(io, client->wait_until_connected(Deadline::after(std::chrono::seconds{5})));
    const std::vector<std::string_view> views(words.begin(), words.end());
    auto reply = runtime::run_to_end(io, client->command(views));
    (void)runtime::run_to_end(io, client->stop(Deadline::after(std::chrono::seconds{5})));
    if (!reply) throw std::runtime_error(words.front() + ": " + reply.error().detail);
    return std::move(*reply);
  }
  // Ends the service's connections and lets no new one in.
  void lock_out() {
    as_operator({"ACL", "SETUSER", "service", "off"});
    as_operator({"CLIENT", "KILL", "USER", "service"});
  }
  void let_in() { as_operator({"ACL", "SETUSER", "service", "on"}); }
  [[nodiscard]] TestServer& server() { return server_; }
  // Every key and value, one after the other.
  std::string everything() {
    std::string all;
    for (const Reply& key : as_operator({"KEYS", "*"}).elements) {
      all += key.text + "=" + as_operator({"GET", key.text}).text + "\n";
    }
    return all;
  }

 private:
  [[nodiscard]] Options options_of(std::string user, std::string password) const {
    Options options;
    options.hosts = {{"127.0.0.1", server_.port()}};
    options.redis = {std::move(user), Secret(std::move(password))};
    options.tls = net::TlsFiles{certificates_.client.certificate.string(), certificates_.client.key.string(),
                                certificates_.ca.string()};
    return options;
  }
  [[nodiscard]] std::vector<std::string> arguments(const std::string& prefix) const {
    std::vector<std::string> words{"--tls-cert-file",    certificates_.server.certificate.string(),
                                   "--tls-key-file",     certificates_.server.key.string(),
                                   "--tls-ca-cert-file", certificates_.ca.string(),
                                   "--tls-auth-clients", "yes"};
    words.insert(words.end(), {"--user", "default", "off"});
    words.insert(words.end(), {"--user", "operator", "on", ">of-the-operator", "~*", "&*", "+@all"});
    words.insert(words.end(), {"--user", "service", "on", ">of-the-service"});
    for (const std::string& right : rights(prefix)) words.push_back(right);
    return words;
  }

  test_peers::ServerProcess files_{"redis-files"};  // a directory for them
  test_peers::Certificates certificates_;
  TestServer server_;
};

}  // namespace gatehouse::storage::redis
