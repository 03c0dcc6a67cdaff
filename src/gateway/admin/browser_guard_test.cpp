#include "gateway/admin/browser_guard.hpp"

#include <gtest/gtest.h>

namespace gatehouse::gateway::admin {
namespace {

TEST(BrowserGuard, LetsOnlyKnownPlacesIn) {
  struct Case {
    const char* host;
    const char* origin;  // "": none
    bool is_trusted;
  };
  const Case cases[] = {
      {"localhost:8001", "", true},
      {"LOCALHOST", "", true},
      {"127.0.0.1:8001", "", true},
      {"[::1]:8001", "", true},
      {"localhost:8001", "http://localhost:8002", true},
      {"localhost:8001", "http://[::1]:8002", true},
      {"localhost:8001", "https://evil.example", false},
      {"localhost:8001", "https://localhost.evil.example", false},
      {"localhost:8001", "null", false},
      {"rebound.evil.example:8001", "", false},
      {"", "", false},
      {"[", "", false},
      {"[::1", "", false},
  };
  for (const auto& [host, origin, is_trusted] : cases) {
    http::Headers headers;
    headers.add("Host", host);
    if (*origin != '\0') headers.add("Origin", origin);
    EXPECT_EQ(is_from_trusted_place(headers, {"localhost"}), is_trusted) << host << " " << origin;
  }
}

}  // namespace
}  // namespace gatehouse::gateway::admin
