#include "gateway/admin/admin_api.hpp"

#include <fmt/format.h>

#include "gateway/admin/browser_guard.hpp"
#include "gateway/admin/health_endpoints.hpp"
#include "gateway/admin/json_text.hpp"
#include "gateway/admin/schema_endpoints.hpp"
#include "gateway/admin/tag_endpoints.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::gateway::admin {
namespace {

Call call_of(const http::Request& request, std::string body) {
  Call call{.method = request.method,
            .path = std::string(request.path()),
            .query = std::string(request.query()),
            .content_types = {},
            .body = std::move(body)};
  for (const http::HeaderField field : request.headers) {
    if (core::iequals(field.name, "content-type")) call.content_types.emplace_back(field.value);
  }
  return call;
}

Answer message(unsigned status, std::string_view text) {
  return {.status = status, .body = store::refusal(status, text).body};
}

void write(const Answer& answer, http::Exchange& exchange, std::chrono::milliseconds took) {
  http::Response& response = exchange.response;
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.headers.add(name, value);
  response.headers.set("Server", "gatehouse");
  response.headers.set("X-Kong-Admin-Latency", std::to_string(took.count()));
  if (answer.status == 204) return;
  response.headers.set("Content-Type", answer.content_type);
  response.content = answer.body ? json_text(*answer.body) : answer.text;
}

}  // namespace

Endpoints::Endpoints(store::Store& store, ProxyView& proxy, const core::Clock& clock, NodeFacts facts)
    : store_(store), entities_(store, clock) {
  const std::string node_id = facts.node_id;
  table_.add(node_endpoints(store, proxy, std::move(facts)));
  table_.add(schema_endpoints(store, clock));
  table_.add(tag_endpoints(store));
  table_.add(health_endpoints(store, proxy, node_id));
  table_.add(entities_.endpoints());
}

Answer Endpoints::answer(const Call& call) const {
  const bool is_about_the_node = call.path == "/" || call.path == "/status" || call.path == "/metrics";
  const auto ready = store_.readiness();
  if (ready || is_about_the_node) return table_.answer(call);
  return message(503, fmt::format("the configuration has not been read yet ({})", ready.error().reason));
}

Awaitable<Result<std::string>> AdminApi::read_body(http::Request& request) const {
  if (request.body != nullptr) co_return co_await http::read_all(*request.body, settings_.body_bytes_max);
  if (request.content.size() > settings_.body_bytes_max)
    co_return refuse(ErrorKind::too_large, "body_too_large");
  co_return std::move(request.content);
}

Awaitable<Answer> AdminApi::answer(http::Request& request) {
  if (!is_from_trusted_place(request.headers, settings_.host_names)) co_return message(403, "Forbidden");
  auto body = co_await read_body(request);
  if (!body && body.error().kind == ErrorKind::too_large) co_return message(413, "Payload too large");
  if (!body) co_return message(400, "Bad request");
  const Call call = call_of(request, std::move(*body));
  auto work = [this, &call]() -> Result<Answer> { return endpoints_.answer(call); };
  auto answered = co_await pool_.run(std::move(work));
  if (!answered) co_return message(503, "The Admin API is overloaded");
  co_return std::move(*answered);
}

Awaitable<> AdminApi::serve(http::Exchange& exchange) {
  const auto begun = std::chrono::steady_clock::now();
  const Answer answered = co_await answer(exchange.request);
  if (answered.cause) log::error("admin-api", "a change could not be made", {log::field(*answered.cause)});
  const auto took = std::chrono::steady_clock::now() - begun;
  write(answered, exchange, std::chrono::duration_cast<std::chrono::milliseconds>(took));
}

void AdminApi::finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept {
  service::log_access(exchange, took);
}

}  // namespace gatehouse::gateway::admin
