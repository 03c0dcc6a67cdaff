// For tests: sends requests into a Router without sockets, as a peer with a given certificate role.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "service/router.hpp"

namespace gatehouse::service::testing {

struct TestReply {
  unsigned status = 0;
  http::Headers headers;
  std::string content;
  bool is_dropped = false;  // on a socket, the connection would have closed without an answer
  [[nodiscard]] json::value json() const { return json::parse(content); }
};

struct TestRequest {
  std::string method = "GET";
  std::string target = "/";
  std::string caller = "gateway";  // role of the client certificate; empty: none
  std::string bearer;              // token text; empty: no Authorization header
  std::string content;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Runs one exchange on `io` to its end.
[[nodiscard]] TestReply send(boost::asio::io_context& io, http::Handler& handler, TestRequest request);

// Which statuses openapi/<name>.yaml documents for each route, such as "GET /orders/{id}". Reads the layout
// that those files have (paths at two spaces, methods at four, statuses at eight), not YAML at large.
[[nodiscard]] std::map<std::string, std::set<unsigned>> documented_statuses(std::string_view name);

// A VerifyBearer that knows tokens of the form "<subject>:<role>,<role>", e.g. "alice:customer".
[[nodiscard]] VerifyBearer fake_bearer();

}  // namespace gatehouse::service::testing
