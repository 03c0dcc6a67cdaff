#include "services/auth/adapters/cached_people.hpp"

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace gatehouse::auth {

namespace {

std::string cache_key_of(const PersonKey& key) {
  return fmt::format("person:{}/{}", key.realm, key.id);
}

}  // namespace

Awaitable<Result<cache::Loaded>> CachedPeople::load(PersonKey key) {
  const auto person = co_await people_.find(std::move(key));
  if (!person && person.error().kind == ErrorKind::not_found) co_return cache::Loaded{};
  if (!person) co_return fail(person);
  auto sealed = sealer_.seal(*person);
  if (!sealed) co_return fail(sealed);
  co_return cache::Loaded{.value = std::move(*sealed), .version = person->version};
}

Awaitable<Result<Person>> CachedPeople::find(PersonKey key) {
  auto load_it = [this, key] { return load(key); };
  const auto deadline = Deadline::after(limits_.load_timeout);
  auto loaded = co_await cache_.get_or_load(cache_key_of(key), limits_.ttl, std::move(load_it), deadline);
  if (!loaded) co_return fail(loaded);
  if (!loaded->value) co_return unknown_person();
  auto person = sealer_.open(key.realm, key.id, *loaded->value);
  if (person) co_return person;
  log::warn("person-cache", "an entry could not be read, the store is asked", {log::field(person.error())});
  co_return co_await people_.find(std::move(key));
}

// The store has committed. If the cache cannot be told, it is wrong for its time to live at most.
Awaitable<> CachedPeople::tell(PersonKey key, std::int64_t version) {
  const auto told = co_await cache_.changed(cache_key_of(key), version);
  if (!told) log::warn("person-cache", "a change could not be told", {log::field(told.error())});
}

Awaitable<Result<Person>> CachedPeople::create(Account account, AuditEvent event, core::SystemTime now) {
  PersonKey key{account.person.realm, account.person.id};
  auto created = co_await people_.create(std::move(account), std::move(event), now);
  if (created) co_await tell(std::move(key), created->version);
  co_return created;
}

Awaitable<Result<Person>> CachedPeople::update(PersonKey key, AccountChange change, core::SystemTime now) {
  auto updated = co_await people_.update(key, std::move(change), now);
  if (updated) co_await tell(std::move(key), updated->version);
  co_return updated;
}

Awaitable<Result<void>> CachedPeople::erase(PersonKey key, std::optional<std::int64_t> version,
                                            AuditEvent event, core::SystemTime now) {
  auto erased = co_await people_.erase(key, version, std::move(event), now);
  // Newer than any version there was: versions count changes, this counts microseconds.
  if (erased) co_await tell(std::move(key), core::unix_micros(now));
  co_return erased;
}

Awaitable<Result<Account>> CachedPeople::find_account(PersonKey key) {
  return people_.find_account(std::move(key));
}

Awaitable<Result<Account>> CachedPeople::find_by_login(std::string realm, Pii login) {
  return people_.find_by_login(std::move(realm), std::move(login));
}

Awaitable<Result<void>> CachedPeople::replace_hash(PersonKey key, Secret known, Secret fresh) {
  return people_.replace_hash(std::move(key), std::move(known), std::move(fresh));
}

Awaitable<Result<PersonPage>> CachedPeople::list(std::string realm, PageRequest page) {
  return people_.list(std::move(realm), std::move(page));
}

Awaitable<Result<std::vector<AuditRecord>>> CachedPeople::audit_of(PersonKey key, std::size_t limit) {
  return people_.audit_of(std::move(key), limit);
}

}  // namespace gatehouse::auth
