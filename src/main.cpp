// The one executable: every role and every command, in one visible list.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "auth_server/auth_server.hpp"
#include "auth_server/settings.hpp"
#include "backup/backup.hpp"
#include "check/check.hpp"
#include "data_command/copy.hpp"
#include "demo/demo.hpp"
#include "doctor/doctor.hpp"
#include "gateway/gateway.hpp"
#include "gateway/settings.hpp"
#include "log_shipper/log_shipper.hpp"
#include "log_view/log_view.hpp"
#include "provider_sim/provider_sim.hpp"
#include "registry/registry.hpp"
#include "service/service.hpp"
#include "services/auth/auth.hpp"
#include "services/auth/copying.hpp"
#include "services/auth/settings.hpp"
#include "services/orders/copying.hpp"
#include "services/orders/orders.hpp"
#include "services/orders/settings.hpp"
#include "services/payments/copying.hpp"
#include "services/payments/payments.hpp"
#include "services/payments/settings.hpp"
#include "services/payments/stores.hpp"
#include "supervisor/keys_command.hpp"
#include "supervisor/maintenance.hpp"
#include "supervisor/pki_command.hpp"
#include "supervisor/status_command.hpp"
#include "supervisor/up.hpp"

using namespace gatehouse;

namespace {

struct Role {
  const char* name;
  const char* help;
  int (*run)(const service::Config&);
};

template <class T>
Result<void> outcome_of(const Result<T>& result) {
  if (!result) return fail(result);
  return {};
}

// How roles read their settings, and the table that one needs: for `gatehouse check` and `gatehouse doctor`.
constexpr check::KnownRole kKnownRoles[] = {
    {"gateway",
     [](const service::Config& c) {
       const auto read_secret = [&c](const std::string& name) { return c.secret(name); };
       return outcome_of(gateway::Settings::from_json(c.settings, c.data_dir, read_secret));
     }},
    {"log-shipper", [](const service::Config& c) { return outcome_of(log_shipper::settings_of(c)); }},
    {"auth-server", [](const service::Config& c) { return outcome_of(auth_server::settings_of(c)); }},
    {"auth", [](const service::Config& c) { return outcome_of(auth::settings_of(c)); }},
    {"payments", [](const service::Config& c) { return outcome_of(payments::settings_of(c)); },
     payments::table_shape},
    {"orders", [](const service::Config& c) { return outcome_of(orders::settings_of(c)); }},
};

// The roles whose data `gatehouse data copy` moves between engines.
constexpr data_command::CopyingRole kCopyingRoles[] = {
    {"auth", auth::place_of_store, auth::open_for_copy},
    {"orders", orders::place_of_store, orders::open_for_copy},
    {"payments", payments::place_of_store, payments::open_for_copy},
};

// The newest schema of each store that this program understands: a restore refuses newer ones. A test
// restores what it has backed up, so that a schema that was raised is raised here.
constexpr backup::KnownSchema kSchemas[] = {{"gateway", 1},  {"auth-server", 2}, {"auth", 2},
                                            {"payments", 1}, {"orders", 2},      {"provider-sim", 1}};

constexpr Role kRoles[] = {
    {"gateway", "public proxy and Admin API", gateway::run},
    {"auth-server", "OAuth2 and OpenID Connect: login, clients, keys, tokens", auth_server::run},
    {"auth", "people: accounts, credentials, roles", auth::run},
    {"payments", "payments, refunds, ledger, provider calls", payments::run},
    {"orders", "orders, stock, the order saga", orders::run},
    {"registry", "service discovery for one machine, with Consul's HTTP API", registry::run},
    {"provider-sim", "a payment provider to test against", provider_sim::run},
    {"log-shipper", "the log files of this machine, to Elasticsearch", log_shipper::run},
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

struct PlatformArguments {
  supervisor::UpOptions up;
  supervisor::StatusFormat status = supervisor::StatusFormat::automatic;
};

void add_platform_commands(CLI::App& up, CLI::App& status, CLI::App& down, const std::string& data,
                           PlatformArguments& arguments, int& code) {
  const auto detach = [&] { arguments.up.presence = supervisor::Presence::detached; };
  up.add_flag_callback("--detach", detach, "Return when the platform is ready");
  up.callback([&] {
    arguments.up.data = data;
    code = supervisor::up(arguments.up);
  });
  const auto as_json = [&] { arguments.status = supervisor::StatusFormat::json; };
  status.add_flag_callback("--json", as_json, "One JSON object");
  status.callback([&] { code = supervisor::status(data, arguments.status); });
  down.callback([&] { code = supervisor::down(data); });
}

void add_check_command(CLI::App& checking, const std::string& data, check::CheckOptions& options, int& code) {
  checking.add_option("file", options.file, "The platform file; default: the data directory's platform.yml");
  checking.add_flag_callback("--json", [&] { options.format = check::Format::json; }, "One JSON object");
  checking.callback([&] {
    options.data = data;
    code = check::run(options, kKnownRoles);
  });
}

void add_doctor_command(CLI::App& examining, const std::string& data, doctor::DoctorOptions& options,
                        int& code) {
  examining.add_flag_callback("--json", [&] { options.format = doctor::Format::json; }, "One JSON object");
  examining.callback([&] {
    options.data = data;
    code = doctor::run(options, kKnownRoles);
  });
}

struct BackupArguments {
  backup::BackupOptions backup;
  backup::RestoreOptions restore;
};

void add_backup_commands(CLI::App& backup, CLI::App& restore, const std::string& data,
                         BackupArguments& arguments, int& code) {
  constexpr auto kKeyHelp = "The backup key; default: backup.key in the data directory, made when missing";
  backup.add_option("directory", arguments.backup.to, "Receives the backup; must not exist")->required();
  backup.add_option("--secrets", arguments.backup.secrets,
                    "Seal keys and certificates into this file as well; only the latest is to be kept");
  backup.add_option("--key", arguments.backup.key, kKeyHelp);
  backup.callback([&] {
    arguments.backup.data = data;
    code = backup::backup_command(arguments.backup);
  });
  restore.add_option("directory", arguments.restore.from, "The backup")->required();
  restore.add_option("--secrets", arguments.restore.secrets,
                     "The latest secrets file; default: those that the data directory has");
  restore.add_option("--key", arguments.restore.key,
                     "The backup key; default: backup.key in the data directory");
  restore.callback([&] {
    arguments.restore.data = data;
    code = backup::restore_command(arguments.restore, kSchemas);
  });
}

void add_data_commands(CLI::App& commands, const std::string& data, data_command::CopyOptions& options,
                       int& code) {
  commands.require_subcommand(1);
  auto* copy = commands.add_subcommand("copy", "Make a role's store in one engine equal to that in another");
  copy->fallthrough();  // --data may come last
  copy->add_option("--role", options.role, "orders or payments")->required();
  copy->add_option("--from", options.from, "The platform file that names the source, which is only read")
      ->required();
  copy->add_option("--to", options.to, "The platform file that names the destination")->required();
  const auto only_compare = [&] { options.effect = data_copy::Effect::compare_only; };
  copy->add_flag_callback("--verify", only_compare, "Only compare, record by record");
  copy->callback([&] {
    options.data = data;
    code = data_command::copy(options, kCopyingRoles);
  });
}

void add_logs_command(CLI::App& logs, const std::string& data, log_view::Options& options, int& code) {
  logs.add_flag_callback(
      "-f,--follow", [&] { options.follow = log_view::Follow::yes; },
      "Go on with what is written from now on, until Ctrl-C");
  logs.add_option("--role", options.role, "Only this role or instance, such as orders or orders-1");
  logs.add_option("--trace", options.trace,
                  "One request through all roles: its trace.id, or the id in its answer (X-Kong-Request-Id)");
  logs.add_option("--level", options.level, "Only this level and above: debug, info, warn, error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  logs.add_option("--since", options.since, "Only what is younger: 30s, 10m, 24h, 7d");
  logs.add_flag_callback("--json", [&] { options.format = log_view::Format::json; }, "The lines as they are");
  logs.callback([&] {
    options.data = data;
    code = log_view::run(options);
  });
}

struct MaintenanceArguments {
  supervisor::MaintenanceRequest request;
  std::string state;
};

void add_maintenance_command(CLI::App& maintenance, const std::string& data, MaintenanceArguments& arguments,
                             int& code) {
  maintenance.add_option("instance", arguments.request.instance, "Such as orders-1")->required();
  maintenance.add_option("state", arguments.state, "on: out of routing; off: back again")
      ->required()
      ->check(CLI::IsMember({"on", "off"}));
  maintenance.add_option("--reason", arguments.request.reason, "Shown by the registry");
  maintenance.callback([&] {
    using discovery::Maintenance;
    arguments.request.maintenance = arguments.state == "on" ? Maintenance::on : Maintenance::off;
    code = supervisor::maintenance(data, arguments.request);
  });
}

void add_roles(CLI::App& app, std::string& config_file, int& code) {
  for (const Role& role : kRoles) {
    auto* sub = app.add_subcommand(role.name, role.help);
    sub->add_option("--config", config_file, "The role's configuration file")->required();
    sub->callback([&code, &config_file, &role] { code = run_role(role, config_file); });
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

void add_keys_commands(CLI::App& keys, const std::string& data, supervisor::KeysArguments& arguments,
                       int& code) {
  keys.require_subcommand(1);
  const auto command = [&](const char* name, const char* help, auto run) {
    auto* sub = keys.add_subcommand(name, help);
    sub->fallthrough();  // --data may come last
    sub->add_option("role", arguments.role, "One role; without it, all that have keys");
    sub->callback([&code, &data, &arguments, run] { code = run(data, arguments); });
    return sub;
  };
  const auto with_index = [&arguments](CLI::App* sub) {
    sub->add_flag("--index", arguments.is_of_index, "The key of the blind index of e-mail addresses instead");
  };
  command("status", "Versions, rows by version and what remains to be re-wrapped", supervisor::keys_status);
  with_index(command("rotate", "A new key becomes the current one; running roles re-wrap their rows",
                     supervisor::keys_rotate));
  command("protect", "Move the keys to the provider that the settings name", supervisor::keys_protect);
  with_index(command("retire", "Drop the versions that no row uses any more", supervisor::keys_retire));
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

  PlatformArguments platform_arguments;
  add_platform_commands(*command("up", "Start the whole platform on this machine"),
                        *command("status", "Show the roles: live on a terminal, plain or --json otherwise"),
                        *command("down", "Stop the platform in order"), data, platform_arguments, code);

  command("demo", "A guided purchase through the running platform, step by step")->callback([&] {
    code = demo::run({.data = data});
  });

  check::CheckOptions check_options;
  add_check_command(*command("check", "Read platform.yml strictly and try every engine that it names"), data,
                    check_options, code);
  doctor::DoctorOptions doctor_options;
  add_doctor_command(*command("doctor", "Find what ails the platform, and say what to do about it"), data,
                     doctor_options, code);
  log_view::Options log_options;
  add_logs_command(*command("logs", "The log lines of all roles in order of time, from the rotated files"),
                   data, log_options, code);
  BackupArguments backup_arguments;
  add_backup_commands(*command("backup", "Copy the embedded stores, sealed, while the platform runs"),
                      *command("restore", "Put a backup in the place of a data directory"), data,
                      backup_arguments, code);
  data_command::CopyOptions copy_options;
  add_data_commands(*command("data", "The data of the services, between engines"), data, copy_options, code);
  MaintenanceArguments maintenance_arguments;
  add_maintenance_command(*command("maintenance", "Take an instance out of routing, or put it back"), data,
                          maintenance_arguments, code);

  PkiArguments pki_arguments;
  add_pki_commands(*command("pki", "The platform's certificates"), data, pki_arguments, code);

  supervisor::KeysArguments keys_arguments;
  add_keys_commands(*command("keys", "The keys of the stored data"), data, keys_arguments, code);

  std::string config_file;
  add_roles(app, config_file, code);

  CLI11_PARSE(app, argc, argv);
  return code;
}
