// Calls from role to role: found by discovery, over mutual TLS, with deadline and trace sent along.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "discovery/client.hpp"
#include "http/client.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/trace.hpp"

namespace gatehouse::service {

class Peers {
 public:
  Peers(discovery::Client& discovery, http::Client& http, std::shared_ptr<net::ClientTls> tls,
        const core::Clock& clock, telemetry::Metrics& metrics);

  // One try at one instance of the service, round robin. No retry here: the caller knows what is safe. The
  // call is a span below `trace`.
  // `unavailable`/"no_instance" (safe_to_retry) if discovery knows none; otherwise http::Client's errors.
  // A status of 500 or more is an answer, not an error.
  [[nodiscard]] Awaitable<Result<http::Reply>> call(std::string service, http::Request& request,
                                                    Deadline deadline, telemetry::TraceContext trace);

 private:
  struct Outcome {
    std::string service;
    unsigned status = 0;       // 0: no answer
    std::string_view failure;  // why
    auto operator<=>(const Outcome&) const = default;
  };
  void count(Outcome outcome, std::chrono::nanoseconds took, const telemetry::TraceContext& trace);

  discovery::Client& discovery_;
  http::Client& http_;
  std::shared_ptr<net::ClientTls> tls_;
  const core::Clock& clock_;
  telemetry::Metrics& metrics_;
  std::map<Outcome, telemetry::Histogram*> durations_;
  std::map<std::string, std::size_t> next_;
};

}  // namespace gatehouse::service
