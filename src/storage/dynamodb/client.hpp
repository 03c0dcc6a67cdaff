// Calls to DynamoDB (API version 2012-08-10, JSON 1.0) over the platform's HTTP client: signed, checked,
// retried. One per worker.
//
// Whatever goes through here may be repeated, so every try that fails in passing is followed by another, with
// full jitter, within the deadline and a budget. Reads change nothing. Every write carries a condition that
// its own success makes false ("no such item yet", "the version is still 7"), so its second arrival changes
// nothing, and is answered with `dynamodb_condition_failed`: only the item tells then whether it was ours
// (Table writes do not guess; their caller compares a write id). CreateTable says the second time that the
// table is there.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "http/client.hpp"
#include "resilience/bulkhead.hpp"
#include "resilience/circuit_breaker.hpp"
#include "resilience/retry.hpp"
#include "storage/dynamodb/credentials.hpp"
#include "storage/dynamodb/failure.hpp"
#include "storage/dynamodb/sigv4.hpp"
#include "telemetry/metrics.hpp"

namespace gatehouse::storage::dynamodb {

struct ClientOptions {
  http::Target endpoint;
  std::string host_header;  // as the endpoint is named: "dynamodb.eu-central-1.amazonaws.com"
  std::string region;
  std::chrono::milliseconds one_try{2'000};
  resilience::RetryPolicy retries{
      .attempts_max = 6, .base = resilience::Millis{25}, .cap = resilience::Millis{1'000}};
  resilience::BulkheadLimits bulkhead{.calls_max = 512};  // each has a connection of its own
  // Shut for seconds, not minutes: a database has no other users to be spared, and all of ours wait for it.
  resilience::CircuitBreakerLimits breaker{.open_first = std::chrono::milliseconds{1'000},
                                           .open_max = std::chrono::milliseconds{5'000}};
};

class Client {
 public:
  Client(http::Client& http, ClientOptions options, std::unique_ptr<CredentialSource> credentials,
         const core::Clock& clock, telemetry::Metrics& metrics);

  // The answer of an operation such as "GetItem". Errors: those of failure.hpp; of http::Client, as they are;
  // unavailable/"circuit_open", "bulkhead_full"; bad_upstream/`bad_dynamodb_answer`; of the credentials.
  [[nodiscard]] Awaitable<Result<json::object>> call(std::string_view operation, json::object request,
                                                     Deadline deadline);

  // How far the server's clock is ahead of ours: not zero once a signature was refused for its time.
  [[nodiscard]] std::chrono::seconds skew() const { return skew_; }
  [[nodiscard]] const core::Clock& clock() const { return clock_; }

 private:
  // What a try has taught: at most one correction of each kind in a call.
  struct Lessons {
    bool has_corrected_clock = false;
    bool has_renewed_credentials = false;
  };
  [[nodiscard]] Awaitable<Result<http::Reply>> send(std::string_view operation, const std::string& content,
                                                    const Credentials& credentials, Deadline deadline);
  [[nodiscard]] Awaitable<Result<json::object>> try_until(std::string_view operation, json::object request,
                                                          Deadline deadline);
  [[nodiscard]] Awaitable<Result<json::object>> try_once(std::string_view operation,
                                                         const std::string& content, Lessons& lessons,
                                                         Deadline deadline);
  // Whether something was put right that makes another try worth it at once.
  [[nodiscard]] bool learn(const Failure& failure, const http::Reply& reply, const Credentials& used,
                           Lessons& lessons);
  void count(std::string_view operation, std::string_view outcome);
  void note(resilience::CircuitBreaker::Permit& permit, const Result<http::Reply>& reply);

  http::Client& http_;
  ClientOptions options_;
  const core::Clock& clock_;
  CachedCredentials credentials_;
  resilience::Bulkhead bulkhead_;
  resilience::CircuitBreaker breaker_;
  resilience::RetryBudget budget_;
  std::chrono::seconds skew_{0};
  telemetry::Metrics& metrics_;
  telemetry::Gauge& breaker_state_;
};

}  // namespace gatehouse::storage::dynamodb
