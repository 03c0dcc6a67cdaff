#include "auth_server/protocol/flow_token.hpp"

#include <gtest/gtest.h>

namespace gatehouse::auth_server {
namespace {

using std::chrono::seconds;
const core::SystemTime kNow{seconds{1'800'000'000}};
constexpr seconds kLifetime{1800};
const Secret kKey{std::string(32, 'k')};

Flow login_flow() {
  return {"login", "test", "cookie-of-this-browser", "client_id=shop&state=1"};
}

TEST(FlowToken, holds_for_its_form_browser_and_request_only) {
  const std::string token = make_flow_token(kKey, login_flow(), kNow);
  EXPECT_EQ(check_flow_token(kKey, login_flow(), token, kLifetime, kNow), FlowCheck::good);

  Flow other = login_flow();
  other.form = "logout";
  EXPECT_EQ(check_flow_token(kKey, other, token, kLifetime, kNow), FlowCheck::forged);
  other = login_flow();
  other.realm = "another";
  EXPECT_EQ(check_flow_token(kKey, other, token, kLifetime, kNow), FlowCheck::forged);
  other = login_flow();
  other.cookie = "cookie-of-another-browser";
  EXPECT_EQ(check_flow_token(kKey, other, token, kLifetime, kNow), FlowCheck::forged);
  other = login_flow();
  other.parameters += "&redirect_uri=https://evil.test";
  EXPECT_EQ(check_flow_token(kKey, other, token, kLifetime, kNow), FlowCheck::forged);
  EXPECT_EQ(check_flow_token(Secret(std::string(32, 'x')), login_flow(), token, kLifetime, kNow),
            FlowCheck::forged);
}

TEST(FlowToken, ends_with_its_lifetime) {
  const std::string token = make_flow_token(kKey, login_flow(), kNow);
  EXPECT_EQ(check_flow_token(kKey, login_flow(), token, kLifetime, kNow + seconds{1799}), FlowCheck::good);
  EXPECT_EQ(check_flow_token(kKey, login_flow(), token, kLifetime, kNow + seconds{1800}), FlowCheck::expired);
}

TEST(FlowToken, cannot_be_made_younger) {
  const std::string token = make_flow_token(kKey, login_flow(), kNow);
  const std::string younger = "1800009999" + token.substr(token.find('.'));
  EXPECT_EQ(check_flow_token(kKey, login_flow(), younger, kLifetime, kNow), FlowCheck::forged);
}

TEST(FlowToken, needs_a_browser) {
  Flow nobody = login_flow();
  nobody.cookie.clear();
  EXPECT_EQ(check_flow_token(kKey, nobody, make_flow_token(kKey, nobody, kNow), kLifetime, kNow),
            FlowCheck::forged);
  for (const std::string_view bad : {"", ".", "1800000000", "1800000000.", "x.y"}) {
    EXPECT_EQ(check_flow_token(kKey, login_flow(), bad, kLifetime, kNow), FlowCheck::forged) << bad;
  }
}

}  // namespace
}  // namespace gatehouse::auth_server
