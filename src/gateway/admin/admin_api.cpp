#include "gateway/admin/admin_api.hpp"

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
    : entities_(store, clock) {
  const std::string node_id = facts.node_id;
  table_.add(node_endpoints(store, proxy, std::move(facts)));
  table_.add(schema_endpoints(store, clock));
  table_.add(tag_endpoints(store));
  table_.add(health_endpoints(store, proxy, node_id));
  table_.add(entities_.endpoints());
}

Awaitable<> AdminApi::serve(http::Exchange& exchange) {
  const auto begun = std::chrono::steady_clock::now();
  Result<std::string> body = std::string{};
  if (exchange.request.body != nullptr)
    body = co_await http::read_all(*exchange.request.body, limits_.body_bytes_max);
  Answer answer;
  if (!body) {
    const Refusal refused =
        store::refusal(body.error().kind == ErrorKind::too_large ? 413 : 400,
                       body.error().kind == ErrorKind::too_large ? "Payload too large" : "Bad request");
    answer = {.status = refused.status, .body = refused.body};
  } else {
    const Call call = call_of(exchange.request, std::move(*body));
    auto work = [this, &call]() -> Result<Answer> { return endpoints_.answer(call); };
    auto served = co_await pool_.run(std::move(work));
    const Refusal busy = store::refusal(503, "The Admin API is overloaded");
    answer = served ? std::move(*served) : Answer{.status = busy.status, .body = busy.body};
  }
  if (answer.cause) log::error("admin-api", "a change could not be made", {log::field(*answer.cause)});
  const auto took = std::chrono::steady_clock::now() - begun;
  write(answer, exchange, std::chrono::duration_cast<std::chrono::milliseconds>(took));
}

void AdminApi::finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept {
  service::log_access(exchange, took);
}

}  // namespace gatehouse::gateway::admin
