#include "demo/narrator.hpp"

#include <gtest/gtest.h>

#include "demo/user_agent.hpp"

namespace gatehouse::demo {
namespace {

constexpr std::string_view kToken = "eyJhbGciOiJFUzI1NiJ9.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl";

TEST(Narrator, NeverShowsASecretWhole) {
  const std::string token(kToken);
  const std::vector<http::Request> requests{
      get("/orders", token),
      get("/logout?id_token_hint=" + token),
      post_form("/token", {{"refresh_token", token}, {"code", token}, {"code_verifier", token}}),
      post_form("/login", {{"username", "alice"}, {"password", token}}),
  };
  for (const http::Request& request : requests) {
    EXPECT_EQ(request_text(request).find("c2VjcmV0"), std::string::npos) << request_text(request);
  }
  http::Reply reply{.status = 200, .headers = {}, .content = R"({"access_token":")" + token + R"("})"};
  reply.headers.add("Content-Type", "application/json");
  reply.headers.add("Location", "http://127.0.0.1/callback?code=" + token);
  for (const std::vector<std::string>& members : {std::vector<std::string>{}, {"access_token"}}) {
    EXPECT_EQ(reply_text(reply, members).find("c2VjcmV0"), std::string::npos) << reply_text(reply, members);
  }
}

TEST(Narrator, ShowsTheChosenMembersAndShortensLists) {
  http::Reply reply{.status = 200, .headers = {}, .content = R"({"data":[1,2,3,4,5],"total":7,"x":1})"};
  reply.headers.add("Content-Type", "application/json");
  EXPECT_EQ(reply_text(reply, {"total"}), "200 OK\n{\"total\":7}");
  EXPECT_EQ(reply_text(reply, {"data"}), "200 OK\n{\"data\":[1,2,3,\"… 2 more\"]}");
  EXPECT_EQ(reply_text(reply, {"absent"}), "200 OK\n{\"data\":[1,2,3,\"… 2 more\"],\"total\":7,\"x\":1}");
}

}  // namespace
}  // namespace gatehouse::demo
