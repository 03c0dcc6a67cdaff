#include "supervisor/prepare.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/fields.hpp"
#include "core/ids.hpp"
#include "crypto/envelope.hpp"
#include "service/service.hpp"
#include "supervisor/durable_file.hpp"
#include "supervisor/pki.hpp"
#include "supervisor/platform_text.hpp"

namespace gatehouse::supervisor {

namespace fs = std::filesystem;

namespace {

// Keeps a secret that is there: its loss would be the loss of what it protects.
Result<void> ensure_secret(const fs::path& file, const std::string& fresh) {
  if (fs::exists(file)) return {};
  return write_durably(file, fresh + "\n", kOwnerOnly);
}

// Whether the ring of the role lies in a plain file: another provider holds keys that nobody makes here.
bool has_plain_ring(const Platform& platform, std::string_view role) {
  const json::value* keys = platform.plan_of(role).settings.if_contains("field_keys");
  const json::object* settings = keys == nullptr ? nullptr : keys->if_object();
  if (settings == nullptr) return true;
  const json::value* provider = settings->if_contains("provider");
  return provider != nullptr && provider->is_string() && provider->get_string() == "file";
}

Result<void> ensure_secrets(const Platform& platform, const Layout& layout) {
  struct Wanted {
    std::string_view role;
    std::string_view name;
    std::string content;
  };
  const std::string provider_key = "sk_sim_" + core::random_token(24);
  const std::vector<Wanted> wanted{
      {"gateway", "field_keys.json", crypto::KeyRing::fresh_json()},
      {"auth", "field_keys.json", crypto::KeyRing::fresh_json()},
      {"auth", "blind_index.key", core::random_token()},
      {"auth-server", "field_keys.json", crypto::KeyRing::fresh_json()},
      {"auth-server", "client_payments-robot", core::random_token()},
      {"payments", "field_keys.json", crypto::KeyRing::fresh_json()},
      {"payments", "cursor.key", core::random_token()},
      {"orders", "field_keys.json", crypto::KeyRing::fresh_json()},
      {"orders", "cursor.key", core::random_token()},
      {"payments", "provider_api_key", provider_key},
  };
  for (const Wanted& secret : wanted) {
    const auto directory = layout.secrets_dir(secret.role);
    if (auto made = make_private_directory(directory); !made) return made;
    if (secret.name == "field_keys.json" && !has_plain_ring(platform, secret.role)) continue;
    if (auto kept = ensure_secret(directory / secret.name, secret.content); !kept) return kept;
  }
  // The simulated provider knows the same key as its customer.
  const auto key = read_file(layout.secrets_dir("payments") / "provider_api_key");
  if (!key) return fail(key);
  const auto directory = layout.secrets_dir("provider-sim");
  if (auto made = make_private_directory(directory); !made) return made;
  return write_durably(directory / "provider_api_key", *key, kOwnerOnly);
}

// Demo people as the realm file names them; a password is made for each that refers to a file.
Result<std::vector<Account>> ensure_accounts(const Layout& layout, const fs::path& realm_file) {
  const auto text = read_file(realm_file);
  if (!text) return fail(text);
  const auto realm = core::parse_json_object(*text);
  if (!realm) return fail(realm);
  std::vector<Account> fresh;
  const auto* users = realm->if_contains("users");
  if (users == nullptr || !users->is_array()) return fresh;
  for (const json::value& user : users->as_array()) {
    const std::string name(user.at("username").as_string());
    const auto file = layout.secrets_dir("auth") / ("password_" + name);
    const bool has_password =
        json::serialize(user).find("${file:password_" + name + "}") != std::string::npos;
    if (!has_password || fs::exists(file)) continue;
    Account account{name, core::random_token(12), {}};
    for (const json::value& role : user.at("realmRoles").as_array()) {
      account.roles += (account.roles.empty() ? "" : ", ") + std::string(role.as_string());
    }
    if (auto kept = ensure_secret(file, account.password); !kept) return fail(kept);
    fresh.push_back(std::move(account));
  }
  if (fresh.empty()) return fresh;
  std::string table = "Demo accounts of realm gatehouse\n";
  for (const Account& account : fresh) {
    table += fmt::format("{:<12} {:<20} {}\n", account.username, account.password, account.roles);
  }
  if (auto written = write_durably(layout.credentials_file(), table, kOwnerOnly); !written)
    return fail(written);
  return fresh;
}

// What tools/web has built, or was installed.
fs::path web_directory() {
  const auto share = share_directory();
  std::error_code ignored;
  const auto built = share.parent_path() / "build" / "web";
  return fs::is_directory(built, ignored) ? built : share / "web";
}

json::object settings_of(const Platform& platform, const Instance& instance) {
  const RolePlan& plan = platform.plan_of(instance.role);
  json::object settings = plan.settings;
  const auto share = share_directory();
  const auto put = [&settings](std::string_view name, json::value value) {
    if (!settings.contains(name)) settings[name] = std::move(value);
  };
  if (plan.role == "auth" || plan.role == "auth-server")
    put("realm_import", json::string((share / "realm.json").string()));
  if (plan.role == "orders") put("products", json::string((share / "products.json").string()));
  if (plan.role == "gateway") {
    put("http_port", platform.gateway_http);
    put("https_port", platform.gateway_https);
    put("admin_port", admin_port_of(platform, instance));
    put("shares_ports", plan.instances > 1);
    put("web_dir", json::string(web_directory().string()));
  }
  return settings;
}

Result<bool> ensure_leaf(const Layout& layout, std::string_view role, std::string_view instance,
                         core::SystemTime now) {
  const auto directory = layout.instance_dir(instance);
  if (auto made = make_private_directory(directory); !made) return fail(made);
  if (!needs_renewal(layout.data, directory, now)) return false;
  const std::vector<std::string> names{std::string(service::service_name_of(role))};
  if (auto issued = issue_role_leaf(layout.data, role, directory, names, now); !issued) return fail(issued);
  return true;
}

}  // namespace

json::object config_of(const Platform& platform, const Instance& instance) {
  const Layout layout{platform.data};
  const auto tls = layout.instance_dir(instance.name) / "tls";
  json::object config{{"role", instance.role},
                      {"instance", instance.name},
                      {"listen", {{"address", platform.address}, {"port", instance.port}}},
                      {"data_dir", layout.role_dir(instance.role).string()},
                      {"tls",
                       {{"certificate", (tls / "cert.pem").string()},
                        {"key", (tls / "key.pem").string()},
                        {"ca", layout.ca_file().string()}}},
                      {"discovery", platform.discovery_of_roles()},
                      {"issuer", platform.issuer()},
                      {"log_level", platform.log_level},
                      {"logs",
                       {{"directory", layout.logs_dir().string()},
                        {"file_size", static_cast<std::int64_t>(platform.logs.file_bytes_max)},
                        {"files", static_cast<std::int64_t>(platform.logs.files_max)}}},
                      {"settings", settings_of(platform, instance)}};
  if (!platform.tracing.empty()) config["tracing"] = platform.tracing;
  return config;
}

std::vector<std::string_view> client_identities(const Platform& platform) {
  std::vector<std::string_view> identities{"up", "demo", "prometheus"};
  if (platform.registry.kind == discovery::RegistryKind::consul) identities.emplace_back("consul");
  return identities;
}

fs::path share_directory() {
  if (const char* chosen = std::getenv("GATEHOUSE_SHARE")) return chosen;
  std::error_code ignored;
  auto directory = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (; directory.has_relative_path(); directory = directory.parent_path()) {
    if (fs::exists(directory / "config" / "realm.json", ignored)) return directory / "config";
  }
  return "/usr/share/gatehouse";
}

Result<std::vector<Account>> prepare(const Platform& platform, core::SystemTime now) {
  const Layout layout{platform.data};
  for (const char* part : {"", "roles", "instances", "logs", "run"}) {
    if (auto made = make_private_directory(layout.data / part); !made) return fail(made);
  }
  if (!fs::exists(platform.file)) {
    if (auto written = write_durably(platform.file, platform_text(platform), kReadableByAll); !written)
      return fail(written);
  }
  if (auto made = ensure_pki(layout.data, now); !made) return fail(made);
  if (auto made = ensure_secrets(platform, layout); !made) return fail(made);
  auto accounts = ensure_accounts(layout, share_directory() / "realm.json");
  if (!accounts) return accounts;

  for (const std::string_view identity : client_identities(platform)) {
    if (auto leaf = ensure_leaf(layout, identity, identity, now); !leaf) return fail(leaf);
  }
  for (const Instance& instance : instances_of(platform)) {
    if (auto made = make_private_directory(layout.role_dir(instance.role)); !made) return fail(made);
    if (auto leaf = ensure_leaf(layout, instance.role, instance.name, now); !leaf) return fail(leaf);
    const auto text = json::serialize(config_of(platform, instance)) + "\n";
    const auto file = layout.instance_dir(instance.name) / "config.json";
    if (auto written = write_durably(file, text, kOwnerOnly); !written) return fail(written);
  }
  return accounts;
}

Result<std::vector<std::string>> renew_leaves(const Platform& platform, core::SystemTime now) {
  const Layout layout{platform.data};
  std::vector<std::string> renewed;
  const auto renew = [&](std::string_view role, std::string_view instance) -> Result<void> {
    const auto leaf = ensure_leaf(layout, role, instance, now);
    if (!leaf) return fail(leaf);
    if (*leaf) renewed.emplace_back(instance);
    return {};
  };
  if (auto made = ensure_pki(layout.data, now); !made) return fail(made);
  for (const std::string_view identity : client_identities(platform)) {
    if (auto done = renew(identity, identity); !done) return fail(done);
  }
  for (const Instance& instance : instances_of(platform)) {
    if (auto done = renew(instance.role, instance.name); !done) return fail(done);
  }
  return renewed;
}

}  // namespace gatehouse::supervisor
