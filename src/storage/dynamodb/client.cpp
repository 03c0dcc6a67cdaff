#include "storage/dynamodb/client.hpp"

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "runtime/span.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::storage::dynamodb {
namespace {

// Signatures are good for five minutes either way: a difference below this is not why one is refused.
constexpr std::chrono::seconds kSkewNoticed{60};

std::unexpected<Error> bad_answer(std::string detail) {
  return fail(ErrorKind::bad_upstream, "bad_dynamodb_answer", std::move(detail), Origin::upstream);
}

Result<void> check_crc(const http::Reply& reply) {
  const auto field = reply.headers.find("x-amz-crc32");
  if (!field) return {};
  const auto expected = core::parse_int<std::uint32_t>(*field);
  if (expected && *expected == crc32(reply.content)) return {};
  return bad_answer(fmt::format("x-amz-crc32 is {}, the content has {}", *field, crc32(reply.content)));
}

Result<json::object> answer_of(const http::Reply& reply) {
  auto document = core::parse_json_object(reply.content);
  if (!document) return bad_answer(document.error().detail);
  return document;
}

// Whether another try after a pause may go better. An open breaker stays open for longer than a call lasts.
bool may_pass(const Error& error) {
  if (error.reason == "dynamodb_throttled" || error.reason == "dynamodb_failed") return true;
  if (error.reason.starts_with("dynamodb_") || error.reason == "circuit_open") return false;
  return resilience::may_retry(error, resilience::Repeatable::yes);
}

// Full or not allowed is not sick.
bool is_well(const Result<http::Reply>& reply) {
  return reply && reply->status < 500;
}

}  // namespace

Client::Client(http::Client& http, ClientOptions options, std::unique_ptr<CredentialSource> credentials,
               const core::Clock& clock, telemetry::Metrics& metrics)
    : http_(http),
      options_(std::move(options)),
      clock_(clock),
      credentials_(std::move(credentials), clock),
      bulkhead_(options_.bulkhead),
      breaker_(options_.breaker),
      metrics_(metrics),
      breaker_state_(metrics.gauge("circuit_breaker_state", "Circuit breakers: 0 closed, 1 half open, 2 open",
                                   {{"upstream", "dynamodb"}, {"operation", "any"}})) {}

Awaitable<Result<json::object>> Client::call(std::string_view operation, json::object request,
                                             Deadline deadline) {
  runtime::Span span(co_await runtime::this_task,
                     {operation, spans::Kind::client, "db.system.name", "aws.dynamodb"});
  co_return span.end(co_await try_until(operation, std::move(request), deadline));
}

Awaitable<Result<json::object>> Client::try_until(std::string_view operation, json::object request,
                                                  Deadline deadline) {
  const auto place = bulkhead_.enter();
  if (!place) co_return fail(place);
  const std::string content = json::serialize(request);
  Lessons lessons;
  bool may_have_arrived = false;
  for (int tries = 1;; ++tries) {
    const Lessons before = lessons;
    auto answer = co_await try_once(operation, content, lessons, deadline);
    if (answer) co_return answer;
    // The last try may be harmless where an earlier one was not.
    may_have_arrived = may_have_arrived || !answer.error().safe_to_retry;
    answer.error().safe_to_retry = !may_have_arrived;
    const bool has_learned = lessons.has_corrected_clock != before.has_corrected_clock ||
                             lessons.has_renewed_credentials != before.has_renewed_credentials;
    if (has_learned) continue;
    const auto pause = options_.retries.next(tries, telemetry::fast_random01(), deadline.remaining());
    if (!may_pass(answer.error()) || !pause || !budget_.allows_retry()) co_return answer;
    const auto slept = co_await runtime::sleep_for(*pause);
    if (!slept) co_return answer;
  }
}

Awaitable<Result<json::object>> Client::try_once(std::string_view operation, const std::string& content,
                                                 Lessons& lessons, Deadline deadline) {
  auto permit = breaker_.allow(clock_.steady_now());
  if (!permit) co_return fail(permit);
  const auto credentials = co_await credentials_.get(deadline.capped(options_.one_try));
  if (!credentials) co_return fail(credentials);
  const auto reply = co_await send(operation, content, *credentials, deadline);
  note(*permit, reply);
  if (!reply) {
    count(operation, reply.error().reason);
    co_return fail(reply);
  }
  if (auto whole = check_crc(*reply); !whole) co_return fail(whole);
  if (reply->status == 200) {
    count(operation, "ok");
    co_return answer_of(*reply);
  }
  const Failure failure = failure_of(*reply);
  count(operation, error_of(failure).reason);
  if (learn(failure, *reply, *credentials, lessons)) log::debug("dynamodb-retry", "one more try");
  co_return std::unexpected(error_of(failure));
}

Awaitable<Result<http::Reply>> Client::send(std::string_view operation, const std::string& content,
                                            const Credentials& credentials, Deadline deadline) {
  http::Request request;
  request.method = "POST";
  request.headers.add("Host", options_.host_header);
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", fmt::format("DynamoDB_20120810.{}", operation));
  request.content = content;
  const SigningScope scope{.region = options_.region, .service = "dynamodb"};
  sign(request, credentials, scope, clock_.now() + skew_);
  co_return co_await http_.fetch(options_.endpoint, request, deadline.capped(options_.one_try));
}

bool Client::learn(const Failure& failure, const http::Reply& reply, const Credentials& used,
                   Lessons& lessons) {
  const bool is_stale =
      failure.kind == FailureKind::credentials_expired || failure.kind == FailureKind::credentials_refused;
  if (is_stale && !std::exchange(lessons.has_renewed_credentials, true)) {
    credentials_.forget(used.access_key_id);
    return true;
  }
  const auto server_time = time_of_http_date(reply.headers.get("Date"));
  if (failure.kind != FailureKind::clock_skewed || !server_time || lessons.has_corrected_clock) return false;
  const auto skew = std::chrono::round<std::chrono::seconds>(*server_time - clock_.now());
  if (std::chrono::abs(skew - skew_) < kSkewNoticed) return false;
  lessons.has_corrected_clock = true;
  skew_ = skew;
  log::warn("clock-skew",
            fmt::format("this machine's clock is {} seconds {} DynamoDB's: signing with theirs from now on; "
                        "set the clock right",
                        std::chrono::abs(skew).count(), skew.count() > 0 ? "behind" : "ahead of"),
            {log::field("skew_seconds", static_cast<std::int64_t>(skew.count()))});
  return true;
}

void Client::count(std::string_view operation, std::string_view outcome) {
  metrics_
      .counter("dynamodb_tries_total", "Tries at DynamoDB by operation and what came of them",
               {{"operation", std::string(operation)}, {"outcome", std::string(outcome)}})
      .add();
}

void Client::note(resilience::CircuitBreaker::Permit& permit, const Result<http::Reply>& reply) {
  const auto now = clock_.steady_now();
  if (is_well(reply)) {
    permit.succeeded(now);
    budget_.note_success();
  } else if (reply || reply.error().kind != ErrorKind::cancelled) {
    permit.failed(now);
    budget_.note_failure();
  }
  breaker_state_.set(static_cast<double>(breaker_.state()));
}

}  // namespace gatehouse::storage::dynamodb
