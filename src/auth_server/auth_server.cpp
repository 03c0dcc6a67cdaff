#include "auth_server/auth_server.hpp"

#include <fstream>
#include <sstream>

#include "auth_server/clients/realm_import.hpp"
#include "auth_server/protocol/routes.hpp"
#include "auth_server/settings.hpp"
#include "auth_server/stores.hpp"
#include "runtime/timer.hpp"
#include "service/keys/role_keys.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

using service::StartError;

constexpr std::chrono::milliseconds kFirstKeysAgainAfter{1'000};

using service::or_stop;

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw StartError(fmt::format("the realm file {} cannot be read", path.string()));
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void import_all(Realms& realms, const service::Config& config, const Settings& settings) {
  ImportContext context{.issuer_base = or_stop(issuer_base_of(config.issuer)),
                        .default_audience = settings.audience,
                        .lifetimes = settings.lifetimes,
                        .secret = [&config](std::string_view name) { return config.secret(name); }};
  for (Realm& realm : or_stop(import_realms(read_text(settings.realm_import), context)))
    realms.put(std::move(realm));
}

// The whole role, in the order in which its parts need one another.
class Role {
 public:
  Role(service::Service& service, Settings settings)
      : service_(service),
        settings_(std::move(settings)),
        field_keys_(service),
        stores_(open_stores(service, settings_.store, field_keys_)),
        keys_(*stores_.keys, service.pool(), field_keys_.envelope(), settings_.keys),
        people_(service.peers(), settings_.people),
        metrics_(service.metrics()),
        provider_{realms_, keys_,          *stores_.sessions, *stores_.grants, *stores_.devices,
                  people_, service.pool(), service.clock(),   metrics_} {
    import_all(realms_, service.config(), settings_);
  }

  void start() {
    if (!stores_.wait_until_ready) make_first_keys();
    service_.add_readiness("signing-keys", [this] { return has_keys(); });
    service_.tasks().spawn("keys", keep_keys());
    service_.tasks().spawn("sweep", sweep());
  }

  OpenIdProvider& provider() { return provider_; }

 private:
  // Before anybody can ask: a new data directory has no keys yet.
  void make_first_keys() {
    boost::asio::io_context& io = service_.worker().io();
    or_stop(runtime::run_to_end(io, refresh_keys()));
    if (io.stopped()) io.restart();
  }

  Result<void> has_keys() const {
    for (const auto& realm : realms_.all()) {
      if (auto keys = keys_.of(realm->name); !keys) return fail(keys);
    }
    return {};
  }

  Awaitable<Result<void>> refresh_keys() {
    for (const auto& realm : realms_.all()) {
      auto refreshed = co_await keys_.refresh(realm->name, service_.clock().now());
      if (!refreshed) co_return refreshed;
    }
    co_return Result<void>{};
  }

  // An instance that fails to refresh goes on with the keys that it has; they are valid for months. One that
  // has none yet tries again soon.
  Awaitable<> keep_keys() {
    for (;;) {
      if (has_keys()) {
        auto slept = co_await runtime::sleep_for(settings_.key_refresh);
        if (!slept) co_return;
      }
      if (auto ready = co_await ready_store(); !ready) co_return;
      auto refreshed = co_await refresh_keys();
      if (refreshed) continue;
      log::error("keys-refresh", "signing keys could not be refreshed", {log::field(refreshed.error())});
      auto slept = co_await runtime::sleep_for(kFirstKeysAgainAfter);
      if (!slept) co_return;
    }
  }

  Awaitable<Result<void>> ready_store() {
    if (stores_.wait_until_ready) co_return co_await stores_.wait_until_ready();
    co_return Result<void>{};
  }

  // Long enough for a code that comes back late to be recognised, and for a family to be named in the log.
  Awaitable<> sweep() {
    for (;;) {
      auto slept = co_await runtime::sleep_for(settings_.sweep_period);
      if (!slept) co_return;
      std::chrono::seconds keep = std::chrono::hours(1);
      for (const auto& realm : realms_.all()) {
        keep = std::max(keep, realm->lifetimes.session_max + std::chrono::hours(1));
      }
      auto swept = co_await stores_.grants->sweep(keep, service_.clock().now());
      if (swept) swept = co_await stores_.devices->sweep(service_.clock().now());
      if (!swept) log::warn("sweep", "expired rows could not be deleted", {log::field(swept.error())});
    }
  }

  service::Service& service_;
  Settings settings_;
  Realms realms_;
  service::RoleKeys field_keys_;
  Stores stores_;
  Keys keys_;
  AuthServicePeople people_;
  ProviderMetrics metrics_;
  OpenIdProvider provider_;
};

}  // namespace

int run(const service::Config& config) {
  const Settings settings = or_stop(settings_of(config));
  service::Service service{config};
  Role role{service, settings};
  service::Router router{route_policy(), leave_to_endpoint(), service.metrics()};
  add_routes(router, role.provider());
  router.seal();
  role.start();
  return service.run(router);
}

}  // namespace gatehouse::auth_server
