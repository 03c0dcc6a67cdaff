// The pages that a person sees. They work without JavaScript and load nothing. Values are escaped here and
// nowhere else: the structs hold plain text.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/message.hpp"

namespace gatehouse::auth_server {

struct LoginPage {
  std::string realm_name;
  std::string client_name;
  std::string action;             // where the form goes
  std::string username;           // filled in beforehand
  std::string alert;              // empty: none
  std::string registration_link;  // empty: nobody can sign up
  std::string redirect_source;    // the only foreign place to which the form may lead, as a CSP source
  unsigned status = 200;
};

struct FormField {
  std::string value;  // filled in beforehand
  std::string error;  // what is wrong with it; empty: nothing
};

struct RegistrationPage {
  std::string realm_name;
  std::string client_name;
  std::string action;
  std::string login_link;
  FormField username;
  FormField email;
  FormField first_name;
  FormField last_name;
  FormField password;  // these two never with a value
  FormField password_again;
  std::string alert;  // empty: none
  std::string redirect_source;
  unsigned status = 200;
};

struct LogoutPage {
  std::string realm_name;
  std::string action;
  std::string redirect_source;
};

struct DeviceCodePage {
  std::string realm_name;
  std::string action;
  std::string user_code;  // filled in beforehand
  std::string alert;      // empty: none
  unsigned status = 200;
};

struct DeviceConsentPage {
  std::string realm_name;
  std::string action;
  std::string client_name;
  std::string user_code;  // as the device shows it
};

struct MessagePage {
  std::string title;
  std::string message;
  unsigned status = 200;
};

[[nodiscard]] http::Response login_page(const LoginPage&);
[[nodiscard]] http::Response registration_page(const RegistrationPage&);
[[nodiscard]] http::Response logout_page(const LogoutPage&);
[[nodiscard]] http::Response device_code_page(const DeviceCodePage&);
// Answers with `approve` or `deny`.
[[nodiscard]] http::Response device_consent_page(const DeviceConsentPage&);
[[nodiscard]] http::Response message_page(const MessagePage&);

}  // namespace gatehouse::auth_server
