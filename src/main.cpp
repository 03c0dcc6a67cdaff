// The one executable: every role and every command, in one visible list.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "auth_server/auth_server.hpp"
#include "demo/demo.hpp"
#include "gateway/gateway.hpp"
#include "provider_sim/provider_sim.hpp"
#include "registry/registry.hpp"
#include "service/service.hpp"
#include "services/auth/auth.hpp"
#include "services/orders/orders.hpp"
#include "services/payments/payments.hpp"
#include "supervisor/pki_command.hpp"
#include "supervisor/report.hpp"
#include "supervisor/up.hpp"

using namespace gatehouse;

namespace {

struct Role {
  const char* name;
  const char* help;
  int (*run)(const service::Config&);
};

constexpr Role kRoles[] = {
    {"gateway", "public proxy and Admin API", gateway::run},
    {"auth-server", "OAuth2 and OpenID Connect: login, clients, keys, tokens", auth_server::run},
    {"auth", "people: accounts, credentials, roles", auth::run},
    {"payments", "payments, refunds, ledger, provider calls", payments::run},
    {"orders", "orders, stock, the order saga", orders::run},
    {"registry", "service discovery for one machine, with Consul's HTTP API", registry::run},
    {"provider-sim", "a payment provider to test against", provider_sim::run},
};

// What cannot start says why in one line, to people and to the supervisor.
int run_role(const Role& role, const std::string& config_file) {
  try {
    const auto config = service::Config::load(config_file);
    if (!config) throw service::StartError(config.error());
    return role.run(*config);
  } catch (const std::exception& error) {
    fmt::print(stderr, "gatehouse {}: {}\n", role.name, error.what());
    service::tell_supervisor(fmt::format("error {}", error.what()));
    return 1;
  }
}

struct PkiArguments {
  std::string role;
  std::string directory;
};

void add_pki_commands(CLI::App& pki, const std::string& data, PkiArguments& arguments, int& code) {
  pki.require_subcommand(1);
  pki.add_subcommand("show", "Root, issuing CA and leaves, with names and expiry")->callback([&] {
    code = supervisor::pki_show(data);
  });
  pki.add_subcommand("renew", "Issue every leaf anew; running roles take them up by themselves")
      ->callback([&] { code = supervisor::pki_renew(data); });
  auto* issue = pki.add_subcommand("issue", "Issue a leaf for a role or client into a directory");
  issue->add_option("role", arguments.role, "Its name in spiffe://gatehouse.local/role/<role>")->required();
  issue->add_option("directory", arguments.directory, "Receives tls/cert.pem and tls/key.pem")->required();
  issue->callback([&] { code = supervisor::pki_issue(data, arguments.role, arguments.directory); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Gatehouse: API gateway, OpenID Connect auth server, and the auth, payments and orders services");
  app.name("gatehouse");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("gatehouse " GATEHOUSE_VERSION));
  int code = 0;
  std::string data = "data";
  const auto command = [&](const char* name, const char* help) {
    auto* sub = app.add_subcommand(name, help);
    sub->add_option("--data", data, "The platform's data directory")->capture_default_str();
    return sub;
  };

  auto* up = command("up", "Start the whole platform on this machine");
  supervisor::UpOptions up_options;
  bool is_detached = false;
  up->add_flag("--detach", is_detached, "Return when the platform is ready");
  up->callback([&] {
    up_options.data = data;
    if (is_detached) up_options.presence = supervisor::Presence::detached;
    code = supervisor::up(up_options);
  });

  auto* status = command("status", "Show the roles: live on a terminal, plain or --json otherwise");
  bool as_json = false;
  status->add_flag("--json", as_json, "One JSON object");
  status->callback([&] {
    code = supervisor::status(data,
                              as_json ? supervisor::StatusFormat::json : supervisor::StatusFormat::automatic);
  });

  command("down", "Stop the platform in order")->callback([&] { code = supervisor::down(data); });

  command("demo", "A guided purchase through the running platform, step by step")->callback([&] {
    code = demo::run({.data = data});
  });

  PkiArguments pki_arguments;
  add_pki_commands(*command("pki", "The platform's certificates"), data, pki_arguments, code);

  std::string config_file;
  for (const Role& role : kRoles) {
    auto* sub = app.add_subcommand(role.name, role.help);
    sub->add_option("--config", config_file, "The role's configuration file")->required();
    sub->callback([&code, &config_file, &role] { code = run_role(role, config_file); });
  }

  CLI11_PARSE(app, argc, argv);
  return code;
}
