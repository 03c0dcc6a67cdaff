// For tests: sends requests into a Router without sockets, as a peer with a given certificate role.
#pragma once

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

// A VerifyBearer that knows tokens of the form "<subject>:<role>,<role>", e.g. "alice:customer".
[[nodiscard]] VerifyBearer fake_bearer();

}  // namespace gatehouse::service::testing
