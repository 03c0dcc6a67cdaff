// A request to the Admin API and its answer, apart from sockets: what the endpoints see and give.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "gateway/store/refusal.hpp"

namespace gatehouse::gateway::admin {

using store::Outcome;
using store::Refusal;

struct Call {
  std::string method;
  std::string path;                        // as sent
  std::string query;                       // as sent, without '?'
  std::vector<std::string> content_types;  // of every Content-Type header
  std::string body;
};

struct Answer {
  unsigned status = 200;
  std::optional<json::value> body = std::nullopt;
  std::string text = {};  // instead of a JSON body
  std::string content_type = "application/json; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<Error> cause = std::nullopt;  // of a 500, for the log
};

[[nodiscard]] inline Answer ok(json::value body) {
  return {.status = 200, .body = std::move(body)};
}
[[nodiscard]] inline Answer created(json::value body) {
  return {.status = 201, .body = std::move(body)};
}
[[nodiscard]] inline Answer no_content() {
  return {.status = 204};
}

// The path parameters of an endpoint, decoded, in order.
using Captures = std::vector<std::string>;
using Serve = std::function<Outcome<Answer>(const Call&, const Captures&)>;

// "/services/{services}/routes" and what it does for each method; HEAD and OPTIONS follow from these.
struct Endpoint {
  std::string pattern;
  std::vector<std::pair<std::string, Serve>> methods;
};

}  // namespace gatehouse::gateway::admin
