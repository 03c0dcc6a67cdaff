// See postgres_device_store.hpp. The transactions are free functions, which may run more than once: they
// change nothing but the database.
#include "auth_server/adapters/postgres_device_store.hpp"

#include <fmt/format.h>

#include "auth_server/adapters/device_row.hpp"
#include "auth_server/adapters/postgres_rows.hpp"
#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

namespace rows = postgres_rows;
using storage::postgres::Batch;
using storage::postgres::Bytes;
using storage::postgres::Repeatable;
using storage::postgres::Rows;
using storage::postgres::Transaction;

namespace {

constexpr std::string_view kDevice =
    "SELECT content, expires_at, spent_at FROM single_use WHERE realm = $1 AND type = $2 AND key_hash = $3";

struct DeviceName {
  std::string realm;
  std::string hash;  // of the user code
};

Result<std::optional<DeviceGrant>> read_device(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  auto grant = device_of(rows.view(0, 0));
  if (!grant) return fail(grant);
  grant->expires_at = rows.time(0, 1);
  if (!rows.is_null(0, 2)) grant->spent_at = rows.time(0, 2);
  return *std::move(grant);
}

Awaitable<Result<std::optional<DeviceGrant>>> lock_device(Transaction& transaction, const DeviceName& name) {
  static const std::string sql = fmt::format("{} FOR NO KEY UPDATE", kDevice);
  Batch batch;
  batch.add(sql, name.realm, kDeviceType, Bytes{name.hash});
  const auto found = co_await transaction.run(std::move(batch));
  if (!found) co_return fail(found);
  co_return read_device(found->front());
}

void add_saved(Batch& batch, const DeviceName& name, const DeviceGrant& grant) {
  batch.add(
      "UPDATE single_use SET content = $4, spent_at = $5 WHERE realm = $1 AND type = $2 AND key_hash = $3",
      name.realm, kDeviceType, Bytes{name.hash}, content_of(grant), grant.spent_at);
}

struct AnswerRequest {
  DeviceName name;
  DeviceAnswer answer;
  core::SystemTime now;
};

Awaitable<Result<bool>> answer_now(Transaction& transaction, const AnswerRequest& request) {
  const auto grant = co_await lock_device(transaction, request.name);
  if (!grant) co_return fail(grant);
  if (!*grant) co_return false;
  const auto changed = answered(**grant, request.answer, request.now);
  if (!changed) co_return false;
  Batch batch;
  add_saved(batch, request.name, *changed);
  const auto saved = co_await transaction.run(std::move(batch));
  if (!saved) co_return fail(saved);
  co_return true;
}

struct PollRequest {
  DeviceName name;
  DevicePoll polling;
  Lifetimes lifetimes;
  core::SystemTime now;
};

Awaitable<Result<DeviceOutcome>> poll_now(Transaction& transaction, const PollRequest& request) {
  const auto grant = co_await lock_device(transaction, request.name);
  if (!grant) co_return fail(grant);
  if (!*grant) co_return DeviceOutcome{};
  Batch lock_session;
  rows::add_locked_session(lock_session, request.name.realm, (*grant)->session_id);
  const auto locked = co_await transaction.run(std::move(lock_session));
  if (!locked) co_return fail(locked);
  const auto session = rows::read_session(locked->front());
  DeviceOutcome outcome =
      auth_server::poll(**grant, session, request.polling, request.lifetimes, request.now);
  if (!outcome.changed) co_return outcome;
  Batch batch;
  add_saved(batch, request.name, *outcome.changed);
  if (outcome.family) {
    rows::add_new_family(batch, *outcome.family);
    rows::add_seen(batch, request.name.realm, outcome.session->id, request.now);
  }
  const auto kept = co_await transaction.run(std::move(batch));
  if (!kept) co_return fail(kept);
  co_return outcome;
}

}  // namespace

// An answer that was lost on the way is asked for again and says no: the caller takes another code.
Awaitable<Result<bool>> PostgresDeviceStore::put(std::string user_code, DeviceGrant grant,
                                                 Deadline deadline) {
  const std::string hash = crypto::sha256(user_code);
  Batch batch;
  batch.add(
      "INSERT INTO single_use (realm, type, key_hash, content, expires_at) VALUES ($1, $2, $3, $4, $5) "
      "ON CONFLICT DO NOTHING",
      grant.realm, kDeviceType, Bytes{hash}, content_of(grant), grant.expires_at);
  const auto added = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!added) co_return fail(added);
  co_return added->front().affected() == 1;
}

Awaitable<Result<std::optional<DeviceGrant>>> PostgresDeviceStore::find(std::string realm,
                                                                        std::string user_code,
                                                                        Deadline deadline) {
  const std::string hash = crypto::sha256(user_code);
  Batch batch;
  batch.add(kDevice, realm, kDeviceType, Bytes{hash});
  const auto found = co_await database_.run(std::move(batch), Repeatable::yes, deadline);
  if (!found) co_return fail(found);
  co_return read_device(found->front());
}

Awaitable<Result<bool>> PostgresDeviceStore::answer(std::string realm, std::string user_code,
                                                    DeviceAnswer answer, core::SystemTime now,
                                                    Deadline deadline) {
  const AnswerRequest request{{std::move(realm), crypto::sha256(user_code)}, std::move(answer), now};
  const auto work = [&](Transaction& transaction) { return answer_now(transaction, request); };
  co_return co_await database_.transaction(work, deadline);
}

Awaitable<Result<DeviceOutcome>> PostgresDeviceStore::poll(std::string realm, std::string user_code,
                                                           DevicePoll polling, Lifetimes lifetimes,
                                                           core::SystemTime now, Deadline deadline) {
  const PollRequest request{
      {std::move(realm), crypto::sha256(user_code)}, std::move(polling), lifetimes, now};
  const auto work = [&](Transaction& transaction) { return poll_now(transaction, request); };
  co_return co_await database_.transaction(work, deadline);
}

Awaitable<Result<std::int64_t>> PostgresDeviceStore::sweep(core::SystemTime before) {
  Batch batch;
  batch.add("DELETE FROM single_use WHERE type = $1 AND expires_at < $2", kDeviceType, before);
  const auto swept = co_await database_.run(std::move(batch), Repeatable::yes);
  if (!swept) co_return fail(swept);
  co_return swept->front().affected();
}

}  // namespace gatehouse::auth_server
