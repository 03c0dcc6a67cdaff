#include "auth_server/pages/pages.hpp"

#include <algorithm>
#include <iterator>

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

std::string way_to(std::string_view question, std::string_view link, std::string_view answer) {
  if (link.empty()) return {};
  return fmt::format("<p class=\"other\">{} <a href=\"{}\">{}</a></p>\n", question, escape_html(link),
                     answer);
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
      "<button type=\"submit\" name=\"login\" value=\"Sign In\">Sign In</button>\n</form>\n{}";
  const std::string_view invalid =
      login.alert.empty() ? "" : " aria-invalid=\"true\" aria-describedby=\"alert\"";
  const std::string_view focus = " autofocus";
  const bool has_name = !login.username.empty();
  const std::string content = fmt::format(
      form, escape_html(login.client_name), escape_html(login.realm_name), alert_of(login.alert),
      escape_html(login.action), escape_html(login.username), has_name ? "" : focus, invalid,
      has_name ? focus : "", invalid, way_to("New here?", login.registration_link, "Create an account"));
  return page(login.status, "Sign in to " + login.realm_name, content, login.redirect_source);
}

namespace {

struct Input {
  std::string_view name;  // as Keycloak's form has it
  std::string_view label;
  std::string_view attributes;
  FormField RegistrationPage::* field;
};

constexpr Input kRegistrationInputs[] = {
    {"username", "Username",
     R"(type="text" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="128")",
     &RegistrationPage::username},
    {"email", "Email", R"(type="email" autocomplete="email" maxlength="254")", &RegistrationPage::email},
    {"firstName", "First name", R"(type="text" autocomplete="given-name" maxlength="200")",
     &RegistrationPage::first_name},
    {"lastName", "Last name", R"(type="text" autocomplete="family-name" maxlength="200")",
     &RegistrationPage::last_name},
    {"password", "Password", R"(type="password" autocomplete="new-password" maxlength="256")",
     &RegistrationPage::password},
    {"password-confirm", "Confirm password", R"(type="password" autocomplete="new-password" maxlength="256")",
     &RegistrationPage::password_again},
};

std::string field_of(const Input& input, const FormField& field, bool has_focus) {
  const std::string value = field.value.empty() ? "" : fmt::format(" value=\"{}\"", escape_html(field.value));
  const std::string_view focus = has_focus ? " autofocus" : "";
  if (field.error.empty())
    return fmt::format("<label for=\"{0}\">{1}</label>\n<input id=\"{0}\" name=\"{0}\" {2}{3} required{4}>\n",
                       input.name, input.label, input.attributes, value, focus);
  return fmt::format(
      "<label for=\"{0}\">{1}</label>\n<p class=\"error\" id=\"{0}-error\">{5}</p>\n"
      "<input id=\"{0}\" name=\"{0}\" {2}{3} required{4} aria-invalid=\"true\" "
      "aria-describedby=\"{0}-error\">\n",
      input.name, input.label, input.attributes, value, focus, escape_html(field.error));
}

// The first field that is wrong, or else the first that is empty.
const Input* input_to_begin_with(const RegistrationPage& registration) {
  const auto is_wrong = [&](const Input& input) { return !(registration.*input.field).error.empty(); };
  const auto is_empty = [&](const Input& input) { return (registration.*input.field).value.empty(); };
  const Input* const wrong = std::ranges::find_if(kRegistrationInputs, is_wrong);
  return wrong != std::end(kRegistrationInputs) ? wrong : std::ranges::find_if(kRegistrationInputs, is_empty);
}

}  // namespace

http::Response registration_page(const RegistrationPage& registration) {
  constexpr std::string_view form =
      "<h1>Create an account</h1>\n<p class=\"where\">at {}, to go on to {}</p>\n{}"
      "<form method=\"post\" action=\"{}\">\n{}"
      "<button type=\"submit\" name=\"register\" value=\"Register\">Create account</button>\n</form>\n{}";
  const Input* const begin = input_to_begin_with(registration);
  std::string fields;
  for (const Input& input : kRegistrationInputs)
    fields += field_of(input, registration.*input.field, &input == begin);
  const std::string content =
      fmt::format(form, escape_html(registration.realm_name), escape_html(registration.client_name),
                  alert_of(registration.alert), escape_html(registration.action), fields,
                  way_to("Have an account already?", registration.login_link, "Sign in"));
  return page(registration.status, "Create an account at " + registration.realm_name, content,
              registration.redirect_source);
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
