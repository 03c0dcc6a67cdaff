// POST auth/device: a device without a browser asks to be let in (RFC 8628 sections 3.1 and 3.2), at
// Keycloak's URL.
#pragma once

#include <optional>

#include "auth_server/protocol/form_call.hpp"
#include "auth_server/sessions/device_grant.hpp"

namespace gatehouse::auth_server {

[[nodiscard]] Awaitable<Result<http::Response>> serve_device_authorization(OpenIdProvider&, service::Call&);

// A device code carries the user code, by which its row is found, and what only the device knows.
struct PresentedDevice {
  std::string user_code;  // normal
  DevicePoll polling;
};
[[nodiscard]] std::optional<PresentedDevice> read_device_code(std::string_view code, const Client&);

}  // namespace gatehouse::auth_server
