// A waiting device as a row of table `single_use`, the same in every engine: by the hash of its user code.
#pragma once

#include <string>
#include <string_view>

#include "auth_server/sessions/device_grant.hpp"
#include "core/result.hpp"

namespace gatehouse::auth_server {

inline constexpr std::string_view kDeviceType = "device";

// The column `content`: the record as JSON.
[[nodiscard]] std::string content_of(const DeviceGrant&);
// Without what has columns of its own: when it expires, when it was spent. internal `bad_device_row`.
[[nodiscard]] Result<DeviceGrant> device_of(std::string_view content);

}  // namespace gatehouse::auth_server
