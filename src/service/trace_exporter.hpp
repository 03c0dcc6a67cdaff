// Takes the process' spans out of their buffer and sends them to a receiver of OTLP. What is not taken is
// tried again for a while; then it is dropped and counted, for spans are worth less than the memory of a role
// that serves.
#pragma once

#include <memory>
#include <vector>

#include "http/client.hpp"
#include "runtime/awaitable.hpp"
#include "service/trace_settings.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/otlp.hpp"

namespace gatehouse::service {

class TraceExporter {
 public:
  // From here on spans are kept. `secret_missing` if the authorization cannot be read, `ca_rejected`.
  [[nodiscard]] static Result<std::unique_ptr<TraceExporter>> start(http::Client& http,
                                                                    const TraceSettings& settings,
                                                                    telemetry::Resource resource,
                                                                    telemetry::Metrics& metrics);
  ~TraceExporter();  // no span is kept from here on
  TraceExporter(const TraceExporter&) = delete;

  // Until it is cancelled. Batches of up to 512, at most a second apart.
  [[nodiscard]] Awaitable<> run();
  // What is there now, once: for the end.
  [[nodiscard]] Awaitable<> send_rest(Deadline deadline);
  // Shows how many spans wait and how many there was no room for.
  void sample();

 private:
  struct Meters {
    explicit Meters(telemetry::Metrics& metrics);
    telemetry::Counter& sent;
    telemetry::Counter& refused;  // by the receiver
    telemetry::Counter& lost;     // it did not answer
    telemetry::Counter& dropped;  // no room
    telemetry::Gauge& waiting;
  };

  TraceExporter(http::Client& http, http::Target target, const TraceSettings& settings,
                telemetry::Resource resource, Secret authorization, telemetry::Metrics& metrics);
  [[nodiscard]] Awaitable<bool> send(std::vector<spans::Span> batch);
  [[nodiscard]] Awaitable<Result<http::Reply>> post(const std::string& content, Deadline deadline);
  void count_answer(const http::Reply& reply, std::size_t spans);
  void report(const Result<http::Reply>& reply);

  http::Client& http_;
  const http::Target target_;
  const std::string path_;
  const telemetry::Resource resource_;
  const Secret authorization_;
  Meters meters_;
  std::uint64_t counted_dropped_ = 0;
  bool is_down_ = false;  // said so once
};

}  // namespace gatehouse::service
