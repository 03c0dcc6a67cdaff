// What the endpoints that a browser visits have in common: the session behind the cookie, the flow cookie
// that binds forms to a browser, and the way back to the client.
#pragma once

#include <optional>
#include <string>

#include "auth_server/protocol/authorize_request.hpp"
#include "auth_server/protocol/flow_token.hpp"
#include "auth_server/protocol/provider.hpp"

namespace gatehouse::auth_server {

// The parameter of a form's action that carries its flow token.
inline constexpr std::string_view kFlowParameter = "flow";

// A page for what went wrong: 404 for the realm, 503 while something is away.
[[nodiscard]] http::Response error_page(const Error&);
[[nodiscard]] http::Response error_page(const PageError&);

// The session of the browser's cookie, if it is live. Does not look at the person.
[[nodiscard]] Awaitable<Result<std::optional<Session>>> find_session(const RealmCall&);

// The browser's flow cookie; a fresh one, set on the response, if it has none.
[[nodiscard]] std::string flow_cookie(const RealmCall&, http::Response&);
// "<path>?<parameters>&flow=<token>"
[[nodiscard]] std::string form_action(const RealmCall&, std::string_view path, Flow flow);

// What came back with a form: the parameters it was made for, and whether it is this browser's.
struct ReturnedForm {
  Parameters parameters;  // of the query, without the flow token
  FlowCheck check = FlowCheck::forged;
};
[[nodiscard]] Result<ReturnedForm> read_returned_form(const RealmCall&, std::string_view form_name);

// The parameters of an authorization or logout request: the query of a GET, the form of a POST.
[[nodiscard]] Awaitable<Result<Parameters>> read_browser_request(const RealmCall&);

// Where read_authorize_request() found no request: the page or the redirect that says so.
[[nodiscard]] std::optional<http::Response> refusal_of(const AuthorizeOutcome&, unsigned redirect_status,
                                                       const Realm&);
// Sends the browser back with an error.
[[nodiscard]] http::Response send_back(unsigned status, const RedirectError&, const Realm&);
// Stores a code for the session and sends the browser back with it.
[[nodiscard]] Awaitable<Result<http::Response>> send_back_with_code(const RealmCall&, unsigned status,
                                                                    const AuthorizeRequest&, const Session&);

}  // namespace gatehouse::auth_server
