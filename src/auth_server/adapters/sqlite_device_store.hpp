// Waiting devices in SQLite, for the instances of one machine.
#pragma once

#include "auth_server/ports/device_store.hpp"
#include "storage/sqlite/async.hpp"

namespace gatehouse::auth_server {

class SqliteDeviceStore final : public DeviceStore {
 public:
  explicit SqliteDeviceStore(storage::sqlite::AsyncDatabase& database) : database_(database) {}

  [[nodiscard]] Awaitable<Result<bool>> put(std::string user_code, DeviceGrant grant,
                                            Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::optional<DeviceGrant>>> find(std::string realm, std::string user_code,
                                                                   Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<bool>> answer(std::string realm, std::string user_code, DeviceAnswer answer,
                                               core::SystemTime now, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<DeviceOutcome>> poll(std::string realm, std::string user_code,
                                                      DevicePoll polling, Lifetimes lifetimes,
                                                      core::SystemTime now, Deadline deadline) override;
  [[nodiscard]] Awaitable<Result<std::int64_t>> sweep(core::SystemTime before) override;

 private:
  storage::sqlite::AsyncDatabase& database_;
};

}  // namespace gatehouse::auth_server
