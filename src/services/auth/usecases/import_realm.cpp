#include "services/auth/usecases/import_realm.hpp"

#include <fmt/format.h>

#include "core/ids.hpp"

namespace gatehouse::auth {

namespace {

std::unexpected<Error> at(const ImportedPerson& entry, Error error) {
  error.detail = fmt::format("{}: {}", entry.path, error.detail.empty() ? error.reason : error.detail);
  return std::unexpected(std::move(error));
}

Awaitable<Result<bool>> is_there(PersonStore& people, const Person& person) {
  Pii login{person.username};
  const auto found = co_await people.find_by_login(person.realm, std::move(login));
  if (found) co_return true;
  // Somebody whose key is missing is there: it may lie with an instance that has not started yet.
  const bool is_keyless = found.error().reason == "unknown_subject";
  if (found.error().kind == ErrorKind::not_found && !is_keyless) co_return false;
  co_return fail(found);
}

Awaitable<Result<Secret>> hash_of(PasswordHasher& hasher, const ImportedPerson& entry) {
  if (!entry.password) co_return Secret{};
  auto password = entry.password();
  if (!password) co_return fail(password);
  co_return co_await hasher.hash(std::move(*password));
}

// Whether the person was added: somebody else may have been quicker, and who was erased stays away.
Awaitable<Result<bool>> add(Ports ports, const ImportedPerson& entry) {
  auto hash = co_await hash_of(ports.hasher, entry);
  if (!hash) co_return at(entry, hash.error());
  const auto now = ports.clock.now();
  Account account{.person = entry.person, .password_hash = std::move(*hash)};
  if (account.person.id.empty()) account.person.id = core::uuid_v4();
  account.person.created_at = now;
  account.person.updated_at = now;
  AuditEvent event{.actor = "import", .action = "person_created", .fields = {"person"}};
  const auto created = co_await ports.people.create(std::move(account), std::move(event), now);
  if (created) co_return true;
  const std::string_view reason = created.error().reason;
  if (reason == "username_taken" || reason == "person_erased") co_return false;
  co_return at(entry, created.error());
}

Result<void> check_roles(const RealmExport& realm) {
  for (const ImportedPerson& entry : realm.people) {
    const RoleAssignment roles{entry.person.realm_roles, entry.person.client_roles};
    if (const auto known = check_known(roles, realm.roles); !known) return at(entry, known.error());
  }
  return {};
}

}  // namespace

Awaitable<Result<ImportReport>> import_realm(Ports ports, RealmExport realm) {
  if (const auto roles = check_roles(realm); !roles) co_return fail(roles);
  ImportReport report;
  const auto added = co_await ports.roles.add(realm.realm, realm.roles);
  if (!added) co_return fail(added);
  report.roles_added = *added;
  for (const ImportedPerson& entry : realm.people) {
    const auto exists = co_await is_there(ports.people, entry.person);
    if (!exists) co_return fail(exists);
    Result<bool> is_new = false;
    if (!*exists) is_new = co_await add(ports, entry);
    if (!is_new) co_return fail(is_new);
    ++(*is_new ? report.people_added : report.people_kept);
    if (*is_new && !entry.password) ++report.without_password;
  }
  co_return report;
}

}  // namespace gatehouse::auth
