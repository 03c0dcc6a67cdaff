#include "auth_server/keys/keys.hpp"

#include "auth_server/keys/sealed_keys.hpp"

namespace gatehouse::auth_server {
namespace {

KeyPlan plan_for(const std::vector<KeyRow>& rows, crypto::Algorithm algorithm, const KeyPolicy& policy,
                 core::SystemTime now) {
  std::vector<KeyTimes> times;
  for (const KeyRow& row : rows) {
    if (row.algorithm == algorithm) times.push_back({row.kid, row.signs_from});
  }
  return plan_keys(std::move(times), policy, now);
}

// Takes the new key in only if it is still due: another instance may have been faster.
DecideKeys decide_with(std::optional<KeyRow> made, crypto::Algorithm algorithm, const KeyPolicy& policy,
                       core::SystemTime now) {
  return [made = std::move(made), algorithm, policy, now](const std::vector<KeyRow>& rows) {
    KeyPlan plan = plan_for(rows, algorithm, policy, now);
    return KeyChange{plan.make_for ? made : std::nullopt, std::move(plan.drop)};
  };
}

Result<std::shared_ptr<const RealmKeys>> unseal_all(const crypto::Envelope& envelope,
                                                    const std::string& realm, const std::vector<KeyRow>& rows,
                                                    const SealedSecret& sealed) {
  std::vector<TimedKey> keys;
  for (const KeyRow& row : rows) {
    auto key = unseal_key(envelope, realm, row);
    if (!key) return fail(key);
    keys.push_back(*std::move(key));
  }
  auto secret = unseal_realm_secret(envelope, realm, sealed);
  if (!secret) return fail(secret);
  return std::make_shared<const RealmKeys>(std::move(keys), *std::move(secret));
}

}  // namespace

Awaitable<Result<void>> Keys::refresh(std::string realm, core::SystemTime now) {
  auto rows = co_await maintain(realm, now);
  if (!rows) co_return fail(rows);
  auto secret = co_await secret_of(realm, now);
  if (!secret) co_return fail(secret);
  auto unseal = [this, &realm, &rows, &secret] { return unseal_all(envelope_, realm, *rows, *secret); };
  auto keys = co_await pool_.run(std::move(unseal));
  if (!keys) co_return fail(keys);
  in_force_.insert_or_assign(realm, *std::move(keys));
  co_return Result<void>{};
}

Awaitable<Result<std::vector<KeyRow>>> Keys::maintain(std::string realm, core::SystemTime now) {
  auto rows = co_await store_.load(realm);
  if (!rows) co_return rows;
  for (const crypto::Algorithm algorithm : kSigningAlgorithms) {
    const KeyPlan plan = plan_for(*rows, algorithm, policy_, now);
    if (!plan.make_for && plan.drop.empty()) continue;
    std::optional<KeyRow> made;
    if (plan.make_for) {
      auto key = co_await make(realm, algorithm, *plan.make_for);
      if (!key) co_return fail(key);
      made = *std::move(key);
    }
    auto decide = decide_with(std::move(made), algorithm, policy_, now);
    rows = co_await store_.change(realm, std::move(decide), now);
    if (!rows) co_return rows;
  }
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

Awaitable<Result<SealedSecret>> Keys::secret_of(std::string realm, core::SystemTime now) {
  auto known = co_await store_.find_secret(realm);
  if (!known) co_return fail(known);
  if (*known) co_return **std::move(known);
  auto fresh = make_realm_secret(envelope_, realm);
  if (!fresh) co_return fail(fresh);
  co_return co_await store_.keep_secret(realm, *std::move(fresh), now);
}

Result<std::shared_ptr<const RealmKeys>> Keys::of(std::string_view realm) const {
  const auto found = in_force_.find(realm);
  if (found == in_force_.end()) return fail(ErrorKind::unavailable, "no_keys", std::string(realm));
  return found->second;
}

}  // namespace gatehouse::auth_server
