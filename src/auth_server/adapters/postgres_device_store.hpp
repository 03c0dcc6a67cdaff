// Waiting devices in PostgreSQL, for instances on any number of machines. A device is locked before the
// session that approved it (postgres_schema.cpp has the order).
#pragma once

#include "auth_server/ports/device_store.hpp"
#include "storage/postgres/database.hpp"

namespace gatehouse::auth_server {

class PostgresDeviceStore final : public DeviceStore {
 public:
  explicit PostgresDeviceStore(storage::postgres::Database& database) : database_(database) {}

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
  storage::postgres::Database& database_;
};

}  // namespace gatehouse::auth_server
