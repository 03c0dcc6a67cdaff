#include "services/payments/stores.hpp"

#include "resilience/retry.hpp"
#include "runtime/timer.hpp"
#include "services/payments/adapters/dynamodb_payment_store.hpp"
#include "services/payments/adapters/payment_item.hpp"
#include "services/payments/adapters/sealed_fields.hpp"
#include "services/payments/adapters/sqlite_payment_store.hpp"
#include "storage/dynamodb/wrapped_items.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::payments {
namespace {

namespace dynamodb = storage::dynamodb;
namespace sqlite = storage::sqlite;

using service::or_stop;

sqlite::Database open_database(const std::filesystem::path& file) {
  auto database = or_stop(sqlite::Database::open(file.string()));
  if (auto prepared = prepare_payment_schema(database); !prepared)
    throw service::StartError(prepared.error());
  return database;
}

class EmbeddedStore final : public OpenStore {
 public:
  EmbeddedStore(const SqliteSettings& settings, service::Service& service, service::RoleKeys& keys)
      : database_(open_database(settings.file), service.pool()), store_(database_, keys.envelope()) {
    keys.rewrap(database_, kWrappedPaymentKeys, name_of_payment_key);
  }

  PaymentStore& store() override { return store_; }
  void start(std::function<void()> on_ready) override { on_ready(); }

 private:
  sqlite::AsyncDatabase database_;
  SqlitePaymentStore store_;
};

class RemoteStore final : public OpenStore {
 public:
  RemoteStore(const dynamodb::Options& options, service::Service& service, service::RoleKeys& keys)
      : options_(options),
        keys_(keys),
        tasks_(service.tasks()),
        client_options_(or_stop(options.client())),
        client_(service.http(), client_options_,
                dynamodb::credential_source(options.credentials, dynamodb::process_environment,
                                            service.http(), service.pool()),
                service.clock(), service.metrics()),
        table_(client_, options.table),
        store_(table_, keys.envelope(), options.call_timeout),
        data_keys_(table_, payment_item::kKey, payment_item::kDataKey) {
    service.add_readiness("store", [this] { return state_; });
  }

  PaymentStore& store() override { return store_; }
  void start(std::function<void()> on_ready) override {
    tasks_.spawn("payment-store", prepare(std::move(on_ready)));
    if (client_options_.endpoint.tls) tasks_.spawn("payment-store-certificates", reload_certificates());
  }

 private:
  static constexpr std::chrono::seconds kOneLook{30};
  static constexpr std::chrono::seconds kReloadEvery{60};
  static constexpr resilience::RetryPolicy kPauses{.attempts_max = std::numeric_limits<int>::max(),
                                                   .base = std::chrono::milliseconds{100},
                                                   .cap = std::chrono::milliseconds{5'000}};

  // Each pass reads the whole table: seldom, and slowly.
  static constexpr service::RotationPace kRotation{.batch_rows = 100,
                                                   .pause = std::chrono::milliseconds{100},
                                                   .again_after = std::chrono::milliseconds{15'000},
                                                   .count_every = std::chrono::hours{24}};

  Awaitable<> prepare(std::function<void()> on_ready) {
    for (int looks = 1; !state_; ++looks) {
      auto prepared = co_await dynamodb::prepare(table_, DynamodbPaymentStore::shape(), options_.when_missing,
                                                 Deadline::after(kOneLook));
      if (!prepared && prepared.error().kind == ErrorKind::cancelled) co_return;
      // The same reason over and over is one line, and an open breaker is none.
      const bool is_news = !prepared && prepared.error().reason != "circuit_open" &&
                           prepared.error().reason != state_.error().reason;
      if (is_news)
        log::error("payment-store", "not ready, will be tried again", {log::field(prepared.error())});
      if (prepared || is_news) state_ = std::move(prepared);
      if (state_) break;
      const auto slept = co_await runtime::sleep_for(kPauses.delay(looks, telemetry::fast_random01()));
      if (!slept) co_return;
    }
    log::info("payment-store", "the table is there and as it must be", {log::field("table", options_.table)});
    store_.set_ready();
    keys_.rewrap("payment", data_keys_, name_of_payment_key, kRotation);
    on_ready();
  }

  // Certificates are short-lived: a new one on disk is taken up without a restart.
  Awaitable<> reload_certificates() {
    for (bool was_fine = true;;) {
      const auto slept = co_await runtime::sleep_for(kReloadEvery);
      if (!slept) co_return;
      const auto reloaded = client_options_.endpoint.tls->reload();
      if (!reloaded && was_fine)
        log::warn("payment-store-certificates", "the old ones stay", {log::field(reloaded.error())});
      was_fine = reloaded.has_value();
    }
  }

  dynamodb::Options options_;
  service::RoleKeys& keys_;
  runtime::TaskGroup& tasks_;
  dynamodb::ClientOptions client_options_;
  dynamodb::Client client_;
  dynamodb::Table table_;
  DynamodbPaymentStore store_;
  dynamodb::WrappedItems data_keys_;
  Result<void> state_ = fail(ErrorKind::unavailable, "payment_store_not_ready", "not looked at yet");
};

}  // namespace

std::unique_ptr<OpenStore> open_store(const StoreSettings& settings, service::Service& service,
                                      service::RoleKeys& keys) {
  if (const auto* embedded = std::get_if<SqliteSettings>(&settings))
    return std::make_unique<EmbeddedStore>(*embedded, service, keys);
  return std::make_unique<RemoteStore>(std::get<dynamodb::Options>(settings), service, keys);
}

dynamodb::TableShape table_shape() {
  return DynamodbPaymentStore::shape();
}

}  // namespace gatehouse::payments
