#include "service/router.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "core/fields.hpp"
#include "core/text.hpp"
#include "http/spans.hpp"
#include "service/service.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

namespace log = telemetry::log;
using identity::Principal;

Result<std::optional<std::string>> Call::query(std::string_view name) const {
  const auto form = core::parse_form(exchange.request.query());
  if (!form) return refuse(ErrorKind::invalid, "malformed_query");
  std::optional<std::string> found;
  for (const auto& [key, value] : *form) {
    if (key != name) continue;
    if (found)
      return refuse(ErrorKind::invalid, "duplicate_parameter", fmt::format("{}: is given twice", name));
    found = value;
  }
  return found;
}

Awaitable<Result<std::string>> Call::body(std::size_t bytes_max) {
  if (exchange.request.body == nullptr) {
    if (exchange.request.content.size() > bytes_max) co_return refuse(ErrorKind::too_large, "body_too_large");
    co_return exchange.request.content;
  }
  co_return co_await http::read_all(*exchange.request.body, bytes_max);
}

Awaitable<Result<json::object>> Call::json_body(std::size_t bytes_max) {
  const auto type = header("Content-Type");
  if (!core::iequals(core::trim(type.substr(0, type.find(';'))), "application/json")) {
    co_return refuse(ErrorKind::unsupported, "json_expected", "Content-Type must be application/json");
  }
  const auto text = co_await body(bytes_max);
  if (!text) co_return fail(text);
  co_return core::parse_json_object(*text);
}

namespace {

using Params = std::map<std::string, std::string, std::less<>>;

struct Route {
  RoutePolicy policy;
  std::vector<std::string> segments;  // "{id}" stands for any
  RouteHandler handler;
  std::map<unsigned, telemetry::Histogram*> durations;  // by status; resolved at first use
};

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (const auto part : core::split(path, '/')) segments.emplace_back(part);
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{') && segment.ends_with('}');
}

// The parameters if the path fits the template. A segment is decoded after splitting: %2F is no separator.
std::optional<Params> match(const Route& route, const std::vector<std::string>& path) {
  if (path.size() != route.segments.size()) return std::nullopt;
  Params params;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view part = route.segments[i];
    if (!is_parameter(part)) {
      if (part != path[i]) return std::nullopt;
      continue;
    }
    auto value = core::percent_decode(path[i]);
    if (!value || value->empty()) return std::nullopt;
    params[std::string(part.substr(1, part.size() - 2))] = std::move(*value);
  }
  return params;
}

// By its method; its path fits already.
bool fits(const Route& route, const http::Request& request) {
  return route.policy.method == request.method || (request.method == "HEAD" && route.policy.method == "GET");
}

std::string bearer_of(std::string_view authorization) {
  const auto halves = core::cut(authorization, ' ');
  if (!halves || !core::iequals(halves->first, "Bearer")) return {};
  return std::string(core::trim(halves->second));
}

template <class List>
bool contains(const List& list, std::string_view value) {
  return std::ranges::find(list, value) != list.end();
}

void keep_span(const http::Exchange& exchange, std::chrono::nanoseconds took) {
  if (auto span = http::server_span(exchange, took)) spans::keep(*std::move(span));
}

http::Response refusal_of(const RoutePolicy& policy, const Error& error, bool had_token) {
  if (policy.refusal == Refusal::plain_json) {
    std::string_view text = "Insufficient permissions";
    unsigned status = 403;
    if (error.kind == ErrorKind::unauthenticated) {
      status = had_token ? 403 : 401;
      text = had_token ? "Invalid token" : "Unauthorized";
    }
    return http::json_response(status, json::object{{"error", text}});
  }
  auto response = http::problem_response(error);
  if (error.kind == ErrorKind::unauthenticated) {
    response.headers.add("WWW-Authenticate", had_token ? R"(Bearer error="invalid_token")" : "Bearer");
  }
  return response;
}

}  // namespace

struct Router::State {
  State(Policy policy_, VerifyBearer verify_, telemetry::Metrics& metrics_)
      : policy(std::move(policy_)), verify_bearer(std::move(verify_)), metrics(metrics_) {}

  Policy policy;
  VerifyBearer verify_bearer;
  telemetry::Metrics& metrics;
  std::vector<std::unique_ptr<Route>> routes;

  // Second and third door: who is the principal, and may it do that. The first is passed already.
  Awaitable<Result<identity::Access>> admit(const Route& route, std::string caller, std::string token) {
    Principal principal;
    if (!token.empty()) {
      auto verified = co_await verify_bearer(std::move(token));
      if (!verified) co_return fail(verified);
      principal = std::move(*verified);
    } else if (contains(route.policy.speak_for_themselves, caller)) {
      principal.kind = Principal::Kind::service;
      principal.subject = "service:" + caller;
      principal.roles.insert(principal.subject);
    }
    if (route.policy.permission.empty())
      co_return identity::Access{std::move(principal), identity::Scope::any};
    if (principal.kind == Principal::Kind::anonymous)
      co_return refuse(ErrorKind::unauthenticated, "token_required");
    const auto halves = core::cut(route.policy.permission, ':');
    const auto scope = policy.roles.widest(principal.roles, halves->first, halves->second);
    if (!scope) co_return refuse(ErrorKind::forbidden, "insufficient_permissions");
    co_return identity::Access{std::move(principal), *scope};
  }

  // The route, or 404; 405 with Allow if only the method differs.
  Result<std::pair<Route*, Params>> find(const http::Request& request, std::string& allow) {
    const auto path = segments_of(request.path());
    for (const auto& route : routes) {
      auto params = match(*route, path);
      if (!params) continue;
      if (fits(*route, request)) {
        return std::pair{route.get(), std::move(*params)};
      }
      if (!allow.empty()) allow += ", ";
      allow += route->policy.method;
    }
    if (allow.empty()) return refuse(ErrorKind::not_found, "no_such_route");
    return refuse(ErrorKind::method_not_allowed, "method_not_allowed");
  }
};

Router::Router(Policy policy, VerifyBearer verify_bearer, telemetry::Metrics& metrics)
    : state_(std::make_unique<State>(std::move(policy), std::move(verify_bearer), metrics)) {}
Router::~Router() = default;

const Policy& Router::policy() const {
  return state_->policy;
}

void Router::route(std::string_view method, std::string_view path, RouteHandler handler) {
  for (const RoutePolicy& policy : state_->policy.routes) {
    if (policy.method != method || policy.path != path) continue;
    if (!policy.permission.empty() && !core::cut(policy.permission, ':')) {
      throw std::logic_error(fmt::format("the permission of {} {} is not resource:action", method, path));
    }
    auto route = std::make_unique<Route>();
    route->policy = policy;
    route->segments = segments_of(path);
    route->handler = std::move(handler);
    state_->routes.push_back(std::move(route));
    return;
  }
  throw std::logic_error(fmt::format("no policy says who may call {} {}", method, path));
}

void Router::seal() {
  for (const RoutePolicy& policy : state_->policy.routes) {
    const bool is_served = std::ranges::any_of(state_->routes, [&](const auto& route) {
      return route->policy.method == policy.method && route->policy.path == policy.path;
    });
    if (!is_served) {
      throw std::logic_error(
          fmt::format("a policy speaks of {} {}, which is not served", policy.method, policy.path));
    }
  }
}

Awaitable<> Router::serve(http::Exchange& exchange) {
  std::string allow;
  auto found = state_->find(exchange.request, allow);
  const auto caller = identity::role_of(exchange.peer);
  if (!found) {
    exchange.response = http::problem_response(found.error());
    if (!allow.empty()) exchange.response.headers.add("Allow", allow);
    co_return;
  }
  Route& route = *found->first;
  exchange.route = route.policy.path;
  if (!caller || !contains(route.policy.callers, *caller)) {
    exchange.response =
        http::problem_response(Error(ErrorKind::forbidden, "caller_not_allowed",
                                     "this role's certificate may not call this route", Origin::client));
    co_return;
  }
  std::string token = bearer_of(exchange.request.headers.get("Authorization"));
  const bool had_token = !token.empty();
  auto access = co_await state_->admit(route, *caller, std::move(token));
  if (!access) {
    if (http::status_of(access.error().kind) >= 500) {
      log::warn("authorization-unavailable", "a token could not be judged", {log::field(access.error())});
      exchange.response = http::problem_response(access.error());
    } else {
      exchange.response = refusal_of(route.policy, access.error(), had_token);
    }
    co_return;
  }
  Call call{exchange, std::move(*access), *caller, std::move(found->second)};
  auto response = co_await route.handler(call);
  if (response) {
    exchange.response = std::move(*response);
    co_return;
  }
  if (http::status_of(response.error().kind) >= 500) {
    log::error("request-failed", "a request failed",
               {log::field(response.error()), log::field(exchange.trace),
                log::field("http.route", route.policy.path)});
  }
  exchange.response = http::problem_response(response.error());
}

void Router::finish(const http::Exchange& exchange, std::chrono::nanoseconds took) noexcept {
  log_access(exchange, took);
  if (state_->policy.keeps_spans && !exchange.route.empty()) keep_span(exchange, took);
  for (const auto& route : state_->routes) {
    // The label set is bounded by the policy table times the statuses.
    if (route->policy.path != exchange.route || !fits(*route, exchange.request)) continue;
    auto& duration = route->durations[exchange.response.status];
    if (duration == nullptr) {
      duration = &state_->metrics.histogram(
          "http_server_request_duration_seconds", "Duration of HTTP server requests.",
          {{"http_request_method", std::string(route->policy.method)},
           {"http_route", std::string(route->policy.path)},
           {"http_response_status_code", std::to_string(exchange.response.status)}});
    }
    duration->observe(took, exchange.trace);
    return;
  }
  state_->metrics
      .histogram("http_server_request_duration_seconds", "Duration of HTTP server requests.",
                 {{"http_request_method", "_OTHER"},
                  {"http_route", ""},
                  {"http_response_status_code", std::to_string(exchange.response.status)}})
      .observe(took, exchange.trace);
}

}  // namespace gatehouse::service
