// For tests: a PostgreSQL of our own on a free port, over TLS with client certificates only. PostgreSQL
// refuses to run as root: then it runs as Debian's user postgres. Throws if it cannot be started.
#pragma once

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "runtime/worker.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/test_peers/certificates.hpp"
#include "storage/test_peers/server_process.hpp"

namespace gatehouse::storage::postgres {

class TestServer {
 public:
  static constexpr std::string_view kPrograms = "/usr/lib/postgresql/15/bin";
  static constexpr std::string_view kUser =
      "gatehouse";  // a superuser, and the name in the client's certificate
  static constexpr std::string_view kPassword = "p4ssw0rd";
  [[nodiscard]] static bool is_installed() {
    return std::filesystem::exists(std::filesystem::path(kPrograms) / "postgres");
  }

  // What commits outlive: a kill of the server, as tests need it; or a loss of power too, with the settings
  // that Debian ships, as a measurement needs it.
  enum class Commits { outlive_kill, outlive_power_loss };

  explicit TestServer(Commits commits = Commits::outlive_kill)
      : commits_(commits), certificates_(server_.directory(), now()), shown_(certificates_.server) {
    own_files();
    make_cluster();
    launch();
  }
  // Under a root that others have as well.
  explicit TestServer(const crypto::IssuedCertificate& root)
      : certificates_(server_.directory(), root, now()), shown_(certificates_.server) {
    own_files();
    make_cluster();
    launch();
  }
  // A standby that follows `primary`, under the same authority.
  struct StandbyOf {
    const TestServer& primary;
  };
  explicit TestServer(StandbyOf of) : certificates_(of.primary.certificates_), shown_(certificates_.server) {
    own_files();
    copy_cluster(of.primary);
    launch();
  }

  [[nodiscard]] Options options(std::string database = "postgres") const {
    Options options;
    options.hosts = {{"localhost", port()}};
    options.database = std::move(database);
    options.user = kUser;
    options.password = Secret(std::string(kPassword));
    options.tls = {.certificate = certificates_.client.certificate,
                   .key = certificates_.client.key,
                   .ca = certificates_.ca};
    options.probe_every = std::chrono::milliseconds{50};
    options.reconnect = {.base = std::chrono::milliseconds{10}, .cap = std::chrono::milliseconds{50}};
    return options;
  }
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] pid_t pid() const { return server_.pid(); }
  [[nodiscard]] const std::filesystem::path& directory() const { return server_.directory(); }
  [[nodiscard]] const test_peers::Certificates& certificates() const { return certificates_; }

  // Runs statements as an administrator would; waits until the server takes them.
  void run(const std::string& sql, std::string database = "postgres") const {
    const auto end = Deadline::after(std::chrono::seconds{20});
    Result<void> done = fail(ErrorKind::unavailable, "not_run");
    while (!done && !end.is_over()) {
      done = runtime::run_to_end(run_once(options(database), sql));
      if (!done && done.error().kind != ErrorKind::unavailable) break;
    }
    if (!done) throw std::runtime_error(fmt::format("{} {}", done.error().reason, done.error().detail));
  }

  // New connections are accepted by the kernel and answered by nobody.
  void pause() { server_.pause(); }
  void resume() { server_.resume(); }
  // At once, as a crash would: its connections die with it.
  void kill() { server_.kill(); }
  void restart() {
    kill();
    launch();
  }
  // A standby becomes a primary.
  void promote() const { run_program("pg_ctl promote -w -D " + data()); }
  // Changes a setting of the running server.
  void configure(const std::string& name, const std::string& value) const {
    std::ofstream(data() + "/postgresql.auto.conf", std::ios::app) << name << " = " << value << '\n';
    run_program("pg_ctl reload -D " + data());
  }
  // From the next start on.
  void show_certificate(test_peers::CertificateFiles files) {
    shown_ = std::move(files);
    own(shown_.certificate);
    own(shown_.key);
  }

 private:
  static Awaitable<Result<void>> run_once(Options options, std::string sql) {
    auto connection = co_await Connection::open(options, Deadline::after(std::chrono::seconds{5}));
    if (!connection) co_return fail(connection);
    co_return co_await (*connection)->run_script(std::move(sql), Deadline::after(std::chrono::seconds{20}));
  }

  static core::SystemTime now() { return core::SystemClock().now(); }
  [[nodiscard]] static const passwd* other_user() { return getuid() == 0 ? getpwnam("postgres") : nullptr; }
  static void own(const std::filesystem::path& file) {
    const passwd* user = other_user();
    if (user == nullptr) return;
    if (chown(file.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown failed");
  }

  void own_files() {
    own(server_.directory());
    for (const auto& entry : std::filesystem::directory_iterator(server_.directory())) own(entry.path());
    for (const auto& file : {certificates_.client.certificate, certificates_.client.key}) {
      if (chown(file.c_str(), getuid(), getgid()) != 0) throw std::runtime_error("chown failed");
    }
  }

  [[nodiscard]] std::string data() const { return (server_.directory() / "data").string(); }

  // One of PostgreSQL's programs, to its end.
  void run_program(const std::string& words) const {
    const std::string as_user = other_user() == nullptr ? "" : "runuser -u postgres -- ";
    const std::string log = (server_.directory() / "program.log").string();
    const std::string command = fmt::format("{}{}/{} >{} 2>&1", as_user, kPrograms, words, log);
    if (std::system(command.c_str()) == 0) return;
    std::ostringstream why;
    why << std::ifstream(log).rdbuf();
    throw std::runtime_error(command + ": " + why.str());
  }

  void make_cluster() {
    const auto password = server_.directory() / "password";
    std::ofstream(password) << kPassword;
    own(password);
    run_program(fmt::format("initdb -D {} -U {} --pwfile={} -A scram-sha-256 -N -E UTF8 --no-locale", data(),
                            kUser, password.string()));
    std::ofstream(data() + "/pg_hba.conf", std::ios::trunc)
        << "hostssl all orders,gateway,auth_server 127.0.0.1/32 cert\n"  // a certificate is enough for these
        << "hostssl all,replication all 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n";
  }

  void copy_cluster(const TestServer& primary) {
    const auto replica =
        certificates_.leaf(server_.directory(), "replica", {.common_name = std::string(kUser)}, now());
    own(replica.certificate);
    own(replica.key);
    run_program(fmt::format(
        "pg_basebackup -D {} -R -c fast --no-sync -d 'host=localhost hostaddr=127.0.0.1 port={} user={} "
        "password={} sslmode=verify-full sslrootcert={} sslcert={} sslkey={}'",
        data(), primary.port(), kUser, kPassword, certificates_.ca.string(), replica.certificate.string(),
        replica.key.string()));
  }

  void launch() {
    std::vector<std::string> words{std::string(kPrograms) + "/postgres", "-D", data()};
    const auto set = [&words](const std::string& name, const std::string& value) {
      words.insert(words.end(), {"-c", name + "=" + value});
    };
    set("listen_addresses", "127.0.0.1");
    set("port", std::to_string(port()));
    set("unix_socket_directories", "");
    set("ssl", "on");
    set("ssl_ca_file", certificates_.ca);
    set("ssl_cert_file", shown_.certificate);
    set("ssl_key_file", shown_.key);
    if (commits_ == Commits::outlive_kill) {
      // A killed process loses nothing: only a machine that loses power would.
      set("fsync", "off");
      set("full_page_writes", "off");
      set("max_connections", "60");
      set("shared_buffers", "16MB");
      set("autovacuum", "off");
      set("deadlock_timeout", "50ms");
    }
    launch_as_user(words);
  }

  // What pg_ctl looks at: the process that we started takes connections, and is not still recovering.
  [[nodiscard]] bool is_serving() const {
    std::ifstream file(data() + "/postmaster.pid");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines.size() >= 8 && lines[0] == std::to_string(server_.pid()) &&
           (lines[7].starts_with("ready") || lines[7].starts_with("standby"));
  }
  [[nodiscard]] bool comes_up() {
    const auto end = Deadline::after(std::chrono::seconds{20});
    while (!is_serving() && server_.is_running() && !end.is_over()) poll(nullptr, 0, 10);
    return server_.is_running() && is_serving();
  }

  // Right after a crash the old processes may still hold the shared memory, and the port.
  void launch_as_user(const std::vector<std::string>& words) {
    const passwd* user = other_user();
    const std::string log = (server_.directory() / "server.log").string();
    const auto become_user = [user, &log] {
      const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
      dup2(file, STDERR_FILENO);
      if (user == nullptr) return;
      if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
          setuid(user->pw_uid) != 0) {
        _exit(126);
      }
    };
    for (int attempt = 1;; ++attempt) {
      try {
        server_.launch({.words = words,
                        .advice = "is the Debian package postgresql-15 installed?",
                        .before_exec = become_user});
        if (comes_up()) return;
        throw std::runtime_error("PostgreSQL ended while it started: " + log);
      } catch (const std::runtime_error&) {
        if (attempt == 20) throw;
      }
    }
  }

  Commits commits_ = Commits::outlive_kill;
  test_peers::ServerProcess server_{"postgres"};
  test_peers::Certificates certificates_;
  test_peers::CertificateFiles shown_;
};

}  // namespace gatehouse::storage::postgres
