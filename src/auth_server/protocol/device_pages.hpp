// Where a person lets a device in (RFC 8628 section 3.3): the code, the login if there is none yet, and the
// question. The code is never taken from a link without being shown, and nothing is approved without a click:
// a link from a stranger must not connect the stranger's device (RFC 8628 section 5.4).
#pragma once

#include "auth_server/protocol/browser.hpp"

namespace gatehouse::auth_server {

// GET /realms/{realm}/device, perhaps with ?user_code=WDJB-MJHT
[[nodiscard]] Awaitable<Result<http::Response>> serve_device(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_device_code(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_device_login(OpenIdProvider&, service::Call&);
[[nodiscard]] Awaitable<Result<http::Response>> serve_device_answer(OpenIdProvider&, service::Call&);

}  // namespace gatehouse::auth_server
