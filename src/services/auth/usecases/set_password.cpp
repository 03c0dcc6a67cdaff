#include "services/auth/usecases/set_password.hpp"

#include "services/auth/usecases/get_person.hpp"
#include "services/auth/usecases/try_password.hpp"

namespace gatehouse::auth {

namespace {

// The same lock as at login: a stolen token must not become a way to guess the password.
Awaitable<Result<void>> prove_current(Ports ports, const Account& account, Secret current) {
  Pii login{account.person.username};
  const auto passed =
      co_await try_password(ports, account.person.realm, std::move(login), account, std::move(current));
  if (!passed) co_return fail(passed);
  if (!*passed)
    co_return refuse(ErrorKind::forbidden, "wrong_password", "the current password is not this one");
  co_return Result<void>{};
}

Awaitable<Result<void>> open_lock(Ports ports, const PersonKey& key) {
  AttemptKey attempts{key.realm, key.id};
  RecordChange forgive = [](FailureRecord& record) { record = {}; };
  const auto opened = co_await ports.attempts.update(std::move(attempts), std::move(forgive));
  if (!opened) co_return fail(opened);
  co_return Result<void>{};
}

Awaitable<Result<Person>> store_hash(Ports ports, PersonKey key, std::string actor, Secret hash) {
  const auto now = ports.clock.now();
  AccountChange change = [hash, actor, now](Account& account) -> Result<AuditEvent> {
    account.password_hash = hash;
    account.person.not_before = core::unix_seconds(now);
    return AuditEvent{.actor = actor, .action = "password_set", .fields = {"password"}};
  };
  co_return co_await ports.people.update(std::move(key), std::move(change), now);
}

}  // namespace

Awaitable<Result<Person>> set_password(Ports ports, identity::Access access, PersonKey key,
                                       PasswordChange wanted) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  const auto account = co_await ports.people.find_account(key);
  if (!account) co_return fail(account);
  const bool is_own = access.principal.subject == key.id;
  if (is_own) {
    const auto proven = co_await prove_current(ports, *account, wanted.current);
    if (!proven) co_return fail(proven);
  }
  const auto strong = check_new_password(wanted.fresh, account->person, ports.password_limits);
  if (!strong) co_return fail(strong);

  auto hash = co_await ports.hasher.hash(wanted.fresh);
  if (!hash) co_return fail(hash);
  auto stored = co_await store_hash(ports, key, access.principal.subject, std::move(*hash));
  if (!stored || is_own) co_return stored;
  if (const auto opened = co_await open_lock(ports, key); !opened) co_return fail(opened);
  co_return stored;
}

}  // namespace gatehouse::auth
