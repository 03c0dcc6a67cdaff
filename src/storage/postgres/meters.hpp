// What a database client tells Prometheus of itself.
#pragma once

#include <chrono>

#include "telemetry/metrics.hpp"

namespace gatehouse::storage::postgres {

struct Meters {
  explicit Meters(telemetry::Metrics& metrics)
      : connections(metrics.gauge("postgres_connections", "Connections that are open or being opened")),
        repeated(metrics.counter("postgres_repeated_total", "Transactions and batches that ran again")),
        outages(metrics.counter("postgres_outages_total", "Times that no connection could be had")),
        duration(metrics.histogram("db_client_operation_duration_seconds",
                                   "Transactions and batches, with the wait for a connection",
                                   {{"db_system_name", "postgresql"}}, telemetry::kDatabaseDurationBuckets)) {
  }

  telemetry::Gauge& connections;
  telemetry::Counter& repeated;
  telemetry::Counter& outages;
  telemetry::Histogram& duration;
};

// Observes how long its scope took.
class Timing {
 public:
  explicit Timing(telemetry::Histogram& duration) : duration_(duration) {}
  ~Timing() { duration_.observe(std::chrono::steady_clock::now() - started_); }
  Timing(const Timing&) = delete;

 private:
  telemetry::Histogram& duration_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace gatehouse::storage::postgres
