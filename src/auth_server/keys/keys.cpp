#include "auth_server/keys/keys.hpp"

#include "auth_server/keys/key_rows.hpp"

namespace gatehouse::auth_server {

using storage::sqlite::Connection;

namespace {

std::vector<KeyTimes> times_of(const std::vector<KeyRow>& rows, crypto::Algorithm algorithm) {
  std::vector<KeyTimes> times;
  for (const KeyRow& row : rows) {
    if (row.algorithm == algorithm) times.push_back({row.kid, row.signs_from});
  }
  return times;
}

// Takes the new key in only if it is still due: another instance may have been faster.
Result<void> apply(Connection& connection, const std::string& realm, crypto::Algorithm algorithm,
                   const std::optional<KeyRow>& made, const KeyPolicy& policy, core::SystemTime now) {
  const auto rows = load_keys(connection, realm);
  if (!rows) return fail(rows);
  const KeyPlan plan = plan_keys(times_of(*rows, algorithm), policy, now);
  if (made && plan.make_for) {
    if (auto inserted = insert_key(connection, realm, *made, now); !inserted) return inserted;
  }
  for (const std::string& kid : plan.drop) {
    if (auto deleted = delete_key(connection, realm, kid); !deleted) return deleted;
  }
  return {};
}

Result<std::shared_ptr<const RealmKeys>> unseal_all(const crypto::Envelope& envelope,
                                                    const std::string& realm, const std::vector<KeyRow>& rows,
                                                    Secret secret) {
  std::vector<TimedKey> keys;
  for (const KeyRow& row : rows) {
    auto key = unseal_key(envelope, realm, row);
    if (!key) return fail(key);
    keys.push_back(*std::move(key));
  }
  return std::make_shared<const RealmKeys>(std::move(keys), std::move(secret));
}

}  // namespace

Awaitable<Result<void>> Keys::refresh(std::string realm, core::SystemTime now) {
  auto rows = co_await maintain(realm, now);
  if (!rows) co_return fail(rows);
  auto load_secret = [this, realm, now](Connection& connection) {
    return load_or_make_secret(connection, envelope_, realm, now);
  };
  auto secret = co_await database_.write(std::move(load_secret));
  if (!secret) co_return fail(secret);
  auto unseal = [this, &realm, &rows, &secret] { return unseal_all(envelope_, realm, *rows, *secret); };
  auto keys = co_await pool_.run(std::move(unseal));
  if (!keys) co_return fail(keys);
  in_force_.insert_or_assign(realm, *std::move(keys));
  co_return Result<void>{};
}

Awaitable<Result<std::vector<KeyRow>>> Keys::maintain(std::string realm, core::SystemTime now) {
  auto load = [realm](Connection& connection) { return load_keys(connection, realm); };
  auto rows = co_await database_.read(load);
  if (!rows) co_return fail(rows);
  bool is_changed = false;
  for (const crypto::Algorithm algorithm : kSigningAlgorithms) {
    const KeyPlan plan = plan_keys(times_of(*rows, algorithm), policy_, now);
    if (!plan.make_for && plan.drop.empty()) continue;
    std::optional<KeyRow> made;
    if (plan.make_for) {
      auto key = co_await make(realm, algorithm, *plan.make_for);
      if (!key) co_return fail(key);
      made = *std::move(key);
    }
    auto work = [realm, algorithm, made = std::move(made), policy = policy_, now](Connection& connection) {
      return apply(connection, realm, algorithm, made, policy, now);
    };
    auto applied = co_await database_.write(std::move(work));
    if (!applied) co_return fail(applied);
    is_changed = true;
  }
  if (is_changed) rows = co_await database_.read(std::move(load));
  co_return rows;
}

Awaitable<Result<KeyRow>> Keys::make(std::string realm, crypto::Algorithm algorithm,
                                     core::SystemTime signs_from) {
  auto work = [this, &realm, algorithm, signs_from]() -> Result<KeyRow> {
    const auto key = crypto::SigningKey::generate(algorithm);
    if (!key) return fail(key);
    return seal_key(envelope_, realm, *key, signs_from);
  };
  co_return co_await pool_.run(std::move(work));
}

Result<std::shared_ptr<const RealmKeys>> Keys::of(std::string_view realm) const {
  const auto found = in_force_.find(realm);
  if (found == in_force_.end()) return fail(ErrorKind::unavailable, "no_keys", std::string(realm));
  return found->second;
}

}  // namespace gatehouse::auth_server
