#include "auth_server/adapters/sqlite_device_store.hpp"

#include "auth_server/adapters/device_row.hpp"
#include "auth_server/adapters/sqlite_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = sqlite_rows;
using storage::sqlite::Blob;
using storage::sqlite::Connection;
using storage::sqlite::Row;

namespace {

struct DeviceName {
  std::string realm;
  std::string hash;  // of the user code
};

Result<DeviceGrant> device_in(const Row& row) {
  auto grant = device_of(row.text(0));
  if (!grant) return grant;
  grant->expires_at = row.time(1);
  grant->spent_at = row.maybe_time(2);
  return grant;
}

Result<std::optional<DeviceGrant>> find_row(Connection& connection, const DeviceName& name) {
  return connection.one(
      "SELECT content, expires_at, spent_at FROM single_use WHERE realm = ? AND type = ? AND key_hash = ?",
      device_in, name.realm, kDeviceType, Blob{name.hash});
}

Result<void> save_row(Connection& connection, const DeviceName& name, const DeviceGrant& grant) {
  const auto saved = connection.run(
      "UPDATE single_use SET content = ?, spent_at = ? WHERE realm = ? AND type = ? AND key_hash = ?",
      content_of(grant), grant.spent_at, name.realm, kDeviceType, Blob{name.hash});
  if (!saved) return fail(saved);
  return {};
}

Result<bool> answer_row(Connection& connection, const DeviceName& name, const DeviceAnswer& answer,
                        core::SystemTime now) {
  const auto grant = find_row(connection, name);
  if (!grant) return fail(grant);
  if (!*grant) return false;
  const auto changed = answered(**grant, answer, now);
  if (!changed) return false;
  if (const auto saved = save_row(connection, name, *changed); !saved) return fail(saved);
  return true;
}

Result<DeviceOutcome> poll_row(Connection& connection, const DeviceName& name, const DevicePoll& polling,
                               const Lifetimes& lifetimes, core::SystemTime now) {
  const auto grant = find_row(connection, name);
  if (!grant) return fail(grant);
  if (!*grant) return DeviceOutcome{};
  const auto session = rows::find_session(connection, name.realm, (*grant)->session_id);
  if (!session) return fail(session);
  DeviceOutcome outcome = auth_server::poll(**grant, *session, polling, lifetimes, now);
  if (!outcome.changed) return outcome;
  if (const auto saved = save_row(connection, name, *outcome.changed); !saved) return fail(saved);
  if (!outcome.family) return outcome;
  if (const auto added = rows::insert_family(connection, *outcome.family); !added) return fail(added);
  if (const auto seen = rows::mark_seen(connection, name.realm, outcome.session->id, now); !seen)
    return fail(seen);
  return outcome;
}

}  // namespace

Awaitable<Result<bool>> SqliteDeviceStore::put(std::string user_code, DeviceGrant grant, Deadline) {
  auto work = [hash = crypto::sha256(user_code),
               grant = std::move(grant)](Connection& connection) -> Result<bool> {
    const auto added = connection.run(
        "INSERT INTO single_use (realm, type, key_hash, content, expires_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        grant.realm, kDeviceType, Blob{hash}, content_of(grant), grant.expires_at);
    if (!added) return fail(added);
    return *added == 1;
  };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::optional<DeviceGrant>>> SqliteDeviceStore::find(std::string realm,
                                                                      std::string user_code, Deadline) {
  auto work = [name = DeviceName{std::move(realm), crypto::sha256(user_code)}](Connection& connection) {
    return find_row(connection, name);
  };
  co_return co_await database_.read(std::move(work));
}

Awaitable<Result<bool>> SqliteDeviceStore::answer(std::string realm, std::string user_code,
                                                  DeviceAnswer answer, core::SystemTime now, Deadline) {
  auto work = [name = DeviceName{std::move(realm), crypto::sha256(user_code)}, answer = std::move(answer),
               now](Connection& connection) { return answer_row(connection, name, answer, now); };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<DeviceOutcome>> SqliteDeviceStore::poll(std::string realm, std::string user_code,
                                                         DevicePoll polling, Lifetimes lifetimes,
                                                         core::SystemTime now, Deadline) {
  auto work = [name = DeviceName{std::move(realm), crypto::sha256(user_code)}, polling = std::move(polling),
               lifetimes,
               now](Connection& connection) { return poll_row(connection, name, polling, lifetimes, now); };
  co_return co_await database_.write(std::move(work));
}

Awaitable<Result<std::int64_t>> SqliteDeviceStore::sweep(core::SystemTime before) {
  auto work = [before](Connection& connection) {
    return connection.run("DELETE FROM single_use WHERE type = ? AND expires_at < ?", kDeviceType, before);
  };
  co_return co_await database_.write(std::move(work));
}

}  // namespace gatehouse::auth_server
