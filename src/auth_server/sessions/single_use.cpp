#include "auth_server/sessions/single_use.hpp"

#include "crypto/digest.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Blob;
using storage::sqlite::Connection;
using storage::sqlite::Row;

Result<void> put_single_use(Connection& connection, const SingleUseName& name, const std::string& content,
                            core::SystemTime expires_at) {
  const std::string hash = crypto::sha256(name.secret);
  auto added = connection.run(
      "INSERT INTO single_use (realm, type, key_hash, content, expires_at) VALUES (?, ?, ?, ?, ?)",
      name.realm, name.type, Blob{hash}, content, expires_at);
  if (!added) return fail(added);
  return {};
}

Result<std::optional<SingleUse>> find_single_use(Connection& connection, const SingleUseName& name) {
  const std::string hash = crypto::sha256(name.secret);
  const auto read = [](const Row& row) {
    return SingleUse{.content = row.text(0),
                     .expires_at = row.time(1),
                     .spent_at = row.maybe_time(2),
                     .led_to = row.text(3)};
  };
  return connection.one(
      "SELECT content, expires_at, spent_at, led_to FROM single_use WHERE realm = ? AND type = ? AND "
      "key_hash = ?",
      read, name.realm, name.type, Blob{hash});
}

Result<bool> spend_single_use(Connection& connection, const SingleUseName& name, const std::string& led_to,
                              core::SystemTime now) {
  const std::string hash = crypto::sha256(name.secret);
  auto changed = connection.run(
      "UPDATE single_use SET spent_at = ?, led_to = ? "
      "WHERE realm = ? AND type = ? AND key_hash = ? AND spent_at IS NULL",
      now, led_to, name.realm, name.type, Blob{hash});
  if (!changed) return fail(changed);
  return *changed == 1;
}

}  // namespace gatehouse::auth_server
