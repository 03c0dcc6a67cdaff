#include "storage/postgres/listener.hpp"

#include "runtime/timer.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::postgres {

Listener::Listener(runtime::Executor executor, Options options, std::string channel,
                   std::function<void()> on_news)
    : options_(std::move(options)),
      channel_(std::move(channel)),
      on_news_(std::move(on_news)),
      tasks_(executor) {}

Listener::~Listener() = default;

void Listener::start() {
  tasks_.spawn("postgres-listen", keep());
}

Awaitable<bool> Listener::stop(Deadline deadline) {
  co_return co_await tasks_.stop(deadline);
}

// Until the connection is lost.
Awaitable<Result<void>> Listener::listen() {
  auto connection = co_await Connection::open(options_, Deadline::after(options_.operation_timeout));
  if (!connection) co_return fail(connection);
  const Result<void> listening =
      co_await (*connection)->run_script("LISTEN " + channel_, Deadline::after(options_.operation_timeout));
  if (!listening) co_return fail(listening);
  failures_ = 0;
  for (;;) {
    on_news_();
    const Result<void> heard = co_await (*connection)->wait_for_notification();
    if (!heard) co_return fail(heard);
  }
}

// Says nothing of failures: Database says it.
Awaitable<> Listener::keep() {
  while (!tasks_.is_stopping()) {
    (void)co_await listen();
    const Result<void> slept =
        co_await runtime::sleep_for(options_.reconnect.delay(++failures_, telemetry::fast_random01()));
    if (!slept) co_return;
  }
}

}  // namespace gatehouse::storage::postgres
