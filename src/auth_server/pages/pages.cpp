#include "auth_server/pages/pages.hpp"

#include <fmt/format.h>

#include "auth_server/pages/style.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {
namespace {

using core::escape_html;

// The style is allowed by its digest, so that no other style or script can run even if one got into a page.
const std::string& style_source() {
  static const std::string source = fmt::format("'sha256-{}'", core::to_base64(crypto::sha256(kStyle)));
  return source;
}

std::string content_security_policy(std::string_view form_target) {
  return fmt::format(
      "default-src 'none'; style-src {}; base-uri 'none'; frame-ancestors 'none'; form-action 'self'{}{}",
      style_source(), form_target.empty() ? "" : " ", form_target);
}

http::Response page(unsigned status, std::string_view title, std::string_view content,
                    std::string_view form_target) {
  constexpr std::string_view frame =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n";
  http::Response response = http::text_response(status, "text/html; charset=utf-8",
                                                fmt::format(frame, escape_html(title), kStyle, content));
  response.headers.set("Content-Security-Policy", content_security_policy(form_target));
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Robots-Tag", "none");
  return response;
}

std::string alert_of(std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<p class=\"alert\" id=\"alert\" role=\"alert\">{}</p>\n", escape_html(text));
}

}  // namespace

http::Response login_page(const LoginPage& login) {
  constexpr std::string_view form =
      "<h1>Sign in</h1>\n<p class=\"where\">to {} with your {} account</p>\n{}"
      "<form method=\"post\" action=\"{}\">\n"
      "<label for=\"username\">Username or email</label>\n"
      "<input id=\"username\" name=\"username\" type=\"text\" value=\"{}\" autocomplete=\"username\" "
      "autocapitalize=\"none\" spellcheck=\"false\" maxlength=\"254\" required{}{}>\n"
      "<label for=\"password\">Password</label>\n"
      "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" "
      "maxlength=\"256\" required{}{}>\n"
      "<button type=\"submit\" name=\"login\" value=\"Sign In\">Sign In</button>\n</form>\n";
  const std::string_view invalid =
      login.alert.empty() ? "" : " aria-invalid=\"true\" aria-describedby=\"alert\"";
  const std::string_view focus = " autofocus";
  const bool has_name = !login.username.empty();
  const std::string content =
      fmt::format(form, escape_html(login.client_name), escape_html(login.realm_name), alert_of(login.alert),
                  escape_html(login.action), escape_html(login.username), has_name ? "" : focus, invalid,
                  has_name ? focus : "", invalid);
  return page(login.status, "Sign in to " + login.realm_name, content, login.redirect_source);
}

http::Response logout_page(const LogoutPage& logout) {
  constexpr std::string_view form =
      "<h1>Sign out</h1>\n<p>Do you want to sign out of {}?</p>\n"
      "<form method=\"post\" action=\"{}\">\n"
      "<button type=\"submit\" name=\"confirm\" value=\"Sign Out\">Sign Out</button>\n</form>\n";
  return page(200, "Sign out of " + logout.realm_name,
              fmt::format(form, escape_html(logout.realm_name), escape_html(logout.action)),
              logout.redirect_source);
}

http::Response device_code_page(const DeviceCodePage& device) {
  constexpr std::string_view form =
      "<h1>Connect a device</h1>\n<p class=\"where\">with your {} account</p>\n{}"
      "<form method=\"post\" action=\"{}\">\n"
      "<label for=\"user_code\">Code that your device shows</label>\n"
      "<input id=\"user_code\" name=\"user_code\" type=\"text\" value=\"{}\" autocomplete=\"off\" "
      "autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"16\" required autofocus{}>\n"
      "<button type=\"submit\">Continue</button>\n</form>\n";
  const std::string_view invalid =
      device.alert.empty() ? "" : " aria-invalid=\"true\" aria-describedby=\"alert\"";
  const std::string content = fmt::format(form, escape_html(device.realm_name), alert_of(device.alert),
                                          escape_html(device.action), escape_html(device.user_code), invalid);
  return page(device.status, "Connect a device", content, {});
}

http::Response device_consent_page(const DeviceConsentPage& device) {
  constexpr std::string_view form =
      "<h1>Connect {}?</h1>\n<p>It will act with your {} account until you sign out.</p>\n"
      "<p>Only go on if your own device shows this code at this moment: <strong>{}</strong></p>\n"
      "<form method=\"post\" action=\"{}\">\n"
      "<button type=\"submit\" name=\"approve\" value=\"yes\">Connect</button>\n"
      "<button type=\"submit\" name=\"deny\" value=\"yes\" class=\"second\">Refuse</button>\n</form>\n";
  return page(200, "Connect a device",
              fmt::format(form, escape_html(device.client_name), escape_html(device.realm_name),
                          escape_html(device.user_code), escape_html(device.action)),
              {});
}

http::Response message_page(const MessagePage& message) {
  const std::string content =
      fmt::format("<h1>{}</h1>\n<p>{}</p>\n", escape_html(message.title), escape_html(message.message));
  return page(message.status, message.title, content, {});
}

}  // namespace gatehouse::auth_server
