// From a name and a password in a form to a session in the browser: what every page does that lets people in.
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

inline constexpr std::size_t kUsernameBytesMax = 254;
// One text for a wrong password, an unknown, a locked and a disabled person: none can be told from another.
inline constexpr std::string_view kWrongCredentials = "Invalid username or password.";

// The fields `username` and `password` of the form. `unauthenticated`/"invalid_credentials", which is
// counted.
[[nodiscard]] Awaitable<Result<Person>> verify_credentials(const RealmCall&, const Parameters& form);

struct OpenedSession {
  Session session;
  std::string cookie;  // for kSessionCookie
};

// The cookie is always a new one, so that a cookie planted before the login is worth nothing after it. The
// same person keeps the session and thereby the single sign-on; another person's session in this browser
// ends.
[[nodiscard]] Awaitable<Result<OpenedSession>> open_session(const RealmCall&, std::string person_id);

// The end of a login page and of a registration: the session is opened, and its cookie goes to the client
// together with a code.
[[nodiscard]] Awaitable<Result<http::Response>> let_in(const RealmCall&, const AuthorizeRequest&,
                                                       std::string person_id);

void note_login(const RealmCall&, const Client&, const Session&);

}  // namespace gatehouse::auth_server
