#include "service/self_watch.hpp"

#include <fstream>
#include <iterator>

#include "crypto/x509.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

namespace {

constexpr std::chrono::milliseconds kPeriod{1'000};
constexpr std::array kLoopDelayBuckets{0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0};

// For what is counted elsewhere.
void raise_to(telemetry::Counter& counter, std::uint64_t total) {
  counter.add(total - static_cast<std::uint64_t>(counter.value()));
}

}  // namespace

SelfWatch::SelfWatch(telemetry::Metrics& metrics, const core::Clock& clock)
    : metrics_(metrics),
      clock_(clock),
      loop_delay_(metrics.histogram("runtime_loop_delay_seconds", "How late a timer of an event loop came",
                                    {}, kLoopDelayBuckets)) {}

void SelfWatch::add(std::function<void()> sample) {
  samples_.push_back(std::move(sample));
}

void SelfWatch::add(const http::Server& server) {
  auto& active = metrics_.gauge("http_server_active_requests", "Requests that are being served");
  auto& open = metrics_.gauge("http_server_connections", "Connections of clients that are open");
  auto& accepted =
      metrics_.counter("http_server_accepted_connections_total", "Connections of clients that were accepted");
  auto& failed = metrics_.counter("tls_handshake_failures_total", "TLS handshakes that clients failed");
  add([&server, &active, &open, &accepted, &failed] {
    active.set(static_cast<double>(server.active_requests()));
    open.set(static_cast<double>(server.connections()));
    raise_to(accepted, server.accepted());
    raise_to(failed, server.failed_handshakes());
  });
}

void SelfWatch::add(const runtime::BlockingPool& pool) {
  auto& threads = metrics_.gauge("blocking_pool_threads", "Threads for work that blocks");
  auto& busy = metrics_.gauge("blocking_pool_busy_threads", "Threads that are at such work");
  auto& queued = metrics_.gauge("blocking_pool_queued", "Such work that waits for a thread");
  add([&pool, &threads, &busy, &queued] {
    threads.set(static_cast<double>(pool.threads()));
    busy.set(static_cast<double>(pool.busy_threads()));
    queued.set(static_cast<double>(pool.queued()));
  });
}

void SelfWatch::add_log() {
  auto& dropped =
      metrics_.counter("log_lines_dropped_total", "Log lines that were lost to a slow reader or a full disk");
  add([&dropped] { raise_to(dropped, log::dropped_lines()); });
}

Awaitable<> SelfWatch::run() {
  for (;;) {
    for (const auto& sample : samples_) sample();
    const auto due = clock_.steady_now() + kPeriod;
    const auto slept = co_await runtime::sleep_for(kPeriod);
    if (!slept) co_return;
    loop_delay_.observe(std::max(clock_.steady_now() - due, {}));
  }
}

void show_expiry(telemetry::Metrics& metrics, const std::string& certificate_file) {
  std::ifstream file(certificate_file);
  const std::string pem{std::istreambuf_iterator(file), {}};
  const auto chain = crypto::certificates_from_pem(pem);
  if (!chain) return;  // whoever loads it has said so
  constexpr std::array<std::string_view, 2> kPlaces{"leaf", "issuer"};
  for (std::size_t i = 0; i < std::min(chain->size(), kPlaces.size()); ++i) {
    const std::chrono::duration<double> end = (*chain)[i].not_after().time_since_epoch();
    metrics
        .gauge("tls_certificate_not_after_timestamp_seconds", "When the role's certificate ends, unix time",
               {{"certificate", std::string(kPlaces[i])}})
        .set(end.count());
  }
}

}  // namespace gatehouse::service
