#include "services/auth/usecases/get_person.hpp"

namespace gatehouse::auth {

namespace {

constexpr std::size_t kAuditRecordsMax = 200;

}  // namespace

Result<void> check_reach(const identity::Access& access, const PersonKey& key) {
  const auto owner = access.owner();
  if (owner && *owner != key.id) return unknown_person();
  return {};
}

Awaitable<Result<Person>> get_person(Ports ports, identity::Access access, PersonKey key) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  co_return co_await ports.people.find(std::move(key));
}

Awaitable<Result<Person>> get_person_for_tokens(Ports ports, PersonKey key) {
  auto account = co_await ports.people.find_account(std::move(key));
  if (!account) co_return fail(account);
  co_return std::move(account->person);
}

Awaitable<Result<std::vector<AuditRecord>>> get_audit(Ports ports, identity::Access access, PersonKey key) {
  if (const auto reach = check_reach(access, key); !reach) co_return fail(reach);
  co_return co_await ports.people.audit_of(std::move(key), kAuditRecordsMax);
}

}  // namespace gatehouse::auth
