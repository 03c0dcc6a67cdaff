// For tests: the adapters on a PostgreSQL that is started when first asked for and shared by all tests of the
// executable. The "processes" live on one worker, each with its own connections.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/remote_loop.hpp"
#include "services/orders/adapters/postgres_catalogue.hpp"
#include "services/orders/adapters/postgres_order_store.hpp"
#include "services/orders/adapters/postgres_outbox.hpp"
#include "storage/postgres/test_server.hpp"

namespace gatehouse::orders {

using runtime::RemoteLoop;

// The adapters of one process.
struct PostgresProcess {
  PostgresProcess(RemoteLoop& loop_, postgres::Options options, std::shared_ptr<const crypto::KeyRing> ring)
      : loop(loop_),
        shared(loop_.executor(), std::move(options), metrics, crypto::Envelope(std::move(ring))) {
    loop.run(started());
  }
  ~PostgresProcess() { loop.run(shared.database.stop(Deadline::after(std::chrono::seconds{10}))); }

  Awaitable<bool> started() {
    shared.database.start();
    const auto ready = co_await shared.database.wait_until_ready(Deadline::after(std::chrono::seconds{20}));
    if (!ready) throw std::runtime_error(ready.error().detail);
    co_return true;
  }

  RemoteLoop& loop;
  telemetry::Metrics metrics;
  OrdersCluster shared;
  PostgresCatalogue catalogue{shared};
  PostgresOrderStore store{shared};
  PostgresOutbox outbox{shared};
};

// Two processes on one database.
class PostgresPlatform {
 public:
  static PostgresPlatform& shared() {
    static PostgresPlatform platform;
    return platform;
  }
  [[nodiscard]] static bool is_possible() { return postgres::TestServer::is_installed(); }

  [[nodiscard]] postgres::TestServer& server() { return server_; }
  [[nodiscard]] RemoteLoop& loop() { return loop_; }
  [[nodiscard]] PostgresProcess& process(std::size_t index) { return index == 0 ? first_ : second_; }

  void forget_everything() {
    postgres::Batch batch;
    for (const std::string_view sql :
         {"DELETE FROM sagas", "DELETE FROM orders", "DELETE FROM products", "DELETE FROM idempotency_keys",
          "DELETE FROM outbox", "UPDATE feed SET position = 0"}) {
      batch.add(sql);
    }
    const auto done = loop_.run(first_.shared.database.run(std::move(batch), postgres::Repeatable::yes));
    if (!done) throw std::runtime_error(done.error().detail);
  }

 private:
  postgres::TestServer server_;
  RemoteLoop loop_;
  std::shared_ptr<const crypto::KeyRing> ring_ = std::make_shared<const crypto::KeyRing>(
      crypto::KeyRing::from_json(crypto::KeyRing::fresh_json()).value());
  PostgresProcess first_{loop_, server_.options(), ring_};
  PostgresProcess second_{loop_, server_.options(), ring_};
};

}  // namespace gatehouse::orders
