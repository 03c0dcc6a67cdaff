#include "demo/html_form.hpp"

#include <gtest/gtest.h>

namespace gatehouse::demo {
namespace {

TEST(HtmlForm, SaysWhereItGoesAndWhatItSendsByItself) {
  const auto form = first_form(
      "<p>Sign in</p><form method=\"post\" action=\"/login?a=1&amp;b=%20\">"
      "<input type=\"hidden\" name=\"flow\" value=\"&quot;x&quot;\"><input name=\"username\" type=\"text\">"
      "<input id=\"p\" name=\"password\" type=\"password\" required>"
      "<button type=\"submit\" name=\"login\" value=\"Sign In\">Sign In</button></form>"
      "<input name=\"elsewhere\">");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->action, "/login?a=1&b=%20");
  EXPECT_EQ(form->hidden, (core::FormPairs{{"flow", "\"x\""}, {"login", "Sign In"}}));
  EXPECT_EQ(form->inputs, (std::vector<std::string>{"username", "password"}));
}

TEST(HtmlForm, APageWithoutOneGivesNothing) {
  for (const auto* page : {"", "<p>Sorry</p>", "<formula action=\"/x\">", "<form"}) {
    EXPECT_FALSE(first_form(page).has_value()) << page;
  }
}

}  // namespace
}  // namespace gatehouse::demo
