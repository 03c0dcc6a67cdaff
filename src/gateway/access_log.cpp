// Implements the access log line. The query is left out: it may carry tokens and personal data.
#include "gateway/access_log.hpp"

#include "gateway/exchange.hpp"
#include "gateway/upstream/endpoints.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {

void write_access_log(const Exchange& exchange, std::chrono::nanoseconds took) {
  if (!log::enabled(log::Level::info)) return;
  const auto& http = exchange.http;
  const auto path = split_target(exchange.target).path;
  const std::array fields{
      log::field("http.request.method", http.request.method),
      log::field("url.path", path),
      log::field("http.response.status_code", http.response.status),
      log::field("event.duration", took.count()),
      log::field("http.request.bytes", http.request_bytes),
      log::field("http.response.bytes", http.response_bytes),
      log::field("source.ip", http.peer.address),
      log::field("http.request.id", exchange.request_id()),
      log::field(http.trace),
      log::field("gatehouse.route", http.route),
      log::field("gatehouse.upstream",
                 exchange.endpoint ? std::string_view(exchange.endpoint->label) : std::string_view{}),
      log::field("user.id", exchange.identity.consumer != nullptr
                                ? std::string_view(exchange.identity.consumer->id)
                                : exchange.identity.subject),
      log::field("error.code", exchange.failure),
      log::field("error.message", exchange.failure_detail),
      log::field("gatehouse.aborted", http.is_aborted),
  };
  // What has nothing to say stays out: the last fields are empty for nearly every request.
  const std::size_t count = exchange.failure.empty() && !http.is_aborted ? fields.size() - 3 : fields.size();
  log::write(log::Level::info, "http-access", "request served", std::span(fields).first(count));
}

}  // namespace gatehouse::gateway
