// What the provider needs of the store of devices that wait. As with GrantStore each verb is one transaction
// around a pure rule, so that of two who come at once, at one instance or at two, only one can win.
//
// A store on a server gives up at the deadline: `timeout`. The embedded one does not wait.
#pragma once

#include <optional>
#include <string>

#include "auth_server/sessions/device_grant.hpp"
#include "core/result.hpp"
#include "runtime/awaitable.hpp"
#include "runtime/deadline.hpp"

namespace gatehouse::auth_server {

// User codes in the form of normal_user_code().
class DeviceStore {
 public:
  virtual ~DeviceStore() = default;

  // False if another one that has not been swept away has the code.
  [[nodiscard]] virtual Awaitable<Result<bool>> put(std::string user_code, DeviceGrant grant,
                                                    Deadline deadline = Deadline::never()) = 0;
  // Looks without touching.
  [[nodiscard]] virtual Awaitable<Result<std::optional<DeviceGrant>>> find(
      std::string realm, std::string user_code, Deadline deadline = Deadline::never()) = 0;
  // False if there is none to be answered any more.
  [[nodiscard]] virtual Awaitable<Result<bool>> answer(std::string realm, std::string user_code,
                                                       DeviceAnswer answer, core::SystemTime now,
                                                       Deadline deadline = Deadline::never()) = 0;
  [[nodiscard]] virtual Awaitable<Result<DeviceOutcome>> poll(std::string realm, std::string user_code,
                                                              DevicePoll polling, Lifetimes lifetimes,
                                                              core::SystemTime now,
                                                              Deadline deadline = Deadline::never()) = 0;
  // Deletes those that expired before; how many.
  [[nodiscard]] virtual Awaitable<Result<std::int64_t>> sweep(core::SystemTime before) = 0;
};

}  // namespace gatehouse::auth_server
