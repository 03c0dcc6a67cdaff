#include "services/auth/usecases/create_person.hpp"

#include "core/ids.hpp"

namespace gatehouse::auth {

namespace {

Result<Person> person_from(const NewPerson& wanted, core::SystemTime now) {
  auto username = canonical_username(wanted.username);
  if (!username) return fail(username);
  auto email = wanted.email.empty() ? Result<Pii>(Pii{}) : canonical_email(wanted.email);
  if (!email) return fail(email);
  auto first_name = canonical_name(wanted.first_name);
  if (!first_name) return fail(first_name);
  auto last_name = canonical_name(wanted.last_name);
  if (!last_name) return fail(last_name);
  return Person{.id = core::uuid_v4(),
                .realm = wanted.realm,
                .username = std::move(*username),
                .email = std::move(*email),
                .first_name = std::move(*first_name),
                .last_name = std::move(*last_name),
                .enabled = wanted.enabled,
                .email_verified = wanted.email_verified,
                .realm_roles = wanted.roles.realm_roles,
                .client_roles = wanted.roles.client_roles,
                .created_at = now,
                .updated_at = now};
}

Awaitable<Result<Secret>> first_hash(Ports ports, const Person& person, Secret password) {
  if (password.empty()) co_return Secret{};
  const auto strong = check_new_password(password, person, ports.password_limits);
  if (!strong) co_return fail(strong);
  co_return co_await ports.hasher.hash(std::move(password));
}

}  // namespace

Awaitable<Result<Person>> create_person(Ports ports, identity::Access access, NewPerson wanted) {
  const auto now = ports.clock.now();
  auto person = person_from(wanted, now);
  if (!person) co_return fail(person);
  const auto known = co_await ports.roles.list(wanted.realm);
  if (!known) co_return fail(known);
  if (const auto roles = check_known(wanted.roles, *known); !roles) co_return fail(roles);
  auto hash = co_await first_hash(ports, *person, wanted.password);
  if (!hash) co_return fail(hash);

  Account account{.person = std::move(*person), .password_hash = std::move(*hash)};
  AuditEvent event{.actor = access.principal.subject, .action = "person_created", .fields = {"person"}};
  co_return co_await ports.people.create(std::move(account), std::move(event), now);
}

}  // namespace gatehouse::auth
