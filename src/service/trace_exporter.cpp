#include "service/trace_exporter.hpp"

#include "core/fields.hpp"
#include "core/text.hpp"
#include "resilience/retry.hpp"
#include "runtime/timer.hpp"
#include "telemetry/log.hpp"
#include "telemetry/random.hpp"

namespace gatehouse::service {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchMax = 512;
constexpr milliseconds kPause{1'000};  // between two batches that are not full
constexpr milliseconds kRequestMayTake{5'000};
constexpr int kTriesMax = 5;
constexpr resilience::RetryPolicy kRetries{.base = milliseconds{200}, .cap = milliseconds{5'000}};

constexpr std::string_view kName = "trace_spans_exported_total";
constexpr std::string_view kHelp = "Spans on their way to the receiver of traces, by what came of them";

// The statuses after which the specification of OTLP lets a client try again.
bool may_pass(unsigned status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

std::chrono::nanoseconds steady_to_unix() {
  const core::SystemClock clock;
  return clock.now().time_since_epoch() - clock.steady_now().time_since_epoch();
}

// {"partialSuccess":{"rejectedSpans":"3","errorMessage":"…"}}
std::uint64_t refused_in(const http::Reply& reply) {
  const auto answer = core::parse_json_object(reply.content);
  const json::value* partial = answer ? answer->if_contains("partialSuccess") : nullptr;
  if (partial == nullptr || !partial->is_object()) return 0;
  const json::value* count = partial->get_object().if_contains("rejectedSpans");
  if (count == nullptr) return 0;
  if (count->is_string()) return core::parse_int<std::uint64_t>(count->get_string()).value_or(0);
  boost::system::error_code no_number;
  const auto number = count->to_number<std::uint64_t>(no_number);
  return no_number ? 0 : number;
}

}  // namespace

TraceExporter::Meters::Meters(telemetry::Metrics& metrics)
    : sent(metrics.counter(kName, kHelp, {{"outcome", "sent"}})),
      refused(metrics.counter(kName, kHelp, {{"outcome", "refused"}})),
      lost(metrics.counter(kName, kHelp, {{"outcome", "lost"}})),
      dropped(metrics.counter(kName, kHelp, {{"outcome", "dropped"}})),
      waiting(metrics.gauge("trace_spans_waiting", "Spans that are kept and not sent yet")) {}

Result<std::unique_ptr<TraceExporter>> TraceExporter::start(http::Client& http, const TraceSettings& settings,
                                                            telemetry::Resource resource,
                                                            telemetry::Metrics& metrics) {
  auto target = settings.endpoint.target(settings.ca);
  if (!target) return fail(target);
  auto authorization = settings.authorization();
  if (!authorization) return fail(authorization);
  std::unique_ptr<TraceExporter> exporter(new TraceExporter(
      http, std::move(*target), settings, std::move(resource), std::move(*authorization), metrics));
  spans::configure(settings.spans);
  return exporter;
}

TraceExporter::TraceExporter(http::Client& http, http::Target target, const TraceSettings& settings,
                             telemetry::Resource resource, Secret authorization, telemetry::Metrics& metrics)
    : http_(http),
      target_(std::move(target)),
      path_(settings.endpoint.path + "/v1/traces"),
      resource_(std::move(resource)),
      authorization_(std::move(authorization)),
      meters_(metrics) {}

TraceExporter::~TraceExporter() {
  spans::configure(std::nullopt);
}

Awaitable<> TraceExporter::run() {
  for (;;) {
    auto batch = spans::take(kBatchMax);
    const bool was_full = batch.size() == kBatchMax;
    if (!batch.empty()) {
      const bool goes_on = co_await send(std::move(batch));
      if (!goes_on) co_return;
    }
    if (was_full) continue;
    const auto slept = co_await runtime::sleep_for(kPause);
    if (!slept) co_return;
  }
}

// False: it is time to go.
Awaitable<bool> TraceExporter::send(std::vector<spans::Span> batch) {
  const std::string content = telemetry::otlp_request(resource_, batch, steady_to_unix());
  for (int tries = 1;; ++tries) {
    const auto reply = co_await post(content, Deadline::after(kRequestMayTake));
    if (!reply && reply.error().kind == ErrorKind::cancelled) co_return false;
    report(reply);
    if (reply && !may_pass(reply->status)) {
      count_answer(*reply, batch.size());
      co_return true;
    }
    if (tries == kTriesMax) {
      meters_.lost.add(batch.size());
      co_return true;
    }
    const auto slept = co_await runtime::sleep_for(kRetries.delay(tries, telemetry::fast_random01()));
    if (!slept) co_return false;
  }
}

Awaitable<> TraceExporter::send_rest(Deadline deadline) {
  while (!deadline.is_over()) {
    const auto batch = spans::take(kBatchMax);
    if (batch.empty()) co_return;
    const std::string content = telemetry::otlp_request(resource_, batch, steady_to_unix());
    const auto reply = co_await post(content, deadline.capped(kRequestMayTake));
    if (!reply) co_return;
    count_answer(*reply, batch.size());
  }
}

Awaitable<Result<http::Reply>> TraceExporter::post(const std::string& content, Deadline deadline) {
  http::Request request;
  request.method = "POST";
  request.target = path_;
  request.headers.set("Content-Type", "application/json");
  if (!authorization_.empty()) request.headers.set("Authorization", authorization_.reveal());
  request.content = content;
  co_return co_await http_.fetch(target_, request, deadline);
}

void TraceExporter::count_answer(const http::Reply& reply, std::size_t spans) {
  const std::uint64_t refused =
      reply.status == 200 ? std::min<std::uint64_t>(refused_in(reply), spans) : spans;
  meters_.refused.add(refused);
  meters_.sent.add(spans - refused);
}

// When it begins to fail and when it works again: the loop tries again and again.
void TraceExporter::report(const Result<http::Reply>& reply) {
  const bool is_down = !reply || reply->status != 200;
  if (is_down == std::exchange(is_down_, is_down)) return;
  if (!is_down) {
    log::info("traces-sent", "the receiver of traces takes spans");
  } else if (!reply) {
    log::warn("traces-not-sent", "the receiver of traces does not answer: spans are lost after some tries",
              {log::field("server.address", target_.host), log::field("server.port", target_.port),
               log::field(reply.error())});
  } else {
    log::warn("traces-refused", "the receiver of traces does not take spans",
              {log::field("server.address", target_.host), log::field("server.port", target_.port),
               log::field("http.response.status_code", reply->status)});
  }
}

void TraceExporter::sample() {
  meters_.waiting.set(static_cast<double>(spans::waiting()));
  const std::uint64_t dropped = spans::dropped();
  meters_.dropped.add(dropped - std::exchange(counted_dropped_, dropped));
}

}  // namespace gatehouse::service
