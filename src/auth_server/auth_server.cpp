#include "auth_server/auth_server.hpp"

#include <fstream>
#include <sstream>

#include "auth_server/clients/realm_import.hpp"
#include "auth_server/protocol/routes.hpp"
#include "auth_server/sessions/schema.hpp"
#include "auth_server/settings.hpp"
#include "runtime/timer.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::auth_server {
namespace {

using service::StartError;

template <class T>
T need(Result<T> result) {
  if (!result) throw StartError(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw StartError(fmt::format("the realm file {} cannot be read", path.string()));
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void import_all(Realms& realms, const service::Config& config, const Settings& settings) {
  ImportContext context{.issuer_base = need(issuer_base_of(config.issuer)),
                        .default_audience = settings.audience,
                        .lifetimes = settings.lifetimes,
                        .secret = [&config](std::string_view name) { return config.secret(name); }};
  for (Realm& realm : need(import_realms(read_text(settings.realm_import), context)))
    realms.put(std::move(realm));
}

storage::sqlite::Database open_database(const service::Config& config) {
  auto database = need(storage::sqlite::Database::open((config.data_dir / "auth-server.db").string()));
  need(storage::sqlite::migrate(database, schema()));
  return database;
}

crypto::Envelope open_envelope(const service::Config& config) {
  auto ring = need(crypto::KeyRing::from_json_file(config.secrets_dir() / "field_keys.json"));
  return crypto::Envelope(std::make_shared<const crypto::KeyRing>(std::move(ring)));
}

// The whole role, in the order in which its parts need one another.
class Role {
 public:
  Role(service::Service& service, Settings settings)
      : service_(service),
        settings_(std::move(settings)),
        database_(open_database(service.config()), service.pool()),
        keys_(database_, service.pool(), open_envelope(service.config()), settings_.keys),
        sessions_(database_),
        grants_(database_),
        people_(service.peers(), settings_.people),
        metrics_(service.metrics()),
        provider_{realms_, keys_, sessions_, grants_, people_, service.pool(), service.clock(), metrics_} {
    import_all(realms_, service.config(), settings_);
  }

  void start() {
    make_first_keys();
    service_.tasks().spawn("keys", refresh_keys());
    service_.tasks().spawn("sweep", sweep());
    service_.on_stop([this]() -> Awaitable<> {
      database_.stop();
      co_return;
    });
  }

  OpenIdProvider& provider() { return provider_; }

 private:
  // Before anybody can ask: a new data directory has no keys yet.
  void make_first_keys() {
    boost::asio::io_context& io = service_.worker().io();
    for (const auto& realm : realms_.all()) {
      auto refresh = keys_.refresh(realm->name, service_.clock().now());
      need(runtime::run_to_end(io, std::move(refresh)));
    }
    if (io.stopped()) io.restart();
  }

  // An instance that fails to refresh goes on with the keys that it has; they are valid for months.
  Awaitable<> refresh_keys() {
    for (;;) {
      auto slept = co_await runtime::sleep_for(settings_.key_refresh);
      if (!slept) co_return;
      for (const auto& realm : realms_.all()) {
        auto refreshed = co_await keys_.refresh(realm->name, service_.clock().now());
        if (!refreshed)
          log::error("keys-refresh", "signing keys could not be refreshed", {log::field(refreshed.error())});
      }
    }
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
      auto swept = co_await grants_.sweep(keep, service_.clock().now());
      if (!swept) log::warn("sweep", "expired rows could not be deleted", {log::field(swept.error())});
    }
  }

  service::Service& service_;
  Settings settings_;
  Realms realms_;
  storage::sqlite::AsyncDatabase database_;
  Keys keys_;
  SessionStore sessions_;
  GrantStore grants_;
  AuthServicePeople people_;
  ProviderMetrics metrics_;
  OpenIdProvider provider_;
};

}  // namespace

int run(const service::Config& config) {
  const Settings settings = need(Settings::from_json(config.settings));
  service::Service service{config};
  Role role{service, settings};
  service::Router router{route_policy(), leave_to_endpoint(), service.metrics()};
  add_routes(router, role.provider());
  router.seal();
  role.start();
  return service.run(router);
}

}  // namespace gatehouse::auth_server
