#include "services/auth/usecases/try_password.hpp"

#include <functional>

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace {

// Names that nobody has share a few slots: the write costs the same, and strangers cannot fill the store.
AttemptKey key_of(const std::string& realm, const Pii& login, const std::optional<Account>& account) {
  if (account) return {realm, account->person.id};
  return {realm, fmt::format("nobody-{}", std::hash<std::string_view>{}(login.reveal()) % 64)};
}

Awaitable<Result<PasswordMatch>> compare(PasswordHasher& hasher, const std::optional<Account>& account,
                                         Secret password) {
  if (!account || account->password_hash.empty())
    co_return co_await hasher.verify_nobody(std::move(password));
  Secret hash = account->password_hash;
  co_return co_await hasher.verify(std::move(password), std::move(hash));
}

Awaitable<Result<bool>> settle_failure(Ports ports, AttemptKey key) {
  const auto now = ports.clock.now();
  RecordChange count = [rule = ports.lockout, now](FailureRecord& record) {
    record = rule.after_failure(record, now);
  };
  const auto before = co_await ports.attempts.update(key, std::move(count));
  if (!before) co_return fail(before);
  const auto after = ports.lockout.after_failure(*before, now);
  if (after.locked_until > now && !Lockout::is_locked(*before, now)) {
    log::info("account-locked", "too many wrong passwords",
              {log::field("user.id", key.account), log::field("failures", after.failures)});
  }
  co_return false;
}

Awaitable<Result<bool>> settle_success(Ports ports, AttemptKey key) {
  const auto record = co_await ports.attempts.find(key);
  if (!record) co_return fail(record);
  if (*record == FailureRecord{}) co_return true;
  const auto now = ports.clock.now();
  RecordChange forgive = [now](FailureRecord& current) {
    if (!Lockout::is_locked(current, now)) current = {};
  };
  const auto before = co_await ports.attempts.update(std::move(key), std::move(forgive));
  if (!before) co_return fail(before);
  co_return !Lockout::is_locked(*before, now);
}

// A hash of another cost is replaced while the password is at hand. If that fails, the login does not.
Awaitable<> renew_hash(Ports ports, const Account& account, Secret password) {
  auto fresh = co_await ports.hasher.hash(std::move(password));
  if (!fresh) {
    log::warn("rehash-failed", "the password keeps its old hash", {log::field(fresh.error())});
    co_return;
  }
  PersonKey key{account.person.realm, account.person.id};
  Secret known = account.password_hash;
  const auto replaced =
      co_await ports.people.replace_hash(std::move(key), std::move(known), std::move(*fresh));
  if (!replaced)
    log::warn("rehash-failed", "the password keeps its old hash", {log::field(replaced.error())});
}

}  // namespace

Awaitable<Result<bool>> try_password(Ports ports, std::string realm, Pii login,
                                     std::optional<Account> account, Secret password) {
  const AttemptKey key = key_of(realm, login, account);
  const auto record = co_await ports.attempts.find(key);
  if (!record) co_return fail(record);
  const bool is_locked = Lockout::is_locked(*record, ports.clock.now());
  const auto match = co_await compare(ports.hasher, account, password);
  if (!match) co_return fail(match);

  const bool may_pass = match->matches && !is_locked && account->person.enabled;
  if (!may_pass) co_return co_await settle_failure(ports, key);
  const auto passed = co_await settle_success(ports, key);
  if (passed && *passed && match->is_outdated) co_await renew_hash(ports, *account, std::move(password));
  co_return passed;
}

}  // namespace gatehouse::auth
