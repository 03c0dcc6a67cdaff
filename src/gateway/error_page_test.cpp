#include "gateway/error_page.hpp"

#include <gtest/gtest.h>

#include "gateway/exchange.hpp"

namespace gatehouse::gateway {
namespace {

class ErrorPage : public testing::Test {
 protected:
  http::Response page(const Error& error, std::string_view accept, std::string_view content_type = {}) {
    net::Peer peer;
    http::Exchange arrived(peer, {}, Deadline::never());
    if (!accept.empty()) arrived.request.headers.add("Accept", accept);
    if (!content_type.empty()) arrived.request.headers.add("Content-Type", content_type);
    const Exchange exchange(arrived, nullptr, clock_);
    return error_page(exchange, error);
  }
  core::ManualClock clock_;
};

TEST_F(ErrorPage, FollowsTheBestTypeOfAccept) {
  const Error none(ErrorKind::not_found, "no_route");
  for (const auto& [accept, type] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"", "application/json; charset=utf-8"},
           {"*/*", "application/json; charset=utf-8"},
           {"image/png", "application/json; charset=utf-8"},
           {"text/html,application/xhtml+xml;q=0.9", "text/html; charset=utf-8"},
           {"text/html;q=0.1, application/xml;q=0.9", "application/xml; charset=utf-8"},
           {"text/plain; q=1, application/json; q=0.5", "text/plain; charset=utf-8"},
           {"text/plain;q=bad, application/json;q=0.2", "application/json; charset=utf-8"},
       }) {
    EXPECT_EQ(page(none, accept).headers.get("Content-Type"), type) << accept;
  }
}

TEST_F(ErrorPage, IsJsonInKongsLayout) {
  const auto response = page(Error(ErrorKind::not_found, "no_route"), "");
  EXPECT_EQ(response.status, 404U);
  EXPECT_TRUE(response.content.starts_with(
      "{\n  \"message\":\"no Route matched with those values\",\n  \"request_id\":\""))
      << response.content;
}

TEST_F(ErrorPage, OfTheProxyItselfFollowsTheRequestsOwnTypeWithoutAccept) {
  const Error timeout(ErrorKind::timeout, "io_timeout");
  EXPECT_EQ(page(timeout, "").headers.get("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(page(timeout, "", "application/json; charset=utf-8").headers.get("Content-Type"),
            "application/json; charset=utf-8");
  EXPECT_EQ(page(timeout, "text/html").headers.get("Content-Type"), "text/html; charset=utf-8");
}

TEST_F(ErrorPage, UsesKongsWords) {
  struct Case {
    Error error;
    unsigned status;
    std::string_view message;
  };
  for (const auto& [error, status, message] : {
           Case{Error(ErrorKind::unavailable, "no_service"), 503, "no Service found with those values"},
           Case{Error(ErrorKind::unavailable, "name_not_found", {}, Origin::upstream), 503,
                "name resolution failed"},
           Case{Error(ErrorKind::unavailable, "no_instance"), 503,
                "failure to get a peer from the ring-balancer"},
           Case{Error(ErrorKind::unavailable, "connect_failed", {}, Origin::upstream), 502,
                "An invalid response was received from the upstream server"},
           Case{Error(ErrorKind::timeout, "io_timeout", {}, Origin::upstream), 504,
                "The upstream server is timing out"},
           Case{Error(ErrorKind::bad_upstream, "bad_head"), 502,
                "An invalid response was received from the upstream server"},
           Case{Error(ErrorKind::invalid, "malformed_path"), 400, "Bad request"},
           Case{Error(ErrorKind::too_large, "body_too_large"), 413, "Payload too large"},
           Case{Error(ErrorKind::method_not_allowed, "trace_refused"), 405, "Method not allowed"},
           Case{Error(ErrorKind::internal, "bug", "secret detail"), 500, "An unexpected error occurred"},
       }) {
    const auto response = page(error, "application/json");
    EXPECT_EQ(response.status, status) << error.reason;
    EXPECT_EQ(json::parse(response.content).at("message").as_string(), message) << error.reason;
    EXPECT_EQ(response.content.find("secret"), std::string::npos);
  }
}

TEST_F(ErrorPage, EscapesMessagesInHtml) {
  net::Peer peer;
  http::Exchange arrived(peer, {}, Deadline::never());
  arrived.request.headers.add("Accept", "text/html");
  const Exchange exchange(arrived, nullptr, clock_);
  EXPECT_EQ(error_response(exchange, 403, "<script>").content.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::gateway
