// Implements the access log line. The query is left out: it may carry tokens and personal data.
#include "gateway/access_log.hpp"

#include <boost/container/static_vector.hpp>

#include "gateway/exchange.hpp"
#include "gateway/upstream/endpoints.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway {

void write_access_log(const Exchange& exchange, std::chrono::nanoseconds took) {
  if (!log::enabled(log::Level::info)) return;
  const auto& http = exchange.http;
  boost::container::static_vector<log::Field, 16> fields{
      log::field("http.request.method", http.request.method),
      log::field("url.path", split_target(exchange.target).path),
      log::field("http.response.status_code", http.response.status),
      log::field("event.duration", took.count()),
      log::field("http.request.bytes", http.request_bytes),
      log::field("http.response.bytes", http.response_bytes),
      log::field("source.ip", http.peer.address),
      log::field("http.request.id", exchange.request_id()),
      log::field(http.trace),
  };
  const auto add_known = [&fields](log::Literal key, std::string_view value) {
    if (!value.empty()) fields.push_back(log::field(key, value));
  };
  add_known("gatehouse.route", http.route);
  if (exchange.endpoint) add_known("gatehouse.upstream", exchange.endpoint->label);
  const Consumer* consumer = exchange.identity.consumer;
  add_known("user.id", consumer != nullptr ? std::string_view(consumer->id) : exchange.identity.subject);
  add_known("error.code", exchange.failure);
  add_known("error.message", exchange.failure_detail);
  if (http.is_aborted) fields.push_back(log::field("gatehouse.aborted", true));
  log::write(log::Level::info, "http-access", "request served", {fields.data(), fields.size()});
}

}  // namespace gatehouse::gateway
