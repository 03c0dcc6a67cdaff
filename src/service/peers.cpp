#include "service/peers.hpp"

#include "http/spans.hpp"
#include "identity/principal.hpp"

namespace gatehouse::service {

Peers::Peers(discovery::Client& discovery, http::Client& http, std::shared_ptr<net::ClientTls> tls,
             const core::Clock& clock, telemetry::Metrics& metrics)
    : discovery_(discovery), http_(http), tls_(std::move(tls)), clock_(clock), metrics_(metrics) {}

Awaitable<Result<http::Reply>> Peers::call(std::string service, http::Request& request, Deadline deadline,
                                           TraceContext trace) {
  auto instances = discovery_.find(service);
  if (instances->empty()) {
    const auto answered =
        co_await discovery_.lookup(service, deadline.capped(std::chrono::milliseconds{1'000}));
    if (answered) instances = *answered;
  }
  if (instances->empty()) {
    Error error(ErrorKind::unavailable, "no_instance", service, Origin::upstream);
    error.safe_to_retry = true;
    co_return std::unexpected(std::move(error));
  }
  const auto& instance = (*instances)[next_[service]++ % instances->size()];
  http::Target target{.host = instance.address, .port = instance.port, .tls = tls_, .server_name = service};
  if (const auto role = instance.meta.find("role"); role != instance.meta.end()) {
    target.peer_uri = identity::uri_of_role(role->second);
  }
  const TraceContext below = trace.child();
  request.headers.set("traceparent", below.to_header());
  const auto left = deadline.remaining();
  if (left != std::chrono::milliseconds::max()) {
    request.headers.set("X-Request-Timeout-Ms", std::to_string(left.count()));
  }
  const auto began = clock_.steady_now();
  auto reply = co_await http_.fetch(target, request, deadline);
  const auto took = clock_.steady_now() - began;
  const std::string_view failure = reply ? std::string_view{} : reply.error().reason;
  Outcome outcome{std::move(service), reply ? reply->status : 0, failure};
  const http::Asked asked{.trace = below,
                          .method = request.method,
                          .server = outcome.service,
                          .status = outcome.status,
                          .failure = failure,
                          .began = began,
                          .took = took};
  if (auto span = http::client_span(asked)) spans::keep(*std::move(span));
  count(std::move(outcome), took, trace);
  co_return reply;
}

void Peers::count(Outcome outcome, std::chrono::nanoseconds took, const TraceContext& trace) {
  auto& duration = durations_[outcome];
  if (duration == nullptr) {
    duration = &metrics_.histogram(
        "http_client_request_duration_seconds", "Calls from role to role",
        {{"server_address", outcome.service},
         {"http_response_status_code", outcome.status == 0 ? std::string() : std::to_string(outcome.status)},
         {"error_type", std::string(outcome.failure)}});
  }
  duration->observe(took, trace);
}

}  // namespace gatehouse::service
