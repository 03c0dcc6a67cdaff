#include "gateway/admin/endpoint_table.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/text.hpp"

namespace gatehouse::gateway::admin {
namespace {

// A trailing slash does not count; a malformed escape gives nothing.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return segments;
  if (!path.starts_with('/')) return std::nullopt;
  for (const std::string_view part : core::split(path.substr(1), '/')) {
    auto decoded = core::percent_decode(part);
    if (!decoded) return std::nullopt;
    segments.push_back(std::move(*decoded));
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

std::optional<Captures> match(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  Captures captures;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i])) {
      captures.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return std::nullopt;
    }
  }
  return captures;
}

Answer options(const Endpoint& endpoint) {
  std::set<std::string> methods{"OPTIONS"};
  for (const auto& [method, serve] : endpoint.methods) {
    methods.insert(method);
    if (method == "GET") methods.insert("HEAD");
  }
  const std::string allowed = fmt::format("{}", fmt::join(methods, ", "));
  return {.status = 204,
          .headers = {{"Allow", allowed},
                      {"Access-Control-Allow-Methods", allowed},
                      {"Access-Control-Allow-Headers", "Content-Type"}}};
}

}  // namespace

EndpointTable::EndpointTable() {
  add({{.pattern = "/endpoints",
        .methods = {{"GET", [this](const Call&, const Captures&) { return ok(listing()); }}}}});
}

void EndpointTable::add(std::vector<Endpoint> endpoints) {
  for (Endpoint& endpoint : endpoints) {
    auto segments = segments_of(endpoint.pattern);
    entries_.push_back({.segments = segments.value_or(Captures{}), .endpoint = std::move(endpoint)});
  }
}

json::object EndpointTable::listing() const {
  std::set<std::string> patterns;
  for (const Entry& entry : entries_) patterns.insert(entry.endpoint.pattern);
  return {{"data", json::value_from(patterns)}};
}

Outcome<Answer> EndpointTable::serve(const Call& call) const {
  const auto path = segments_of(call.path);
  if (!path) return std::unexpected(store::not_found());
  const std::string_view method = call.method == "HEAD" ? "GET" : std::string_view(call.method);
  for (const Entry& entry : entries_) {
    const auto captures = match(entry.segments, *path);
    if (!captures) continue;
    if (method == "OPTIONS") return options(entry.endpoint);
    const auto found =
        std::ranges::find(entry.endpoint.methods, method, &std::pair<std::string, Serve>::first);
    if (found == entry.endpoint.methods.end()) return std::unexpected(store::method_not_allowed());
    return found->second(call, *captures);
  }
  return std::unexpected(store::not_found());
}

Answer EndpointTable::answer(const Call& call) const {
  auto outcome = serve(call);
  Answer answer = outcome ? std::move(*outcome)
                          : Answer{.status = outcome.error().status, .body = std::move(outcome.error().body)};
  if (!outcome && outcome.error().cause) answer.cause = outcome.error().cause;
  answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
  return answer;
}

}  // namespace gatehouse::gateway::admin
