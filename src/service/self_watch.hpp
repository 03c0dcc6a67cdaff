// What every role tells of itself beside what it does: its event loop, its pool, its connections, its
// certificate, its readiness, its log. Sampled once a second, on the worker that owns what is looked at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "http/server.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/blocking_pool.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::service {

class SelfWatch {
 public:
  SelfWatch(telemetry::Metrics& metrics, const core::Clock& clock);

  void add(std::function<void()> sample);
  void add(const http::Server& server);
  void add(const runtime::BlockingPool& pool);
  void add_log();  // once per process

  // Samples until it is cancelled; how late its own timer comes is the delay of the event loop.
  [[nodiscard]] Awaitable<> run();

 private:
  telemetry::Metrics& metrics_;
  const core::Clock& clock_;
  telemetry::Histogram& loop_delay_;
  std::vector<std::function<void()>> samples_;
};

// When the certificates of a PEM file end: the leaf, and who issued it.
void show_expiry(telemetry::Metrics& metrics, const std::string& certificate_file);

}  // namespace gatehouse::service
